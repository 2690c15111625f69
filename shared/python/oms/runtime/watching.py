"""The watchdog: finds orders that nothing moves any more, and moves them.

It looks for candidates in indexes and lists, which are late, and decides on the order and its
execution. However long the lists are, a round is not: new orders and new trouble are looked at in
every round, all the rest piece by piece, from where the last round stopped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import get_args

from oms.kernel.errors import Owner, Retryable
from oms.orders.application.ports import OrderListings, Orders
from oms.orders.domain.order import ACTIVE_STATUSES, Order
from oms.runtime.logs import failure
from oms.runtime.reviving import WATCHDOG, follow, given_up
from oms.runtime.starting import ALIVE, BROKEN, Attempt, Executions, attempt_with
from oms.runtime.step_functions import Tokens
from oms.runtime.waiting import wake
from oms.runtime.walking import Bookmarks, Listing, NoBookmarks, T, rotated, walk
from oms.runtime.watchlists import Lists
from oms.support.application.cases import escalate_overdue
from oms.support.application.ports import Cases

MOST_STARTS = 100
"""Workflows started per round. Orders that wait in the capture queue for their turn look like lost ones:
whatever the watchdog does to them must stay far below the rate at which the starter admits."""
MOST_NEW = 5_000
"""New orders listed in every round, oldest first. Where there are more, they take turns with the others too."""
MOST_LOOKS = 300
"""Orders looked at per round, and as many running workflows, from where the last round stopped.

DescribeExecution sets the limit: AWS refills it at 10 calls per second (15 in three regions), which are
600 between two rounds, and lets 250 more through at once. An order whose workflow lives takes one call,
a broken workflow that was followed one, a running one none: 300 + 150 + 100 = 550. New orders, and dead
ones at three calls each, draw on the rest. At an estimated 40 ms per order and 20 ms per workflow that is
25 of a round's 40 seconds. Source: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""
MOST_NEWLY_BROKEN = 150
"""Broken workflows looked at in every round, newest first. For 90 days they stay listed, followed or not."""
MOST_BROKEN = 100
"""Broken workflows looked at per round from where the last one stopped."""
_PAGE = 25
"""Orders or broken workflows per page: twelve long lists of orders have a page each in every round."""
_LONG_PAGE = 100


@dataclass(frozen=True, slots=True)
class Watched:
    """What one round did."""

    looked_at: int
    restarted: tuple[str, ...]
    woken: tuple[str, ...]
    escalated: tuple[str, ...]
    cut_short: bool = False
    """Whether the time was over before the round was."""
    failed: tuple[str, ...] = ()
    """Lists and rows that could not be read, exceptions that could not be escalated, and orders that could not be looked
    after for a reason that does not pass by itself; why has a log line of its own."""


@dataclass(frozen=True, slots=True)
class Watchdog:
    """`hurry` tells, once the time of a round is over, that it is. Two watchdogs at once are harmless."""

    orders: Orders
    listings: OrderListings
    cases: Cases
    executions: Executions
    tokens: Tokens
    channels: Sequence[str]
    bookmarks: Bookmarks
    hurry: Callable[[], bool]

    def round(self, now: datetime, *, everything: bool = False) -> Watched:
        """One look. `everything`: at every order, as far as the time and the starts go (after an outage)."""
        round_ = _Round(self, now, everything)
        round_.go()
        return Watched(
            len(round_.seen),
            tuple(round_.restarted),
            tuple(round_.woken),
            tuple(round_.escalated),
            round_.cut_short,
            tuple(sorted(round_.failed)),
        )


