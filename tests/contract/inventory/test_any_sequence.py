"""Whatever happens to stock in whatever sequence, and whoever crashes: every answer and every figure is the model's.

The same machine runs over the fake and over DynamoStock on the simulated DynamoDB, which conformance tests hold to
the local AWS: moto copies a whole table per transaction, and a sequence has hundreds.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from oms.inventory.application.outcomes import (
    Adjusted,
    AdjustmentConflict,
    AdjustmentRefused,
    Refused,
    Released,
    Reserved,
    Shipped,
    Withdrawn,
)
from oms.inventory.domain.stock import StockKey, summed
from oms.kernel.errors import BrokenInvariant, Retryable

from tests.contract.inventory.desk import fake_desk
from tests.contract.inventory.drawing import (
    COMMANDS,
    KEYS,
    OPENING,
    ORDERS,
    attempts,
    crashes,
    keys,
    orders,
    over_dynamo,
    wanted,
)
from tests.contract.inventory.model import TURNS, Lines, Model


class AnySequence(RuleBasedStateMachine):
    """Orders that are reserved, shipped and released by clients that repeat themselves, come late, and crash."""

    open_desk: ClassVar[Any]
    """From chunk size to desk."""

    @initialize(size=st.sampled_from([1, 2, 97]))
    def open(self, size: int) -> None:
        self.desk = type(self).open_desk(size)
        self.desk.stock((location, sku, OPENING) for location, sku in KEYS)
        self.model = Model(size, Counter(dict.fromkeys(KEYS, OPENING)))
        self.contents: dict[tuple[str, str], Lines] = {}
        self.parcels: dict[str, tuple[str, str, list[tuple[str, int]]]] = {}
        self.sent: dict[str, Counter[StockKey]] = {order: Counter() for order in ORDERS}
        self.corrections: dict[str, tuple[StockKey, int, str]] = {}

    @rule(
        what=st.sampled_from(COMMANDS), order=orders, attempt=attempts, lines=wanted, crash=crashes, key=keys,
        before=st.sampled_from([2, 2, 3]), units=st.integers(-5, 5), moment=st.integers(1, 5), pick=st.integers(0, 99),
    )  # fmt: skip
    def command(
        self, what: str, order: str, attempt: str, lines: Lines, crash: tuple[str, int] | None, key: StockKey, before: int,
        units: int, moment: int, pick: int,
    ) -> None:  # fmt: skip
        """One rule for all: Hypothesis leaves whole rules out of a run, and most ways to go wrong need several."""
        acts: dict[str, Callable[[], None]] = {
            "reserve": lambda: self.reserve(order, attempt, lines, crash),
            "reserve something else": lambda: self.reserve_something_else_under_the_same_name(order, attempt),
            "release": lambda: self.release(order, before, crash),
            "ship": lambda: self.ship(order, abs(units) + 1, crash, key[0]),
            "two at once": lambda: self.two_at_once(order, moment, before, attempt, lines),
            "ship again": lambda: self.ship_again(pick),
            "ship too much": lambda: self.ship_what_nobody_holds(order, key),
            "adjust": lambda: self.adjust(key, units, "receipt" if pick % 2 else "correction"),
            "adjust again": lambda: self.adjust_again(pick),
        }
        acts[what]()

    def reserve(self, order: str, attempt: str, lines: Lines, crash: tuple[str, int] | None) -> None:
        lines = self.contents.setdefault((order, attempt), lines)
        if crash:
            self._crash(crash, lambda: self.desk.reserve(order, lines, attempt, TURNS[attempt]))
            self._doubt(order, attempt)
            return
        expected = self.model.reserve(order, attempt, lines)
        answer = self.desk.reserve(order, lines, attempt, TURNS[attempt])
        if expected is None:
            self._learn(order, attempt, answer)
        else:
            assert answer == expected

    def reserve_something_else_under_the_same_name(self, order: str, attempt: str) -> None:
        if self.model.promise(order, attempt).state == "held":
            other = [*self.contents[order, attempt], ("BER", "CUP", 1)]
            with pytest.raises(BrokenInvariant, match="other contents"):
                self.desk.reserve(order, other, attempt, TURNS[attempt])

    def release(self, order: str, before: int, crash: tuple[str, int] | None) -> None:
        if crash:
            self._crash(crash, lambda: self.desk.release(order, self.sent[order], before))
            for attempt, turn in TURNS.items():
                if turn < before:
                    self._doubt(order, attempt)
            return
        unsure = self.model.unsure(order)
        units, answer = self.model.release(order, before), self.desk.release(order, self.sent[order], before)
        if unsure:
            self._believe()
        else:
            assert answer == Released(units)
            assert self.desk.release(order, self.sent[order], before) == Released(0)

    def ship(self, order: str, share: int, crash: tuple[str, int] | None, location: str) -> None:
        sure = Counter[StockKey]()
        for _, one in self.model.of_order(order):
            sure += one.held if one.state == "held" else Counter()
        lines = [
            (sku, min(share, units)) for (where, sku), units in sorted(sure.items()) if where == location
        ]
        if not lines:
            return
        name = f"s{len(self.parcels)}"
        self.parcels[name] = order, location, lines
        leaving = summed((location, sku, units) for sku, units in lines)
        self.sent[order].update(leaving)
        if crash:
            self._crash(crash, lambda: self.desk.ship(order, name, location, lines))
        assert self.desk.ship(order, name, location, lines).units == sum(units for _, units in lines)
        assert self.model.ship(order, leaving)
        if self.model.unsure(order):
            self._believe()

    def two_at_once(self, order: str, moment: int, before: int, attempt: str, lines: Lines) -> None:
        """Somebody ships twice at the same time, and just then the order lets go and is asked for again."""
        held = [(name, one) for name, one in self.model.of_order(order) if one.state == "held" and one.held]
        if not held or self.model.unsure(order):
            return
        (location, sku), units = next(iter(held[0][1].held.items()))
        name, leaving = f"s{len(self.parcels)}", {(location, sku): units}
        self.parcels[name] = order, location, [(sku, units)]
        self.sent[order].update(leaving)
        lines = self.contents.setdefault((order, attempt), lines)

        def meanwhile(count: int) -> None:
            if count == moment:
                self.desk.meddler.leave_alone()
                self.desk.ship(order, name, location, [(sku, units)])
                self.desk.release(order, self.sent[order], before)
                self.desk.reserve(order, lines, attempt, TURNS[attempt])

        self.desk.meddler.before = meanwhile
        with suppress(Retryable):
            self.desk.release(order, self.sent[order], before)
            self.desk.ship(order, name, location, [(sku, units)])
        self.desk.meddler.leave_alone()
        assert self.desk.ship(order, name, location, [(sku, units)]).units == units
        self.model.shipped.update(leaving)
        self.model.fences[order] = max(before, self.model.fences[order])
        for other in TURNS:
            self._doubt(order, other)

    def ship_again(self, pick: int) -> None:
        if not self.parcels:
            return
        name = f"s{pick % len(self.parcels)}"
        order, location, lines = self.parcels[name]
        assert self.desk.ship(order, name, location, lines) == Shipped(
            sum(n for _, n in lines), replayed=True
        )
        with pytest.raises(BrokenInvariant):
            self.desk.ship(order, name, location, [(lines[0][0], OPENING * 9)])

    def ship_what_nobody_holds(self, order: str, key: StockKey) -> None:
        if not self.model.unsure(order):
            with pytest.raises(BrokenInvariant, match="not held"):
                self.desk.ship(order, "never", key[0], [(key[1], self.model.held(order)[key] + 1)])

    def adjust(self, key: StockKey, delta: int, kind: Any) -> None:
        name = f"a{len(self.corrections)}"
        answer = self.desk.adjust(key[1], key[0], delta, name=name, kind=kind)
        if delta == 0 or (kind == "receipt" and delta < 0) or self.model.available[key] + delta < 0:
            assert isinstance(answer, AdjustmentRefused)
            return
        self.model.available[key] += delta
        self.corrections[name] = key, delta, kind
        assert isinstance(answer, Adjusted)
        assert (answer.available, answer.replayed) == (self.model.available[key], False)

    def adjust_again(self, pick: int) -> None:
        if not self.corrections:
            return
        name = sorted(self.corrections)[pick % len(self.corrections)]
        (location, sku), delta, kind = self.corrections[name]
        again: Any = {"name": name, "kind": kind}
        repeated = self.desk.adjust(sku, location, delta, **again)
        assert isinstance(repeated, Adjusted)
        assert repeated.replayed
        other = self.desk.adjust(sku, location, abs(delta) + 1, **again | {"kind": "receipt"})
        assert isinstance(other, AdjustmentConflict)

    @invariant()
    def every_figure_is_the_models(self) -> None:
        if hasattr(self, "desk"):
            assert self.desk.available() == dict(self.model.available)
            assert Counter(self.desk.reserved()) == self.model.reserved()
            levels = self.desk.audit.all_levels()
            assert Counter({each.key: each.shipped for each in levels}) == self.model.shipped

    @invariant()
    def the_laws_hold(self) -> None:
        if hasattr(self, "desk"):
            assert self.desk.audit.violations() == []

    @invariant()
    def the_events_tell_how_it_came_to_this(self) -> None:
        if hasattr(self, "desk"):
            moved: dict[str, Counter[StockKey]] = {}
            for event in self.desk.events():
                for location, sku, units in event.data.get("lines", ()):
                    moved.setdefault(event.type, Counter())[location, sku] += units
            out, back = moved.get("StockShipped", Counter()), moved.get("StockReleased", Counter())
            assert moved.get("StockReserved", Counter()) - out - back == self.model.reserved()
            assert out == self.model.shipped

    @invariant()
    def nothing_is_held_below_the_fence(self) -> None:
        for order in ORDERS if hasattr(self, "desk") else ():
            chunks = self.desk.reservations.of_order(order)
            assert sum(each.units for each in chunks if each.turn < self.model.fences[order]) == 0

    def _crash(self, crash: tuple[str, int], act: Any) -> None:
        """The connection is lost at that write, and with it the client."""
        moment, ordinal = crash

        def lose(count: int) -> None:
            if count == ordinal:
                raise self.desk.failure()

        setattr(self.desk.meddler, moment, lose)
        with suppress(Retryable, ConnectionError):
            act()
        self.desk.meddler.leave_alone()

    def _doubt(self, order: str, attempt: str) -> None:
        self.model.promise(order, attempt).state = "unknown"
        self._believe()

    def _learn(self, order: str, attempt: str, answer: Reserved | Refused | Withdrawn) -> None:
        one = self.model.promise(order, attempt)
        one.wanted = summed(self.contents[order, attempt])
        if isinstance(answer, Reserved):
            one.state = "held"
        elif isinstance(answer, Withdrawn):
            one.state = "gone"
        self._believe()

    def _believe(self) -> None:
        self.model.believe(self.desk.available(), self.desk.audit.all_reservations())


class OverTheFake(AnySequence):
    open_desk = staticmethod(fake_desk)


class OverDynamo(AnySequence):
    open_desk = staticmethod(over_dynamo)


TestOverTheFake: Any = OverTheFake.TestCase
TestOverDynamo: Any = OverDynamo.TestCase
TestOverTheFake.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)
TestOverDynamo.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
