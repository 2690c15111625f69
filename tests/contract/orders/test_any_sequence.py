"""Whatever happens to an order in whatever sequence, and whoever is faster: every answer and every unit is the model's.

The same machine runs over the fake and over DynamoOrders on the simulated DynamoDB, which conformance tests hold to
the local AWS.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from oms.kernel.errors import BrokenInvariant, WriteConflict
from oms.orders.application.cancellation import cancel_lines, request_cancellation
from oms.orders.application.placement import place_order
from oms.orders.application.ports import AlreadyPlaced, KeyReused, Replayed, RequestKey
from oms.orders.application.release import hold_order, interruption, release_order, wait_for_fulfilment
from oms.orders.application.shipping import record_shipment
from oms.orders.application.transitions import existing
from oms.orders.domain.cancellation import CancellationKnown, CancellationRefused, CancellationRequested
from oms.orders.domain.capture import Taxes
from oms.orders.domain.fulfilment import committed_units
from oms.orders.domain.order import Hold, Order
from oms.orders.domain.shipping import AlreadyRecorded, Parcel, ShipmentRefused, Shipped

from tests.builders import AT, CLIENT, NOW, ORDER, SYSTEM, a_snapshot, an_event
from tests.contract.inventory.desk import Meddler
from tests.contract.orders.conftest import Desk
from tests.contract.orders.meeting import over_dynamo, over_the_fake
from tests.contract.orders.model import PLACES, Model, Units

PRICE, SHIPPING = 333, 499
MARK = RequestKey("web", "key", "body")
MARKS = (MARK, replace(MARK, fingerprint="other"), replace(MARK, key="new"))
reports = st.tuples(
    st.sampled_from(PLACES), st.sampled_from(["p1", "p2", "p3"]), st.integers(0, 4), st.integers(1, 4),
    st.sampled_from(["same", "same", "other"]),
)  # fmt: skip
"""Location, shipment id, line (0: everything that is open), units, fingerprint."""
COMMANDS = (
    *["release"] * 3, *["ship"] * 7, "hold", "ask to cancel", "cancel", "place again", "wait", "write late", "take over",
    "release by a wrong plan",
)  # fmt: skip
Report = tuple[str, str, int, int, str]


class AnySequence(RuleBasedStateMachine):
    """One order, and clients, workflows and locations that repeat themselves, come late and meet each other."""

    open_desk: ClassVar[Callable[[], tuple[Desk, Meddler]]]

    @initialize(units=st.lists(st.integers(1, 5), min_size=1, max_size=3))
    def place(self, units: list[int]) -> None:
        self.desk, self.meddler = type(self).open_desk()
        self.snapshot = a_snapshot(*((count, PRICE) for count in units), shipping=SHIPPING)
        place_order(self.snapshot, MARK, orders=self.desk.orders, now=NOW, actor=CLIENT)
        self.model = Model(dict(enumerate(units, start=1)))
        self.old: list[Order] = [self.order]

    @rule(
        what=st.sampled_from(COMMANDS),
        mark=st.sampled_from(MARKS),
        kind=st.sampled_from(Hold),
        report=reports,
        split=st.lists(st.integers(0, 5), min_size=3, max_size=3),
        meanwhile=st.one_of(st.none(), reports),
        pick=st.integers(0, 99),
    )
    def command(
        self, what: str, mark: RequestKey, kind: Hold, split: list[int], report: Report, meanwhile: Report | None,
        pick: int,
    ) -> None:  # fmt: skip
        """One rule for all: Hypothesis leaves whole rules out of a run, and most ways to go wrong need several."""
        acts: dict[str, Callable[[], None]] = {
            "place again": lambda: self.place_again(mark),
            "hold": lambda: self.hold(kind, 1 + pick % 3),
            "release": lambda: self.release(split, 1 + pick % 3, overtaken=pick % 4),
            "take over": lambda: self.take_over(1 + pick % 3),
            "release by a wrong plan": lambda: self.release_by_a_wrong_plan(1 if pick % 2 else -1),
            "ship": lambda: self.ship(report, meanwhile),
            "ask to cancel": lambda: self.ask_to_cancel(report[0], overtaken=pick % 2 == 0),
            "cancel": lambda: self.cancel(),
            "wait": lambda: self.wait(f"t{pick % 3}"),
            "write late": lambda: self.write_over_a_version_that_has_passed(self.old[pick % len(self.old)]),
        }
        acts[what]()

    @property
    def order(self) -> Order:
        return existing(self.desk.orders, ORDER)

    def place_again(self, mark: RequestKey) -> None:
        answer = place_order(self.snapshot, mark, orders=self.desk.orders, now=NOW, actor=CLIENT)
        expected = KeyReused() if mark.fingerprint == "other" else Replayed(ORDER)
        assert answer == (AlreadyPlaced(ORDER) if mark.key == "new" else expected)

    def hold(self, kind: Hold, assessment: int) -> None:
        orders = self.desk.orders
        answer = hold_order(ORDER, kind, "why", assessment=assessment, orders=orders, now=NOW, actor=SYSTEM)
        assert answer.outcome == self.model.put_on_hold(kind, assessment)

    def take_over(self, assessment: int) -> None:
        self.desk.orders.take_over(ORDER, assessment)
        self.model.assessment = max(assessment, self.model.assessment)

    def release(self, split: list[int], assessment: int, *, overtaken: int) -> None:
        boxes: dict[str, Units] = {place: {} for place in PLACES}
        for number, units in self.model.ordered.items():
            here = min(units, split[number - 1])
            for place, count in zip(PLACES, (here, units - here), strict=True):
                boxes[place] |= {number: count} if count else {}
        if overtaken < 2:
            self._just_before(lambda: self.take_over(2) if overtaken else self._ask_to_cancel())
        answer = self._release(boxes, assessment)
        self.meddler.leave_alone()
        assert answer == self.model.release(boxes, assessment)

    def release_by_a_wrong_plan(self, more: int) -> None:
        if self.model.stage not in ("RECEIVED", "HELD") or self.model.cancel_requested:
            return
        plan = {number: units + more for number, units in self.model.ordered.items()}
        with pytest.raises(BrokenInvariant, match="exactly"):
            self._release({"LON": plan}, assessment=9)

    def ship(self, report: Report, meanwhile: Report | None) -> None:
        if self._number(report[0]) and meanwhile and self._number(meanwhile[0]):
            self._just_before(lambda: self._ship(meanwhile))
        self._ship(report)
        self.meddler.leave_alone()

    def ask_to_cancel(self, place: str, *, overtaken: bool) -> None:
        if overtaken and place in self.model.open_at and not self.model.cancel_requested:
            self._just_before(lambda: self._ship((place, "last", 0, 1, "same")))
        self._ask_to_cancel()
        self.meddler.leave_alone()

    def cancel(self) -> None:
        answer = cancel_lines(ORDER, orders=self.desk.orders, now=NOW, actor=SYSTEM)
        assert answer.outcome == self.model.cancel()

    def wait(self, token: str) -> None:
        """The token's name is its turn, too."""
        latest = self.desk.orders.token(ORDER) or ""
        if token < latest:
            with pytest.raises(WriteConflict):
                wait_for_fulfilment(ORDER, token, token, orders=self.desk.orders)
        else:
            reason = wait_for_fulfilment(ORDER, token, token, orders=self.desk.orders)
            assert (reason.kind if reason else "") == self._interruption()
        assert self.desk.orders.token(ORDER) == max(token, latest)

    def write_over_a_version_that_has_passed(self, old: Order) -> None:
        if old.version < self.order.version:
            late = old.noted(at=AT, cancel_requested=True)
            with pytest.raises(WriteConflict):
                self.desk.orders.save(late, an_event(late.version, type="OrderHeld"))

    @invariant()
    def every_unit_is_where_the_model_has_it(self) -> None:
        if hasattr(self, "desk"):
            order, model = self.order, self.model
            for line in order.lines:
                places = (line.unallocated, line.allocated, line.shipped, line.cancelled)
                assert places == model.line(line.number)
                assert line.adds_up
            assert (order.stage.value, order.hold, order.cancel_requested) == (
                model.stage, model.hold, model.cancel_requested,
            )  # fmt: skip
            if self.old[-1].version < order.version:
                self.old.append(order)

    @invariant()
    def the_locations_have_what_the_model_gave_them(self) -> None:
        if hasattr(self, "desk"):
            work = self.desk.orders.fulfilment_orders(ORDER)
            assert {
                one.location: {each.number: each.open for each in one.work} for one in work
            } == self.model.open_at
            sent = [sum(units.values()) for units in self.model.shipped_at.values()]
            left = [sum(units.values()) for units in self.model.open_at.values()]
            assert sum(committed_units(work).values()) == sum(sent) + sum(left)

    @invariant()
    def each_change_has_its_event_and_each_unit_its_charge(self) -> None:
        if hasattr(self, "desk"):
            events = self.desk.events(ORDER)
            assert [event.type for event in events] == self.model.changes
            assert self.order.version == len(events)
            parcels = [event.data for event in events if event.type == "ShipmentRecorded"]
            assert sum(parcel["total"] for parcel in parcels) == self.order.shipped_total
            units = sum(line[2] for parcel in parcels for line in parcel["lines"])
            assert sum(parcel["product"] for parcel in parcels) == units * PRICE
            assert sum(parcel["shipping"] for parcel in parcels) == (SHIPPING if parcels else 0)

    @invariant()
    def the_workflow_is_told_what_has_happened(self) -> None:
        if hasattr(self, "desk"):
            reason = interruption(ORDER, orders=self.desk.orders)
            assert (reason.kind if reason else "") == self._interruption()

    def _interruption(self) -> str:
        if any(self.model.cancelled.values()):
            return "CANCELLATION"
        return (
            "SHIPPED"
            if self.model.stage == "SHIPPED"
            else "CANCELLATION"
            if self.model.cancel_requested
            else ""
        )

    def _release(self, boxes: Mapping[str, Units], assessment: int) -> str:
        plan = {place: list(units.items()) for place, units in boxes.items() if units}
        taxes = Taxes({}, 0, estimated=False)
        return release_order(
            ORDER, plan, taxes, assessment=assessment, orders=self.desk.orders, now=NOW, actor=SYSTEM
        ).outcome

    def _ask_to_cancel(self) -> None:
        answer = request_cancellation(ORDER, "other", orders=self.desk.orders, now=NOW, actor=CLIENT)
        kinds = {"noted": CancellationRequested, "known": CancellationKnown, "refused": CancellationRefused}
        assert isinstance(answer, kinds[self.model.ask_to_cancel()])

    def _number(self, place: str) -> int:
        """Of a location's fulfilment order; 0 where it has none."""
        return sorted(self.model.open_at).index(place) + 1 if place in self.model.open_at else 0

    def _ship(self, report: Report) -> None:
        place, shipment_id, line, units, fingerprint = report
        sent = {line: units} if line else {}
        parcel = Parcel(shipment_id, "DHL", "JD01", sent, fingerprint)
        name = f"{ORDER}-f{self._number(place) or 9}"
        answer = record_shipment(name, parcel, orders=self.desk.orders, now=NOW, actor=CLIENT)
        if not self._number(place):
            assert answer is None
            return
        everything = {number: count for number, count in self.model.open_at[place].items() if count}
        expected = self.model.ship(place, shipment_id, sent or everything, fingerprint)
        match answer:
            case Shipped():
                assert expected == "shipped"
            case AlreadyRecorded():
                assert expected == "again"
            case ShipmentRefused():
                assert expected == answer.code

    def _just_before(self, other: Callable[[], None]) -> None:
        """Let somebody else act between the next command's reading and its writing."""

        def act(_: int) -> None:
            self.meddler.leave_alone()
            other()

        self.meddler.before = act


class OverTheFake(AnySequence):
    open_desk = staticmethod(over_the_fake)


class OverDynamo(AnySequence):
    open_desk = staticmethod(over_dynamo)


TestOverTheFake: Any = OverTheFake.TestCase
TestOverDynamo: Any = OverDynamo.TestCase
TestOverTheFake.settings = settings(max_examples=100, stateful_step_count=20, deadline=None)
TestOverDynamo.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
