"""Holding an order, and handing its work to the locations."""

import pytest
from oms.kernel.errors import BrokenInvariant
from oms.orders.domain.capture import Boxes, Taxes, hold
from oms.orders.domain.fulfilment import FulfilmentOrder, FulfilmentState, Work, committed_units
from oms.orders.domain.order import Hold, Stage

from tests.builders import AT, ORDER, a_snapshot
from tests.unit.orders.warehouse import Warehouse, a_parcel

SNAPSHOT = a_snapshot((3, 100), (1, 50), shipping=20)
TWO_PLACES: Boxes = {"MAN": [(1, 1), (2, 1)], "LON": [(1, 2)]}


def test_each_location_gets_its_own_work_numbered_within_the_order() -> None:
    warehouse = Warehouse.released(SNAPSHOT, TWO_PLACES)

    assert list(warehouse.work) == [f"{ORDER}-f1", f"{ORDER}-f2"]
    assert warehouse.at("LON").work == (Work(1, "SKU-1", 2),)
    assert warehouse.at("MAN").work == (Work(1, "SKU-1", 1), Work(2, "SKU-2", 1))
    assert {one.state for one in warehouse.work.values()} == {FulfilmentState.OPEN}


def test_a_released_order_has_every_unit_allocated_and_its_tax_on_its_lines() -> None:
    warehouse = Warehouse.released(SNAPSHOT, TWO_PLACES, Taxes({1: 60, 2: 10}, 4, estimated=True))
    order = warehouse.order

    assert [(line.unallocated, line.allocated, line.tax) for line in order.lines] == [(0, 3, 60), (0, 1, 10)]
    assert (order.stage, order.shipping_tax, order.tax_estimated) == (Stage.RELEASED, 4, True)
    assert order.fulfilment_orders == 2


@pytest.mark.parametrize(
    "boxes",
    [
        {"LON": [(1, 2)]},
        {"LON": [(1, 3), (2, 2)]},
        {"LON": [(1, 3)], "MAN": [(2, 1), (1, 1)]},
        {"LON": [(1, 3), (2, 1), (3, 1)]},
        {"LON": [(1, 3), (2, 1), (0, 1)]},
        {"LON": []},
        {},
    ],
)
def test_a_plan_that_does_not_cover_the_order_exactly_is_never_released(boxes: Boxes) -> None:
    with pytest.raises(BrokenInvariant, match="exactly"):
        Warehouse.received(SNAPSHOT).release(boxes)


def test_a_released_order_leaves_its_hold_behind() -> None:
    warehouse = Warehouse.received(SNAPSHOT)
    held = hold(warehouse.order, Hold.FRAUD, "why", at=AT)
    assert held is not None
    warehouse.order = held[0]

    warehouse.release(TWO_PLACES)

    assert (warehouse.order.stage, warehouse.order.hold) == (Stage.RELEASED, None)


def test_a_hold_says_why() -> None:
    held = hold(Warehouse.received(SNAPSHOT).order, Hold.SHORTAGE, "line 1 is missing", at=AT)

    assert held is not None
    assert (held[0].stage, held[0].hold) == (Stage.HELD, Hold.SHORTAGE)
    assert (held[1].hold, held[1].cause) == ("SHORTAGE", "line 1 is missing")


def test_the_same_hold_twice_is_one_hold_and_another_one_replaces_it() -> None:
    held = hold(Warehouse.received(SNAPSHOT).order, Hold.FRAUD, "why", at=AT)
    assert held is not None

    assert hold(held[0], Hold.FRAUD, "why", at=AT) is None
    again = hold(held[0], Hold.PAYMENT, "declined", at=AT)
    assert again is not None
    assert again[0].headline == "AWAITING_PAYMENT"


def test_a_released_order_is_not_held_any_more() -> None:
    assert hold(Warehouse.released(SNAPSHOT).order, Hold.FRAUD, "why", at=AT) is None


def test_committed_is_what_the_locations_have_shipped_or_still_owe() -> None:
    warehouse = Warehouse.released(SNAPSHOT, TWO_PLACES)
    warehouse.sent("LON", a_parcel("p1", {1: 1}))
    assert committed_units(list(warehouse.work.values())) == {
        ("LON", "SKU-1"): 2,
        ("MAN", "SKU-1"): 1,
        ("MAN", "SKU-2"): 1,
    }

    warehouse.cancel()

    assert committed_units(list(warehouse.work.values())) == {("LON", "SKU-1"): 1}


@pytest.mark.parametrize(
    ("work", "state"),
    [
        ([Work(1, "A", 2)], FulfilmentState.OPEN),
        ([Work(1, "A", 2, shipped=1)], FulfilmentState.OPEN),
        ([Work(1, "A", 2, shipped=2), Work(2, "B", 1)], FulfilmentState.OPEN),
        ([Work(1, "A", 2, shipped=1, cancelled=1)], FulfilmentState.SHIPPED),
        ([Work(1, "A", 2, shipped=2), Work(2, "B", 1, cancelled=1)], FulfilmentState.SHIPPED),
        ([Work(1, "A", 2, cancelled=2)], FulfilmentState.CANCELLED),
    ],
)
def test_work_is_open_while_a_unit_is_owed(work: list[Work], state: FulfilmentState) -> None:
    one = FulfilmentOrder(f"{ORDER}-f1", ORDER, "web", "LON", AT, tuple(work), {})

    assert one.state is state
