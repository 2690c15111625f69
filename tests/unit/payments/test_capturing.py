"""Capturing: once per shipment, and what cannot be captured is a value."""

from dataclasses import replace

import pytest
from oms.contracts.gateway import GatewayAnswer
from oms.kernel.errors import BrokenInvariant, OutcomeUnknown, PartnerUnavailable
from oms.ledger.domain.accounts import CONTRACT_LIABILITY, PRODUCT_REVENUE, PSP_CLEARING, TAX_PAYABLE
from oms.payments.application.capturing import NotCapturable, ShipmentPaid
from oms.payments.domain.effects import Refusal, capture_key
from oms.payments.domain.machines import AuthorizationState as State
from oms.payments.domain.machines import EffectState

from tests.unit.payments.bench import NOW, ORDER, SYSTEM, Bench, Boundaries, a_shipment, nobody


def held(amount: int = 3_000) -> Bench:
    bench = Bench()
    bench.authorize(amount)
    bench.boundaries.names.clear()
    bench.boundaries.crossed = 0
    return bench


def test_a_capture_is_an_intent_a_call_and_one_transaction_with_its_entry() -> None:
    bench = held()
    assert bench.capture("shp-1", 1_190) == ShipmentPaid("shp-1", 1_190)
    assert bench.boundaries.names == ["intend", "capture", "conclude"]
    assert bench.balance(PSP_CLEARING) == 1_190
    assert (bench.balance(PRODUCT_REVENUE), bench.balance(TAX_PAYABLE)) == (-1_000, -190)
    assert (bench.payment.state, bench.payment.captured) == (State.PARTIALLY_CAPTURED, 1_190)
    assert bench.payment.in_flight == {}


def test_a_shipment_reported_again_costs_no_write_and_no_call() -> None:
    bench = held()
    bench.capture("shp-1", 1_000)
    bench.boundaries.names.clear()
    assert bench.capture("shp-1", 1_000) == ShipmentPaid("shp-1", 1_000)
    assert bench.boundaries.names == []


def test_only_the_capture_that_leaves_nothing_is_final() -> None:
    bench = held(3_000)
    bench.capture("shp-1", 1_000)
    bench.capture("shp-2", 2_000)
    assert bench.gateway.final == [False, True]
    assert bench.payment.state is State.CAPTURED


def test_an_unknown_outcome_is_kept_and_looked_up() -> None:
    bench = held()
    bench.boundaries.faults = {2: "lost after"}
    with pytest.raises(OutcomeUnknown):
        bench.capture("shp-1", 1_000)
    (effect,) = bench.payment.in_flight.values()
    assert effect.state is EffectState.UNKNOWN
    bench.boundaries.names.clear()
    assert bench.capture("shp-1", 1_000) == ShipmentPaid("shp-1", 1_000)
    assert bench.boundaries.names == ["find_capture", "conclude"]


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("pm_card_chargeDeclined", "payment_declined"),
        ("pm_card_authenticationRequired", "payment_action_required"),
    ],
)
def test_without_a_hold_nothing_can_be_captured(token: str, reason: str) -> None:
    bench = Bench(token=token)
    bench.authorize()
    assert bench.capture("shp-1", 1_000) == NotCapturable("shp-1", 1_000, reason)


def test_without_a_payment_nothing_can_be_captured() -> None:
    assert Bench().capture("shp-1", 1_000) == NotCapturable("shp-1", 1_000, "no_payment")


def test_more_than_the_hold_cannot_be_captured() -> None:
    bench = held(1_000)
    bench.capture("shp-1", 400)
    assert bench.capture("shp-2", 601) == NotCapturable("shp-2", 601, "exceeds_authorization")
    assert bench.gateway.kinds() == ["authorize", "capture"]


def test_another_currency_cannot_be_captured() -> None:
    bench = held()
    shipment = a_shipment(currency="USD")
    assert bench.service.capture(shipment, nobody, now=NOW, actor=SYSTEM) == NotCapturable(
        "shp-1", 1_000, "other_currency"
    )


def test_a_refused_capture_gives_its_claim_up_and_can_be_tried_again() -> None:
    bench = held()
    bench.gateway.lose_hold()
    refused = NotCapturable("shp-1", 1_000, "payment_intent_unexpected_state")
    assert bench.capture("shp-1", 1_000) == refused
    assert (bench.payment.capturable, bench.payment.captured) == (3_000, 0)
    assert bench.capture("shp-1", 1_000) == refused
    assert bench.facts.count("PaymentCaptureFailed") == 2


def test_a_capture_after_a_refusal_asks_under_a_new_key() -> None:
    bench = held()
    bench.gateway.lose_hold()
    for refusals in (1, 2):
        bench.capture("shp-1", 1_000)
        assert bench.payment.refused == {"shp-1": Refusal(1_000, refusals)}
    bench.gateway.regain_hold()
    assert bench.capture("shp-1", 1_000) == ShipmentPaid("shp-1", 1_000)
    assert bench.gateway.effects[-1].effect_key == capture_key(ORDER, "shp-1", 2)
    assert list(bench.store.events)[-1] == f"{ORDER}:payments:captured-shp-1.2"
    assert bench.payment.refused == {}


