"""Law 5: every ordered unit is in exactly one place, whatever happens in whatever order."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from oms.orders.domain.cancellation import CancellationRequested, request
from oms.orders.domain.capture import Boxes, hold
from oms.orders.domain.fulfilment import committed_units
from oms.orders.domain.order import Hold, Order, Stage
from oms.orders.domain.shipping import Shipped

from tests.builders import AT, a_snapshot
from tests.unit.orders.warehouse import Warehouse, a_parcel

PLACES = ("LON", "MAN")


class AnyOrder(RuleBasedStateMachine):
    """Release, hold, ship, ask to cancel and cancel, at random."""

    warehouse: Warehouse

    @initialize(quantities=st.lists(st.integers(1, 6), min_size=1, max_size=4))
    def receive(self, quantities: list[int]) -> None:
        self.warehouse = Warehouse.received(a_snapshot(*((quantity, 333) for quantity in quantities)))
        self.seen = self.order

    @property
    def order(self) -> Order:
        return self.warehouse.order

    @precondition(lambda self: self.order.may("release"))
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        boxes: dict[str, list[tuple[int, int]]] = {place: [] for place in PLACES}
        for line in self.order.lines:
            here = data.draw(st.integers(0, line.ordered))
            for place, units in zip(PLACES, (here, line.ordered - here), strict=True):
                if units:
                    boxes[place].append((line.number, units))
        plan: Boxes = {place: lines for place, lines in boxes.items() if lines}
        self.warehouse.release(plan)

    @rule(kind=st.sampled_from(Hold))
    def hold(self, kind: Hold) -> None:
        if held := hold(self.order, kind, "why", at=AT):
            self.warehouse.order = held[0]

    @precondition(lambda self: self.warehouse.work)
    @rule(data=st.data(), shipment_id=st.sampled_from(["p1", "p2", "p3", "p4"]))
    def ship(self, data: st.DataObject, shipment_id: str) -> None:
        work = data.draw(st.sampled_from(sorted(self.warehouse.work.values(), key=lambda one: one.location)))
        number = data.draw(st.sampled_from([one.number for one in work.work]))
        units = data.draw(st.integers(1, 7))
        before = self.order
        result = self.warehouse.ship(work.location, a_parcel(shipment_id, {number: units}))
        assert isinstance(result, Shipped) or self.order is before

    @rule()
    def ask_to_cancel(self) -> None:
        asked = request(self.order, "customer_request", at=AT)
        if isinstance(asked, CancellationRequested):
            self.warehouse.order = asked.order

    @precondition(lambda self: self.order.stage is not Stage.RECEIVED)
    @rule()
    def cancel(self) -> None:
        self.warehouse.cancel()

    @invariant()
    def every_unit_is_in_exactly_one_place(self) -> None:
        assert all(line.adds_up for line in self.order.lines)

    @invariant()
    def the_locations_and_the_order_agree(self) -> None:
        totals: dict[int, list[int]] = {}
        for one in self.warehouse.work.values():
            for work in one.work:
                assert min(work.open, work.shipped, work.cancelled) >= 0
                open_, shipped = totals.setdefault(work.number, [0, 0])
                totals[work.number] = [open_ + work.open, shipped + work.shipped]
        for line in self.order.lines:
            assert totals.get(line.number, [0, 0]) == [line.allocated, line.shipped]

    @invariant()
    def what_is_committed_is_what_has_shipped_or_is_still_owed(self) -> None:
        committed = committed_units(list(self.warehouse.work.values()))
        assert sum(committed.values()) == sum(line.allocated + line.shipped for line in self.order.lines)

    @invariant()
    def an_order_ends_when_nothing_is_open_and_never_goes_back(self) -> None:
        order, seen = self.order, self.seen
        assert order.is_terminal == (not any(line.open for line in order.lines))
        assert not seen.is_terminal or order.stage is seen.stage
        assert order.version >= seen.version
        self.seen = order

    @invariant()
    def only_an_order_of_which_nothing_left_is_cancelled(self) -> None:
        shipped = any(line.shipped for line in self.order.lines)
        assert not (self.order.stage is Stage.CANCELLED and shipped)
        assert not (self.order.stage is Stage.SHIPPED and not shipped)


TestAnyOrder: Any = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
