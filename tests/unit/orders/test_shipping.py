"""Which shipment reports are taken in."""

import pytest
from oms.orders.domain.capture import Boxes
from oms.orders.domain.fulfilment import FulfilmentState
from oms.orders.domain.order import Stage
from oms.orders.domain.shipping import AlreadyRecorded, ShipmentRefused, Shipped

from tests.builders import a_snapshot
from tests.unit.orders.warehouse import Warehouse, a_parcel

TWO_PLACES: Boxes = {"LON": [(1, 2)], "MAN": [(1, 1), (2, 1)]}


@pytest.fixture
def warehouse() -> Warehouse:
    """Three units of line 1 and one of line 2, at two locations."""
    return Warehouse.released(a_snapshot((3, 100), (1, 50)), TWO_PLACES)


def test_a_parcel_moves_its_units_from_allocated_to_shipped(warehouse: Warehouse) -> None:
    result = warehouse.ship("LON", a_parcel("p1", {1: 2}))

    assert isinstance(result, Shipped)
    assert [(line.allocated, line.shipped) for line in result.order.lines] == [(1, 2), (1, 0)]
    assert result.fulfilment_order.state is FulfilmentState.SHIPPED
    assert (result.order.stage, result.order.headline) == (Stage.RELEASED, "PARTIALLY_SHIPPED")


def test_the_last_parcel_ends_the_order(warehouse: Warehouse) -> None:
    warehouse.sent("LON", a_parcel("p1", {1: 2}))

    last = warehouse.sent("MAN", a_parcel("p1", {1: 1, 2: 1}))

    assert last.final
    assert (warehouse.order.stage, warehouse.order.headline) == (Stage.SHIPPED, "SHIPPED")


def test_a_report_that_comes_twice_changes_nothing(warehouse: Warehouse) -> None:
    parcel = a_parcel("p1", {1: 2})
    warehouse.sent("LON", parcel)
    before = warehouse.order

    assert warehouse.ship("LON", parcel) == AlreadyRecorded("p1")
    assert warehouse.order is before


def test_a_report_that_comes_again_after_the_order_ended_is_still_known(warehouse: Warehouse) -> None:
    parcel = a_parcel("p1", {1: 2})
    warehouse.sent("LON", parcel)
    warehouse.cancel()

    assert warehouse.ship("LON", parcel) == AlreadyRecorded("p1")


def test_a_shipment_id_that_comes_with_other_content_is_refused(warehouse: Warehouse) -> None:
    warehouse.sent("LON", a_parcel("p1", {1: 1}))

    refused = warehouse.ship("LON", a_parcel("p1", {1: 1}, fingerprint="other"))

    assert isinstance(refused, ShipmentRefused)
    assert (refused.code, refused.field) == ("shipment_id_reused", "shipment_id")


def test_no_more_ships_than_is_open_at_the_location(warehouse: Warehouse) -> None:
    refused = warehouse.ship("LON", a_parcel("p1", {1: 3}))

    assert refused == ShipmentRefused(
        "more_than_open", "Line 1 has 2 open units here, not 3.", "lines[0].quantity"
    )


def test_what_has_shipped_is_not_open_any_more(warehouse: Warehouse) -> None:
    warehouse.sent("LON", a_parcel("p1", {1: 1}))

    assert isinstance(warehouse.ship("LON", a_parcel("p2", {1: 2})), ShipmentRefused)
    assert isinstance(warehouse.ship("LON", a_parcel("p2", {1: 1})), Shipped)


def test_a_line_of_another_location_is_refused(warehouse: Warehouse) -> None:
    refused = warehouse.ship("LON", a_parcel("p1", {2: 1}))

    assert isinstance(refused, ShipmentRefused)
    assert (refused.code, refused.field) == ("line_not_here", "lines[0]")


def test_the_refused_field_is_counted_as_the_location_wrote_its_lines(warehouse: Warehouse) -> None:
    refused = warehouse.ship("MAN", a_parcel("p1", {2: 1, 1: 9}))

    assert isinstance(refused, ShipmentRefused)
    assert refused.field == "lines[1].quantity"


def test_a_parcel_of_nothing_is_refused(warehouse: Warehouse) -> None:
    refused = warehouse.ship("LON", a_parcel("p1", {}))

    assert isinstance(refused, ShipmentRefused)
    assert refused.code == "nothing_open"


@pytest.mark.parametrize("shipped_first", [True, False])
def test_nothing_ships_once_the_order_is_cancelled(warehouse: Warehouse, shipped_first: bool) -> None:
    if shipped_first:
        warehouse.sent("LON", a_parcel("p1", {1: 1}))
    warehouse.cancel()

    refused = warehouse.ship("MAN", a_parcel("p2", {2: 1}))

    assert isinstance(refused, ShipmentRefused)
    assert refused.code == "order_not_open"


def test_nothing_ships_before_it_is_released(warehouse: Warehouse) -> None:
    held_up = Warehouse.received(warehouse.snapshot)
    held_up.work = warehouse.work

    refused = held_up.ship("LON", a_parcel("p1", {1: 1}))

    assert isinstance(refused, ShipmentRefused)
    assert refused.code == "order_not_open"


def test_a_parcel_may_leave_while_a_cancellation_is_only_requested(warehouse: Warehouse) -> None:
    warehouse.order = warehouse.order.noted(at="later", cancel_requested=True)

    assert isinstance(warehouse.ship("LON", a_parcel("p1", {1: 1})), Shipped)
