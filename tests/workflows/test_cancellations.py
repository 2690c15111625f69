"""Calling an order off at every stage: what has not shipped goes back, what has shipped stays paid."""

import pytest
from oms.ledger.domain.accounts import PRODUCT_REVENUE, PSP_CLEARING, SHIPPING_REVENUE, TAX_PAYABLE
from oms.support.domain.exceptions import Action

from tests.running.stories import story
from tests.running.worlds import World


@pytest.mark.parametrize("slow_partner", ["avalara", "accertify"])
@story
def test_an_order_is_cancelled_before_its_assessment_ends(world: World, slow_partner: str) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 2})
    named = order.order_id.replace("_", "-") if slow_partner == "avalara" else order.order_id
    world.system.fault(slow_partner, "hang", match=named)

    order.place().cancel()

    order.ends("CANCELLED", paid=0, cancelled=2)
    assert order.events("OrderReleased") == []
    assert world.levels(sku) == {"NORTH": (3, 0, 0)}


@story
def test_a_cancellation_right_behind_the_order_wins_or_loses_cleanly(world: World) -> None:
    sku = world.stock(NORTH=8)

    orders = [world.order({sku: 1}).place().cancel() for _ in range(4)]

    for order in orders:
        order.ends("CANCELLED", paid=0, cancelled=1)
    assert world.levels(sku) == {"NORTH": (8, 0, 0)}


@story
def test_an_order_is_cancelled_while_it_waits_for_its_parcels(world: World) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 2}).place().reaches("RELEASED")

    answers = [order.try_cancel() for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    order.ends("CANCELLED", paid=0, cancelled=2)
    assert order.money() == [("authorize", 3000), ("void", 3000)]
    assert order.books() == {}
    assert world.levels(sku) == {"NORTH": (3, 0, 0)}
    assert order.work() == []
    assert order.events("OrderCancellationRequested") == ["OrderCancellationRequested"]


@story
def test_an_order_is_cancelled_while_it_is_on_hold(world: World) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 2}, mailbox="review").place().reaches("ON_HOLD")
    order.stops_with("FRAUD_REVIEW")

    order.cancel().ends("CANCELLED", paid=0, cancelled=2)

    assert order.money() == [("authorize", 3000), ("void", 3000)]
    assert world.levels(sku) == {"NORTH": (3, 0, 0)}


@story
def test_an_order_is_cancelled_while_it_waits_for_payment(world: World) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 2}, card="pm_card_expiredCard").place().reaches("AWAITING_PAYMENT")

    order.cancel().ends("CANCELLED", paid=0, cancelled=2)

    assert order.money() == []


@story
def test_only_what_has_not_shipped_is_cancelled(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 3}).place().reaches("RELEASED").ship(L1=1).reaches("PARTIALLY_SHIPPED")

    order.cancel().ends("SHIPPED", paid=1800, shipped=1, cancelled=2)

    assert order.money() == [("authorize", 4200), ("capture", 1800), ("void", 2400)]
    assert order.books() == {
        PSP_CLEARING: 1800,
        PRODUCT_REVENUE: -1000,
        SHIPPING_REVENUE: -500,
        TAX_PAYABLE: -300,
    }
    assert world.levels(sku) == {"NORTH": (4, 0, 1)}


@story
def test_the_hold_of_a_refused_charge_stays_until_that_is_given_up(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 3}, card="pm_card_captureFailsAtFirst").place().reaches("RELEASED").ship(L1=1)
    order.stops_with("CAPTURE_FAILED")

    order.cancel().settles()
    assert (order.standing().held, order.standing().kept) == (4200, 0)

    order.resolve("CAPTURE_FAILED", Action.DISMISS).ends("SHIPPED", paid=0, shipped=1, cancelled=2)
    assert order.money() == [("authorize", 4200), ("void", 4200)]


@story
def test_one_location_ships_and_the_other_is_called_off(world: World) -> None:
    northern, southern = world.stock(NORTH=3), world.stock(SOUTH=3)
    order = world.order({northern: 1, southern: 1}).place().reaches("RELEASED")
    parcel = {"shipment_id": "north", "carrier": "Example Parcels", "tracking_number": "EX1"}
    world.system.stack.api("warehouse").ship(order.work()[0]["fulfilment_order_id"], parcel)

    order.cancel().ends("SHIPPED", paid=1800, shipped=1, cancelled=1)

    assert sorted(one["state"] for one in order.view()["fulfilment_orders"]) == ["CANCELLED", "SHIPPED"]
    assert world.levels(northern) == {"NORTH": (2, 0, 1)}
    assert world.levels(southern) == {"SOUTH": (3, 0, 0)}


@story
def test_a_prepaid_order_is_refunded_and_its_books_return_to_nothing(world: World) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 2}, prepaid=True).place().reaches("RELEASED")

    order.cancel().ends("CANCELLED", paid=0, cancelled=2)

    assert order.money() == [("capture", 3000), ("refund", 3000)]
    entries = order.system.stack.payments.journal(order.order_id)
    assert [entry.kind for entry in entries] == ["prepayment", "refund_of_prepayment"]
    assert order.books() == {}
    assert world.levels(sku) == {"NORTH": (3, 0, 0)}


@story
def test_a_prepaid_order_that_shipped_in_part_is_refunded_for_the_rest(world: World) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 3}, prepaid=True).place().reaches("RELEASED").ship(L1=1)

    order.cancel().ends("SHIPPED", paid=1800, shipped=1, cancelled=2)

    assert order.money() == [("capture", 4200), ("refund", 2400)]


@story
def test_a_shipped_order_cannot_be_cancelled(world: World) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 1}).place().reaches("RELEASED").ship().reaches("SHIPPED")

    refused = order.try_cancel()

    assert (refused.status_code, refused.json()["code"]) == (409, "order_already_shipped")
    order.ends("SHIPPED", paid=1800, shipped=1)


@story
def test_a_cancelled_order_ships_nothing(world: World) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 1}).place().reaches("RELEASED")
    work = order.work()[0]["fulfilment_order_id"]
    order.cancel().ends("CANCELLED", paid=0, cancelled=1)

    path = f"/v1/fulfilment-orders/{work}/shipments"
    parcel = {"shipment_id": "late", "carrier": "Example Parcels", "tracking_number": "EX1"}
    refused = world.system.stack.api("warehouse").send("POST", path, body=parcel)

    assert (refused.status_code, refused.json()["code"]) == (409, "order_not_open")
