"""The watchdog: finds orders that nothing moves any more, and moves them.

It looks for candidates in indexes and lists, which are late, and decides on the order and its
execution. New orders are looked at in every run; the rest take turns, a sixtieth per minute, so
that a backlog of a hundred thousand waiting orders costs no more than it must.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from oms.kernel.clock import stamp
from oms.kernel.errors import HoldfastError
from oms.kernel.events import Actor
from oms.orders.application.ports import OrderListings, Orders
from oms.orders.domain.order import ACTIVE_STATUSES, Order
from oms.runtime.logs import failure
from oms.runtime.starting import BROKEN, MOST_ATTEMPTS, Executions
from oms.runtime.step_functions import Tokens
from oms.runtime.waiting import wake
from oms.support.application.cases import close_all, escalate_overdue, report
from oms.support.application.ports import Cases
from oms.support.domain.exceptions import Action

WATCHDOG = Actor("system", "watchdog")
PATIENCE = timedelta(minutes=2)
"""How long a fresh order may stand without a workflow before it counts as lost."""
GRACE = timedelta(minutes=1)
"""How long a workflow must have been dead before it is followed by another. Its last task may still run
and hand the order out; no function of a workflow may run for longer than this."""
MOST_STARTS = 100
"""Workflows started per round. Orders that wait in the capture queue for their turn look like lost ones:
whatever the watchdog does to them must stay far below the rate at which the starter admits."""
_PAGE = 100
_BROKEN = 50
_PAGES = 50
_TURNS = 60
_ALIVE = {"RUNNING", "PENDING_REDRIVE"}


@dataclass(frozen=True, slots=True)
class Watched:
    """What one round did."""

    looked_at: int
    restarted: tuple[str, ...]
    woken: tuple[str, ...]
    escalated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watchdog:
    orders: Orders
    listings: OrderListings
    cases: Cases
    executions: Executions
    tokens: Tokens
    channels: Iterable[str]

    def round(self, now: datetime, *, everything: bool = False) -> Watched:
        """One look. `everything` gives every order its turn at once (after an outage)."""
        escalated = escalate_overdue(cases=self.cases, now=now, actor=WATCHDOG)
        seen: dict[str, None] = {}
        restarted: list[str] = []
        woken: list[str] = []
        for order in self._candidates(now, everything):
            seen[order.order_id] = None
            if len(restarted) < MOST_STARTS and _alone(self._restarted, order.order_id, now):
                restarted.append(order.order_id)
            elif _alone(self._woken, order.order_id):
                woken.append(order.order_id)
        for order_id in dict.fromkeys(self.executions.broken(limit=_BROKEN)):
            if (
                order_id not in seen
                and len(restarted) < MOST_STARTS
                and _alone(self._taken_up, order_id, now)
            ):
                restarted.append(order_id)
        for order_id in self.executions.running(limit=1000):
            due = everything or _turn(order_id) == now.minute
            if due and order_id not in seen and _alone(self._woken, order_id):
                woken.append(order_id)
        return Watched(len(seen), tuple(restarted), tuple(woken), tuple(case.case_id for case in escalated))

    def _candidates(self, now: datetime, everything: bool) -> Iterator[Order]:
        until = stamp(now - PATIENCE)
        for channel in self.channels:
            for status in ACTIVE_STATUSES:
                for order in self._listed(channel, status, until):
                    if everything or status == "RECEIVED" or _turn(order.order_id) == now.minute:
                        yield order

    def _listed(self, channel: str, status: str, until: str) -> Iterator[Order]:
        after = None
        for _ in range(_PAGES):
            found, after = self.listings.by_status(channel, status, limit=_PAGE, after=after, until=until)
            yield from found
            if after is None:
                return

    def _restarted(self, order_id: str, now: datetime) -> bool:
        attempt, status = self.executions.latest(order_id)
        if status in _ALIVE:
            return False
        order = self.orders.load(order_id)
        return order is not None and not order.is_terminal and self._started_next(order, attempt, now)

    def _taken_up(self, order_id: str, now: datetime) -> bool:
        """Whether an order whose last workflow broke off was given a new one.

        Also an order that is at its end: it may have been called off and still hold stock or money.
        """
        attempt, status = self.executions.latest(order_id)
        order = self.orders.load(order_id) if status in BROKEN else None
        return order is not None and self._started_next(order, attempt, now)

    def _started_next(self, order: Order, attempt: int, now: datetime) -> bool:
        ended = self.executions.ended_at(order.order_id, attempt) if attempt else None
        if ended and now - ended < GRACE:
            return False
        if attempt >= MOST_ATTEMPTS:
            self._give_up(order, now)
            return False
        # What the dead workflow waited for wakes nobody; the next one asks again where it has to.
        reason = "its workflow has ended and is started again"
        close_all(order.order_id, Action.RETRY, cases=self.cases, now=now, actor=WATCHDOG, reason=reason)
        return self.executions.start(order.order_id, attempt=attempt + 1)

    def _give_up(self, order: Order, now: datetime) -> None:
        """What breaks every time needs an engineer, not a tenth try."""
        report(
            subject=order.order_id,
            key="workflow",
            channel=order.channel,
            kind="WORKFLOW_BROKEN",
            detail=f"{MOST_ATTEMPTS} workflows of the order have broken off.",
            cases=self.cases,
            now=now,
            actor=WATCHDOG,
        )

    def _woken(self, order_id: str) -> bool:
        return self.orders.load(order_id) is not None and wake(
            order_id, orders=self.orders, tokens=self.tokens
        )


def _alone(look: Callable[..., bool], order_id: str, *more: datetime) -> bool:
    """One order's trouble is its own: it is logged, and the round goes on with the others."""
    try:
        return look(order_id, *more)
    except HoldfastError as error:
        failure("watchdog", error, order_id=order_id)
        return False


def _turn(order_id: str) -> int:
    return crc32(order_id.encode()) % _TURNS
