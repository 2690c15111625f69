"""Orders that meet no trouble: from the channel's request to the last parcel, in goods, money and books."""

from oms.ledger.domain.accounts import PRODUCT_REVENUE, PSP_CLEARING, SHIPPING_REVENUE, TAX_PAYABLE

from tests.running.stories import story
from tests.running.worlds import World

_STEPS = ["Assess", "Decide", "ReleaseOrder", "AwaitFulfilment", "Complete"]


@story
def test_an_order_is_shipped_in_five_paid_steps(world: World) -> None:
    sku = world.stock(NORTH=5)

    order = world.order({sku: 2}).place().reaches("RELEASED").ship()

    order.ends("SHIPPED", paid=3000, shipped=2)
    assert order.steps() == _STEPS
    assert order.money() == [("authorize", 3000), ("capture", 3000)]
    assert order.books() == {
        PSP_CLEARING: 3000,
        PRODUCT_REVENUE: -2000,
        SHIPPING_REVENUE: -500,
        TAX_PAYABLE: -500,
    }
    assert world.levels(sku) == {"NORTH": (3, 0, 2)}


@story
def test_the_timeline_tells_what_happened_in_order_of_time(world: World) -> None:
    sku = world.stock(NORTH=5)

    order = world.order({sku: 1}).place().reaches("RELEASED").ship().ends("SHIPPED", paid=1800, shipped=1)

    told = order.events()
    assert told[:4] == ["OrderReceived", "StockReserved", "PaymentAuthorized", "OrderReleased"]
    assert told[4] == "ShipmentRecorded"
    assert sorted(told[5:]) == ["PaymentCaptured", "StockShipped"]


@story
def test_lines_that_stand_at_different_locations_ship_as_two_parcels(world: World) -> None:
    northern, southern = world.stock(NORTH=3), world.stock(SOUTH=3)

    order = world.order({northern: 1, southern: 1}).place().reaches("RELEASED")

    assert [one["location"] for one in order.work()] == ["NORTH", "SOUTH"]
    order.ship().ends("SHIPPED", paid=3000, shipped=2)
    assert order.money() == [("authorize", 3000), ("capture", 1200), ("capture", 1800)]
    assert world.levels(northern) == {"NORTH": (2, 0, 1)}
    assert world.levels(southern) == {"SOUTH": (2, 0, 1)}
    assert order.steps() == _STEPS


@story
def test_one_line_is_split_where_no_location_has_all_of_it(world: World) -> None:
    sku = world.stock(NORTH=3, SOUTH=3)

    order = world.order({sku: 5}).place().reaches("RELEASED")

    assert sum(line["quantity"] for one in order.work() for line in one["lines"]) == 5
    order.ship().ends("SHIPPED", paid=6600, shipped=5)
    assert sum(amount for kind, amount in order.money() if kind == "capture") == 6600
    assert sum(shipped for _, _, shipped in world.levels(sku).values()) == 5


@story
def test_a_line_in_two_parcels_is_charged_exactly_once(world: World) -> None:
    sku = world.stock(NORTH=3)

    order = world.order({sku: 3}).place().reaches("RELEASED").ship(L1=1).reaches("PARTIALLY_SHIPPED").ship()

    order.ends("SHIPPED", paid=4200, shipped=3)
    assert order.money() == [("authorize", 4200), ("capture", 1800), ("capture", 2400)]


@story
def test_a_prepaid_order_is_charged_at_once_and_earned_when_it_ships(world: World) -> None:
    sku = world.stock(NORTH=3)

    order = world.order({sku: 2}, prepaid=True).place().reaches("RELEASED")
    paid_before_shipping = order.standing().kept
    order.ship().ends("SHIPPED", paid=3000, shipped=2)

    assert paid_before_shipping == 3000
    assert order.money() == [("capture", 3000)]
    order.system.until(
        order.books,
        lambda books: books.get(PRODUCT_REVENUE) == -2000,
        what="the deposit to become revenue",
    )
    assert order.books() == {
        PSP_CLEARING: 3000,
        PRODUCT_REVENUE: -2000,
        SHIPPING_REVENUE: -500,
        TAX_PAYABLE: -500,
    }


@story
def test_prices_that_include_tax_are_charged_as_they_are(world: World) -> None:
    sku = world.stock(NORTH=3)

    order = world.order({sku: 2}, tax_included=True).place().reaches("RELEASED").ship()

    order.ends("SHIPPED", paid=2500, shipped=2)
    assert order.view()["tax"] == 416
    assert order.books() == {
        PSP_CLEARING: 2500,
        PRODUCT_REVENUE: -1667,
        SHIPPING_REVENUE: -417,
        TAX_PAYABLE: -416,
    }


@story
def test_a_request_that_is_sent_again_places_nothing_new(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 1}).place()

    again = order.api.send("POST", "/v1/orders", body=order.body, key=order.body["external_order_id"])

    assert (again.status_code, again.headers["idempotent-replayed"]) == (202, "true")
    assert again.json() == {"order_id": order.order_id, "status": "RECEIVED"}
    order.reaches("RELEASED").ship().ends("SHIPPED", paid=1800, shipped=1)
    assert order.events("OrderReceived") == ["OrderReceived"]
    assert world.levels(sku) == {"NORTH": (4, 0, 1)}


@story
def test_a_parcel_that_is_reported_again_is_charged_once(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 2}).place().reaches("RELEASED")
    work = order.work()[0]["fulfilment_order_id"]
    parcel = {"shipment_id": "one", "carrier": "Example Parcels", "tracking_number": "EX1"}

    answers = [world.system.stack.api("warehouse").ship(work, parcel) for _ in range(2)]

    assert (
        answers[0]
        == answers[1]
        == {
            "fulfilment_order_id": work,
            "shipment_id": "one",
            "order_status": "SHIPPED",
        }
    )
    order.ends("SHIPPED", paid=3000, shipped=2)
    assert order.money() == [("authorize", 3000), ("capture", 3000)]