def test_an_unknown_retry_is_looked_up_under_every_key_the_shipment_has_used() -> None:
    bench = held()
    bench.gateway.lose_hold()
    bench.capture("shp-1", 1_000)
    bench.boundaries.crossed, bench.boundaries.faults = 0, {2: "lost before"}
    with pytest.raises(OutcomeUnknown):
        bench.capture("shp-1", 1_000)
    first = capture_key(ORDER, "shp-1")
    bench.gateway._captures[first] = GatewayAnswer("CAPTURED", "pi_1", 1_000)
    bench.boundaries.names.clear()
    assert bench.capture("shp-1", 1_000) == ShipmentPaid("shp-1", 1_000)
    assert bench.boundaries.names == ["find_capture", "find_capture", "conclude"]
    assert list(bench.store.events)[-1] == f"{ORDER}:payments:captured-shp-1"


def test_a_shipment_without_a_hold_is_written_down_as_refused_once() -> None:
    bench = Bench(token="pm_card_chargeDeclined")
    bench.authorize()
    for _ in range(2):
        assert bench.capture("shp-1", 1_000) == NotCapturable("shp-1", 1_000, "payment_declined")
    assert bench.payment.refused == {"shp-1": Refusal(1_000)}
    assert bench.facts == ["PaymentDeclined", "PaymentCaptureFailed"]


def test_a_shipment_refused_for_want_of_a_hold_is_first_asked_for_under_its_first_key() -> None:
    bench = held(1_000)
    assert bench.capture("shp-1", 1_500) == NotCapturable("shp-1", 1_500, "exceeds_authorization")
    bench.authorize(2_000, attempt=2)
    bench.capture("shp-1", 1_500)
    assert bench.gateway.effects[-1].effect_key == capture_key(ORDER, "shp-1")
    assert (bench.payment.refused, bench.payment.captured) == ({}, 1_500)


@pytest.mark.parametrize("prepaid", [False, True])
def test_the_books_have_the_time_at_which_the_shipment_left(prepaid: bool) -> None:
    bench = Bench(prepaid=prepaid)
    bench.authorize()
    shipment = replace(a_shipment(), occurred_at="2026-10-31T23:59:59.000Z")
    bench.service.capture(shipment, nobody, now=NOW, actor=SYSTEM)
    entry = bench.store.journal(ORDER)[0]
    assert (entry.occurred_at, entry.period) == ("2026-10-31T23:59:59.000Z", "2026-10")


def test_a_prepaid_shipment_turns_the_deposit_into_revenue_without_the_gateway() -> None:
    bench = Bench(prepaid=True)
    bench.authorize(3_000)
    bench.boundaries.names.clear()
    assert bench.capture("shp-1", 1_190) == ShipmentPaid("shp-1", 1_190)
    assert bench.boundaries.names == ["conclude"]
    assert (bench.balance(CONTRACT_LIABILITY), bench.balance(PRODUCT_REVENUE)) == (-1_810, -1_000)
    assert bench.facts[-1] == "RevenueRecognised"


def test_a_prepaid_shipment_cannot_earn_more_than_the_deposit() -> None:
    bench = Bench(prepaid=True)
    bench.authorize(1_000)
    assert bench.capture("shp-1", 1_001) == NotCapturable("shp-1", 1_001, "exceeds_prepayment")


def test_a_shipment_that_costs_nothing_is_paid() -> None:
    bench = Bench()
    assert bench.capture("shp-1", 0) == ShipmentPaid("shp-1", 0)
    assert bench.boundaries.names == []


def test_a_capture_of_another_amount_is_not_believed() -> None:
    bench = held()
    bench.gateway.misreport("capture", GatewayAnswer("CAPTURED", "pi_1", 999))
    with pytest.raises(BrokenInvariant, match="asked for 1000"):
        bench.capture("shp-1", 1_000)
    assert bench.payment.captured == 0


def test_the_limit_stands_in_the_write_of_the_capture_itself() -> None:
    bench = held()
    bench.capture("shp-1", 1_000)
    assert bench.store.guards[-1] == (1_000, 0)


def test_a_prepayment_that_was_never_taken_cannot_be_recognised() -> None:
    bench = Bench(Boundaries({2: "unavailable"}), prepaid=True)
    with pytest.raises(PartnerUnavailable):
        bench.authorize()
    assert bench.capture("shp-1", 1_000) == NotCapturable("shp-1", 1_000, "payment_requested")


def test_what_the_gateway_did_decides_whether_a_shipment_is_captured_or_recognised() -> None:
    only_held = Bench(prepaid=True)
    only_held.gateway.misreport("authorize", GatewayAnswer("AUTHORIZED", "pi_1", 3_000))
    assert only_held.authorize() == ("AUTHORIZED", "")
    only_held.gateway.misreport("capture", GatewayAnswer("CAPTURED", "pi_1", 1_000))
    only_held.capture("shp-1", 1_000)
    already_taken = Bench()
    already_taken.gateway.misreport("authorize", GatewayAnswer("CAPTURED", "pi_1", 3_000))
    assert already_taken.authorize() == ("CAPTURED", "")
    already_taken.capture("shp-1", 1_000)
    assert (only_held.facts[-1], already_taken.facts[-1]) == ("PaymentCaptured", "RevenueRecognised")
    assert (only_held.balance(PSP_CLEARING), already_taken.balance(CONTRACT_LIABILITY)) == (1_000, -2_000)
