"""Calling off what has not shipped, at every stage."""

import pytest
from oms.orders.domain.cancellation import (
    CancellationKnown,
    CancellationRefused,
    CancellationRequested,
    request,
)
from oms.orders.domain.capture import Boxes, hold
from oms.orders.domain.fulfilment import FulfilmentState
from oms.orders.domain.order import Hold, Stage

from tests.builders import AT, a_snapshot
from tests.unit.orders.warehouse import Warehouse, a_parcel

SNAPSHOT = a_snapshot((3, 100), (1, 50))
TWO_PLACES: Boxes = {"LON": [(1, 2)], "MAN": [(1, 1), (2, 1)]}


def at_stage(stage: str) -> Warehouse:
    """An order that has come so far."""
    if stage in ("RECEIVED", "HELD"):
        warehouse = Warehouse.received(SNAPSHOT)
        if stage == "HELD" and (held := hold(warehouse.order, Hold.FRAUD, "why", at=AT)):
            warehouse.order = held[0]
        return warehouse
    warehouse = Warehouse.released(SNAPSHOT, TWO_PLACES)
    if stage != "RELEASED":
        warehouse.sent("LON", a_parcel("p1", {1: 2}))
    if stage == "SHIPPED":
        warehouse.sent("MAN", a_parcel("p1", {1: 1, 2: 1}))
    return warehouse


@pytest.mark.parametrize("stage", ["RECEIVED", "HELD", "RELEASED"])
def test_an_order_of_which_nothing_left_is_cancelled_whole(stage: str) -> None:
    warehouse = at_stage(stage)

    cancelled = warehouse.cancel()

    assert cancelled is not None
    assert cancelled.fact.complete
    assert cancelled.fact.lines == [[1, 3], [2, 1]]
    assert cancelled.fact.shipped_total == 0
    assert (warehouse.order.stage, warehouse.order.hold) == (Stage.CANCELLED, None)
    assert {one.state for one in warehouse.work.values()} <= {FulfilmentState.CANCELLED}


def test_of_a_partly_shipped_order_only_the_rest_is_cancelled() -> None:
    warehouse = at_stage("PARTIALLY_SHIPPED")

    cancelled = warehouse.cancel()

    assert cancelled is not None
    assert not cancelled.fact.complete
    assert cancelled.fact.lines == [[1, 1], [2, 1]]
    assert cancelled.fact.shipped_total == warehouse.charges[0].total > 0
    assert warehouse.order.stage is Stage.SHIPPED
    assert [(line.shipped, line.cancelled) for line in warehouse.order.lines] == [(2, 1), (0, 1)]


def test_work_that_is_done_is_not_touched_by_a_cancellation() -> None:
    warehouse = at_stage("PARTIALLY_SHIPPED")
    done = warehouse.at("LON")

    cancelled = warehouse.cancel()

    assert cancelled is not None
    assert [one.location for one in cancelled.fulfilment_orders] == ["MAN"]
    assert warehouse.at("LON") is done


@pytest.mark.parametrize("stage", ["SHIPPED", "RELEASED"])
def test_where_nothing_is_open_there_is_nothing_to_cancel(stage: str) -> None:
    warehouse = at_stage(stage)
    if stage == "RELEASED":
        warehouse.cancel()

    assert warehouse.cancel() is None


@pytest.mark.parametrize("stage", ["RECEIVED", "HELD", "RELEASED", "PARTIALLY_SHIPPED"])
def test_the_wish_to_cancel_is_noted_without_moving_the_order(stage: str) -> None:
    order = at_stage(stage).order

    asked = request(order, "fraud", at="later")

    assert isinstance(asked, CancellationRequested)
    assert asked.order.cancel_requested
    assert asked.fact.code == "fraud"
    assert (asked.order.stage, asked.order.headline) == (order.stage, order.headline)
    assert asked.order.version == order.version + 1


def test_a_second_wish_to_cancel_is_known() -> None:
    first = request(at_stage("RELEASED").order, "fraud", at=AT)
    assert isinstance(first, CancellationRequested)

    assert request(first.order, "other", at=AT) == CancellationKnown(first.order)


def test_a_cancelled_order_is_known_to_be_cancelled() -> None:
    warehouse = at_stage("RECEIVED")
    warehouse.cancel()

    assert isinstance(request(warehouse.order, "other", at=AT), CancellationKnown)


def test_a_shipped_order_is_not_cancelled_but_returned() -> None:
    refused = request(at_stage("SHIPPED").order, "other", at=AT)

    assert isinstance(refused, CancellationRefused)
    assert refused.code == "order_already_shipped"
    assert "return" in refused.detail


def test_who_asks_again_after_the_rest_was_called_off_is_not_told_that_everything_has_shipped() -> None:
    warehouse = at_stage("PARTIALLY_SHIPPED")
    asked = request(warehouse.order, "other", at=AT)
    assert isinstance(asked, CancellationRequested)
    warehouse.order = asked.order
    warehouse.cancel()

    assert warehouse.order.stage is Stage.SHIPPED
    assert request(warehouse.order, "other", at=AT) == CancellationKnown(warehouse.order)