@dataclass(slots=True)
class _Round:
    """One look. Looks at single things answer False where a workflow is needed and no more may be started."""

    dog: Watchdog
    now: datetime
    everything: bool
    seen: set[str] = field(default_factory=set)
    """Orders, as listed by status."""
    met: set[Attempt] = field(default_factory=set)
    """Broken workflows."""
    restarted: list[str] = field(default_factory=list)
    woken: list[str] = field(default_factory=list)
    escalated: list[str] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    cut_short: bool = False

    @property
    def lists(self) -> Lists:
        dog = self.dog
        return Lists(dog.channels, dog.listings, dog.executions, self.now, self._trouble)

    def go(self) -> None:
        fronts = () if self.everything else (self._new, self._newly_broken)
        parts = (*fronts, self._waiting, self._broken, self._running, self._overdue)
        turn = int(self.now.timestamp()) // 60
        # Who comes first may use up the time or the starts. So each part does in its turn, and in it each list.
        for part in rotated(parts, turn):
            part(turn // len(parts))

    def _new(self, turn: int) -> None:
        self._walk(self.lists.orders(["RECEIVED"], _LONG_PAGE), self._order, MOST_NEW, turn, kept=False)

    def _waiting(self, turn: int) -> None:
        """Also the new ones: there may be more than are looked at from the oldest."""
        self._walk(self.lists.orders(ACTIVE_STATUSES, _PAGE), self._order, MOST_LOOKS, turn)

    def _newly_broken(self, turn: int) -> None:
        lists = self.lists.executions(BROKEN, MOST_NEWLY_BROKEN // len(BROKEN))
        self._walk(lists, self._broken_one, MOST_NEWLY_BROKEN, turn, kept=False)

    def _broken(self, turn: int) -> None:
        self._walk(self.lists.executions(BROKEN, _PAGE), self._broken_one, MOST_BROKEN, turn)

    def _running(self, turn: int) -> None:
        """Mostly for orders that have ended or were called off, and stand in no list of active ones."""
        self._walk(self.lists.executions(["RUNNING"], _LONG_PAGE), self._running_one, MOST_LOOKS, turn)

    def _overdue(self, turn: int) -> None:
        look = partial(escalate_overdue, cases=self.dog.cases, now=self.now, actor=WATCHDOG)
        for owner in rotated(get_args(Owner), turn):
            self.escalated += look(owner, hurry=self._hurry, trouble=self._trouble)

    def _walk(
        self,
        lists: Sequence[Listing[T]],
        look: Callable[[T], bool],
        most: int,
        turn: int,
        *,
        kept: bool = True,
    ) -> None:
        walk(
            rotated(lists, turn),
            look,
            bookmarks=self.dog.bookmarks if kept and not self.everything else NoBookmarks(),
            most=None if self.everything else most,
            hurry=self._hurry,
            trouble=self._trouble,
        )

    def _hurry(self) -> bool:
        """Is asked only where there is something left to do."""
        self.cut_short = self.cut_short or self.dog.hurry()
        return self.cut_short

    def _trouble(self, name: str, error: Exception) -> None:
        failure("watchdog", error, failed=name)
        self.failed.add(name)

    def _order(self, listed: Order) -> bool:
        order_id = listed.order_id
        if order_id in self.seen or self._alone(self._moved, order_id, listed.assessment):
            self.seen.add(order_id)
            return True
        return False

    def _moved(self, order_id: str, assessment: int) -> bool:
        attempt, status = self.dog.executions.latest(order_id, since=attempt_with(assessment))
        if status in ALIVE:
            return self._woken(order_id)
        order = self.dog.orders.load(order_id)
        return order is None or order.is_terminal or self._followed(order, attempt)

    def _broken_one(self, broken: Attempt) -> bool:
        order_id = broken.order_id
        if (
            broken in self.met
            or order_id in self.seen
            or self._alone(self._taken_up, order_id, broken.number)
        ):
            self.met.add(broken)
            return True
        return False

    def _taken_up(self, order_id: str, attempt: int) -> bool:
        """Also an order that is at its end: it may have been called off and still hold stock or money."""
        if self.dog.executions.status(order_id, attempt + 1):
            return True  # followed before; where that one has broken off too, it is listed itself
        # The list is late: the workflow may have been redriven by a person.
        broken = self.dog.executions.status(order_id, attempt) in BROKEN
        order = self.dog.orders.load(order_id) if broken else None
        return order is None or self._followed(order, attempt)

    def _followed(self, order: Order, attempt: int) -> bool:
        if given_up(order, attempt, cases=self.dog.cases, now=self.now):
            return True
        if len(self.restarted) >= MOST_STARTS:
            return False
        dog = self.dog
        if follow(
            order, attempt, orders=dog.orders, cases=dog.cases, executions=dog.executions, now=self.now
        ):
            self.restarted.append(order.order_id)
        return True

    def _running_one(self, running: Attempt) -> bool:
        return running.order_id in self.seen or self._alone(self._woken, running.order_id)

    def _woken(self, order_id: str) -> bool:
        ours = self.dog.orders.load(order_id) is not None
        if ours and wake(order_id, orders=self.dog.orders, tokens=self.dog.tokens):
            self.woken.append(order_id)
        return True

    def _alone(self, look: Callable[..., bool], order_id: str, *more: int) -> bool:
        """One order's trouble is its own: the round goes on with the others, and tells of it unless it passes by itself."""
        try:
            return look(order_id, *more)
        except Exception as error:  # also of an order that cannot be read: no list may wait for it
            failure("watchdog", error, order_id=order_id)
            if not isinstance(error, Retryable):
                self.failed.add(order_id)
            return True
