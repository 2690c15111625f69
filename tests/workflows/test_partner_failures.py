"""Partners on their bad days: an answer that is lost, an hour without service. One effect each, no order lost."""

import pytest
from oms.support.domain.exceptions import Action

from tests.running.stories import story
from tests.running.worlds import World

_LOST_ANSWERS = ["timeout_after_commit", "500_after_commit", "drop_after", "malformed"]
_NO_SERVICE = ["500", "503", "429", "hang", "drop_before"]
_TRIES = 4
"""A task's first try and its three retries."""


@pytest.mark.parametrize("fault", _LOST_ANSWERS + _NO_SERVICE)
@story
def test_a_payment_is_authorized_once_whatever_the_gateway_says(world: World, fault: str) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 2})
    world.system.fault("stripe", fault, method="POST", match=order.order_id)

    order.place().reaches("RELEASED").ship().ends("SHIPPED", paid=3000, shipped=2)

    assert order.money() == [("authorize", 3000), ("capture", 3000)]
    assert world.system.faults_left(order.order_id) == []


@pytest.mark.parametrize("fault", ["timeout_after_commit", "500_after_commit", "503"])
@story
def test_a_shipment_is_captured_once_whatever_the_gateway_says(world: World, fault: str) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 2}).place().reaches("RELEASED")
    path = f"/v1/payment_intents/{order.reference()}/capture"
    world.system.fault("stripe", fault, path=path)

    order.ship().ends("SHIPPED", paid=3000, shipped=2)

    assert order.money() == [("authorize", 3000), ("capture", 3000)]


@pytest.mark.parametrize("fault", ["timeout_after_commit", "500_after_commit", "hang", "503"])
@story
def test_a_hold_is_released_once_whatever_the_gateway_says(world: World, fault: str) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 2}).place().reaches("RELEASED")
    world.system.fault("stripe", fault, path=f"/v1/payment_intents/{order.reference()}/cancel")

    order.cancel().ends("CANCELLED", paid=0, cancelled=2)

    assert order.money() == [("authorize", 3000), ("void", 3000)]


@pytest.mark.parametrize("fault", ["timeout_after_commit", "500_after_commit", "hang", "503"])
@story
def test_a_customer_is_refunded_once_whatever_the_gateway_says(world: World, fault: str) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 2}, prepaid=True).place().reaches("RELEASED")
    world.system.fault("stripe", fault, method="POST", path="/v1/refunds", match=order.reference())

    order.cancel().ends("CANCELLED", paid=0, cancelled=2)

    assert order.money() == [("capture", 3000), ("refund", 3000)]
    assert order.books() == {}


@story
def test_an_order_waits_for_engineers_while_the_gateway_is_down(world: World) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 2})
    world.system.fault("stripe", "503", method="POST", match=order.order_id, times=_TRIES)

    case = order.place().stops_with("TECHNICAL")

    assert case.owner == "engineering"
    assert (order.standing().reserved, order.money()) == (0, [])
    order.resolve("TECHNICAL", Action.RETRY).reaches("RELEASED").ship()
    order.ends("SHIPPED", paid=3000, shipped=2)
    assert order.money() == [("authorize", 3000), ("capture", 3000)]


@pytest.mark.parametrize("fault", ["500", "503", "hang", "malformed", "oversized"])
@story
def test_tax_is_estimated_while_the_tax_engine_is_down(world: World, fault: str) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 2})
    world.system.fault("avalara", fault, match=order.order_id.replace("_", "-"))

    view = order.place().reaches("RELEASED").view()

    assert (view["tax"], view["tax_estimated"]) == (500, True)
    order.ship().ends("SHIPPED", paid=3000, shipped=2)


@story
def test_tax_that_the_engine_quotes_is_no_estimate(world: World) -> None:
    sku = world.stock(NORTH=3)

    view = world.order({sku: 2}).place().reaches("RELEASED").view()

    assert (view["tax"], view["tax_estimated"]) == (500, False)


@pytest.mark.parametrize("fault", ["500", "503", "hang", "malformed"])
@story
def test_an_order_is_held_while_the_fraud_screening_is_down(world: World, fault: str) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 1})
    world.system.fault("accertify", fault, match=order.order_id)

    order.place().reaches("ON_HOLD")

    assert "cannot answer" in order.stops_with("FRAUD_REVIEW").detail
    order.resolve("FRAUD_REVIEW", Action.ACCEPT).reaches("RELEASED").ship()
    order.ends("SHIPPED", paid=1800, shipped=1)


@pytest.mark.parametrize("mailbox", ["unknown", "error"])
@story
def test_an_order_is_held_where_the_verdict_makes_no_sense(world: World, mailbox: str) -> None:
    sku = world.stock(NORTH=3)

    order = world.order({sku: 1}, mailbox=mailbox).place().reaches("ON_HOLD")

    order.resolve("FRAUD_REVIEW", Action.CANCEL).ends("CANCELLED", paid=0, cancelled=1)
