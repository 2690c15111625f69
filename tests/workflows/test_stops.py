"""Orders that wait for a person: review, shortage, declined payment; and what each decision leads to."""

from oms.support.domain.exceptions import Action

from tests.running.stories import story
from tests.running.worlds import World


@story
def test_an_order_under_review_goes_on_when_it_is_accepted(world: World) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 1}, mailbox="review").place().reaches("ON_HOLD")

    assert (order.standing().reserved, order.standing().held) == (1, 1800)
    order.resolve("FRAUD_REVIEW", Action.ACCEPT).reaches("RELEASED").ship()

    order.ends("SHIPPED", paid=1800, shipped=1)
    assert order.money() == [("authorize", 1800), ("capture", 1800)]


@story
def test_an_order_under_review_gives_everything_back_when_it_is_refused(world: World) -> None:
    sku = world.stock(NORTH=3)
    order = world.order({sku: 2}, mailbox="review").place().reaches("ON_HOLD")

    order.resolve("FRAUD_REVIEW", Action.CANCEL)

    order.ends("CANCELLED", paid=0, cancelled=2)
    assert order.money() == [("authorize", 3000), ("void", 3000)]
    assert world.levels(sku) == {"NORTH": (3, 0, 0)}


@story
def test_an_order_that_the_screening_rejects_is_cancelled_by_itself(world: World) -> None:
    sku = world.stock(NORTH=3)

    order = world.order({sku: 2}, mailbox="reject").place()

    order.ends("CANCELLED", paid=0, cancelled=2)
    assert order.money() == []
    assert order.events("StockReserved") == []
    assert order.events("ExceptionOpened") == []


@story
def test_a_shortage_names_the_line_and_takes_nothing(world: World) -> None:
    sku = world.stock(NORTH=2)
    order = world.order({sku: 5}).place().reaches("AWAITING_CUSTOMER")

    case = order.stops_with("SHORTAGE")

    assert f"line 1 ({sku}): 3 missing" in case.detail
    assert (order.standing().reserved, order.money()) == (0, [])
    order.resolve("SHORTAGE", Action.CANCEL).ends("CANCELLED", paid=0, cancelled=5)
    assert world.levels(sku) == {"NORTH": (2, 0, 0)}


@story
def test_an_order_that_was_short_is_released_once_stock_has_come_in(world: World) -> None:
    sku = world.stock(NORTH=2)
    order = world.order({sku: 5}).place().reaches("AWAITING_CUSTOMER")

    world.receive(sku, "NORTH", 3)
    order.resolve("SHORTAGE", Action.RETRY).reaches("RELEASED").ship()

    order.ends("SHIPPED", paid=6600, shipped=5)
    assert order.steps().count("Assess") == 2
    assert world.levels(sku) == {"NORTH": (0, 0, 5)}


@story
def test_an_unknown_sku_is_a_shortage_that_says_so(world: World) -> None:
    known, unknown = world.stock(NORTH=2), world.sku()
    order = world.order({known: 1, unknown: 1}).place().reaches("AWAITING_CUSTOMER")

    assert order.stops_with("SHORTAGE").detail == f"line 2 ({unknown}): unknown SKU"

    world.receive(unknown, "SOUTH", 1)
    order.resolve("SHORTAGE", Action.RETRY).reaches("RELEASED").ship()
    order.ends("SHIPPED", paid=3000, shipped=2)


@story
def test_a_declined_card_puts_the_stock_back_on_sale(world: World) -> None:
    sku = world.stock(NORTH=2)
    order = world.order({sku: 2}, card="pm_card_insufficientFunds").place().reaches("AWAITING_PAYMENT")

    assert order.stops_with("PAYMENT_DECLINED").detail == "insufficient_funds"
    assert world.levels(sku) == {"NORTH": (2, 0, 0)}
    order.resolve("PAYMENT_DECLINED", Action.CANCEL)

    order.ends("CANCELLED", paid=0, cancelled=2)
    assert order.money() == []


@story
def test_a_declined_card_is_asked_anew_on_retry(world: World) -> None:
    sku = world.stock(NORTH=2)
    order = world.order({sku: 1}, card="pm_card_chargeDeclined").place().reaches("AWAITING_PAYMENT")
    first = order.stops_with("PAYMENT_DECLINED")

    order.resolve("PAYMENT_DECLINED", Action.RETRY)
    order.system.until(
        order.open_cases,
        lambda cases: any(case.case_id != first.case_id for case in cases),
        what="a second refusal",
    )

    assert order.events("PaymentDeclined") == ["PaymentDeclined"] * 2
    order.resolve("PAYMENT_DECLINED", Action.CANCEL).ends("CANCELLED", paid=0, cancelled=1)
    assert world.levels(sku) == {"NORTH": (2, 0, 0)}


@story
def test_a_payment_that_waits_for_the_customer_can_be_called_off(world: World) -> None:
    sku = world.stock(NORTH=2)
    order = world.order({sku: 1}, card="pm_card_authenticationRequired").place().reaches("AWAITING_PAYMENT")

    assert order.events("PaymentActionRequired") == ["PaymentActionRequired"]
    order.resolve("PAYMENT_DECLINED", Action.CANCEL).ends("CANCELLED", paid=0, cancelled=1)

    assert [kind for kind, _ in order.money() if kind != "void"] == []
    assert order.events("PaymentVoided") == ["PaymentVoided"]


@story
def test_a_capture_that_the_gateway_refuses_waits_for_support(world: World) -> None:
    sku = world.stock(NORTH=2)
    order = world.order({sku: 1}, card="pm_card_authorizationExpired").place().reaches("RELEASED").ship()

    case = order.stops_with("CAPTURE_FAILED")

    assert case.owner == "support"
    assert "charge_expired_for_capture" in case.detail
    order.reaches("SHIPPED")
    assert order.standing().kept == 0


@story
def test_a_refund_that_the_gateway_refuses_waits_for_support(world: World) -> None:
    sku = world.stock(NORTH=2)
    order = (
        world.order({sku: 2}, card="pm_card_refundFail", prepaid=True).place().reaches("RELEASED").cancel()
    )

    case = order.stops_with("REFUND_FAILED")

    assert "30.00 GBP" in case.detail
    order.resolve("REFUND_FAILED", Action.DISMISS).ends("CANCELLED", paid=3000, cancelled=2)
