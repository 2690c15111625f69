"""Authorizing: idempotent, one live hold, refusals are values."""

import pytest
from oms.contracts.gateway import GatewayAnswer, GatewayStatus
from oms.kernel.errors import BrokenInvariant, OutcomeUnknown, PartnerUnavailable
from oms.ledger.domain.accounts import CONTRACT_LIABILITY, PSP_CLEARING
from oms.payments.application.settling import Settled
from oms.payments.domain.machines import AuthorizationState as State

from tests.unit.payments.bench import Bench, Boundaries

AUTHORIZED = ("AUTHORIZED", "")


def test_a_hold_is_an_intent_a_call_and_one_transaction() -> None:
    bench = Bench()
    assert bench.authorize(3_000) == AUTHORIZED
    assert bench.boundaries.names == ["intend", "authorize", "conclude"]
    assert (bench.payment.state, bench.payment.authorized, bench.payment.version) == (
        State.AUTHORIZED,
        3_000,
        2,
    )
    assert bench.facts == ["PaymentAuthorized"] and not bench.store.entries


def test_the_event_says_who_and_how_much() -> None:
    bench = Bench()
    bench.authorize(3_000)
    (event,) = bench.store.events.values()
    assert event.event_id.endswith(":payments:authorized-1")
    assert (event.channel, event.actor, event.data["amount"]) == ("web", "system:order_capture", 3_000)


def test_a_prepaid_order_is_taken_at_once_as_a_deposit() -> None:
    bench = Bench(prepaid=True)
    assert bench.authorize(3_000) == ("CAPTURED", "")
    assert (bench.balance(PSP_CLEARING), bench.balance(CONTRACT_LIABILITY)) == (3_000, -3_000)
    assert bench.facts == ["PaymentPrepaid"]


@pytest.mark.parametrize("prepaid", [False, True])
def test_a_repeat_is_answered_from_the_books(prepaid: bool) -> None:
    bench = Bench(prepaid=prepaid)
    first = bench.authorize()
    assert bench.authorize() == first
    assert len(bench.gateway.effects) == len(bench.store.events) == 1


def test_a_decline_is_a_value_and_stays_until_a_higher_attempt() -> None:
    bench = Bench(token="pm_card_insufficientFunds")
    assert bench.authorize() == bench.authorize() == ("DECLINED", "insufficient_funds")
    assert bench.boundaries.names.count("authorize") == 1
    bench.token = "pm_card_visa"
    assert bench.authorize(attempt=1) == ("DECLINED", "insufficient_funds")
    assert bench.authorize(attempt=2) == AUTHORIZED
    assert bench.facts == ["PaymentDeclined", "PaymentAuthorized"]


def test_an_unknown_outcome_is_a_state_that_a_look_up_resolves() -> None:
    bench = Bench(Boundaries({2: "lost after"}))
    with pytest.raises(OutcomeUnknown):
        bench.authorize()
    assert bench.payment.state is State.UNKNOWN
    assert bench.authorize() == AUTHORIZED
    assert bench.boundaries.names[3:] == ["find_authorization", "conclude"]


def test_where_the_gateway_has_nothing_the_same_key_is_used_again() -> None:
    bench = Bench(Boundaries({2: "lost before"}))
    with pytest.raises(OutcomeUnknown):
        bench.authorize(3_000)
    key = bench.payment.key
    assert bench.authorize(2_000) == AUTHORIZED
    effect, *_ = bench.gateway.effects
    assert (effect.effect_key, effect.amount) == (key, 3_000), "the same key has to ask for the same amount"
    assert bench.gateway.held == 2_000


def test_an_unavailable_gateway_leaves_the_request_to_be_repeated() -> None:
    bench = Bench(Boundaries({2: "unavailable"}))
    with pytest.raises(PartnerUnavailable):
        bench.authorize()
    assert bench.payment.state is State.REQUESTED
    assert bench.authorize() == AUTHORIZED


@pytest.mark.parametrize("amount", [2_999, 3_001])
def test_another_amount_releases_the_hold_and_takes_a_new_one(amount: int) -> None:
    """Also a smaller one: no capture would ever take the rest of the old hold, nor release it."""
    bench = Bench()
    bench.authorize(3_000)
    assert bench.authorize(amount) == AUTHORIZED
    assert bench.gateway.kinds() == ["authorize", "void", "authorize"]
    assert (bench.gateway.held, bench.payment.group, bench.payment.attempt) == (amount, 2, 1)
    assert bench.facts == ["PaymentAuthorized", "PaymentVoided", "PaymentAuthorized"]


@pytest.mark.parametrize("amount", [2_000, 3_000, 4_000])
@pytest.mark.parametrize("seen", [2_000, 3_000], ids=["asked anew", "found as it was"])
def test_a_run_that_another_has_followed_changes_nothing(amount: int, seen: int) -> None:
    bench = Bench()
    bench.authorize(3_000, attempt=1)
    bench.authorize(seen, attempt=2)
    before = bench.payment

    assert bench.authorize(amount, attempt=1) == ("DECLINED", "overtaken")
    assert bench.payment == before
    assert bench.gateway.held == seen


def test_who_is_overtaken_while_it_finds_the_hold_is_told_so() -> None:
    bench = Bench()
    bench.authorize(3_000, attempt=1)
    bench.boundaries.meanwhile = {bench.boundaries.crossed + 1: lambda: bench.authorize(2_000, attempt=3)}

    assert bench.authorize(3_000, attempt=2) == ("DECLINED", "overtaken")
    assert bench.gateway.held == 2_000


def test_more_than_was_already_taken_is_for_a_person_to_decide() -> None:
    bench = Bench(prepaid=True)
    bench.authorize(3_000)
    assert bench.authorize(3_001) == ("DECLINED", "exceeds_what_was_taken")
    shipped = Bench()
    shipped.authorize(3_000)
    shipped.capture("shp-1", 1_000)
    assert shipped.authorize(3_001) == ("DECLINED", "exceeds_what_was_taken")
    assert shipped.authorize(3_000) == AUTHORIZED


def test_a_customer_who_has_to_act_is_asked_about_before_anything_else() -> None:
    bench = Bench(token="pm_card_authenticationRequired")
    assert bench.authorize() == bench.authorize() == ("ACTION_REQUIRED", "authentication_required")
    bench.gateway.customer_acts()
    assert bench.authorize() == AUTHORIZED
    assert bench.gateway.kinds() == ["authorize"]


def test_a_higher_attempt_takes_the_question_back_first() -> None:
    bench = Bench(token="pm_card_authenticationRequired")
    bench.authorize()
    bench.token = "pm_card_visa"
    assert bench.authorize(attempt=2) == AUTHORIZED
    bench.gateway.customer_acts()
    assert bench.gateway.held == 3_000


@pytest.mark.parametrize("token", ["pm_card_visa", "pm_card_chargeDeclined"])
@pytest.mark.parametrize("asked", [True, False], ids=["asked before", "never asked"])
def test_nothing_is_authorized_for_an_order_that_was_called_off(asked: bool, token: str) -> None:
    """A request that was on its way for minutes must not charge anybody for goods that never leave."""
    bench = Bench(token=token)
    if asked:
        bench.authorize()
    bench.settle()
    effects = len(bench.gateway.effects)

    for attempt in (1, 2):
        assert bench.authorize(attempt=attempt) == ("DECLINED", "order_cancelled")
    assert len(bench.gateway.effects) == effects
    assert bench.settle() == Settled(bench.payment.voided, 0)


def test_nothing_to_pay_asks_nobody() -> None:
    bench = Bench()
    assert bench.authorize(0) == ("AUTHORIZED", "nothing_to_pay")
    assert bench.boundaries.names == [] and bench.store.find("any") is None
    assert bench.settle(0) == Settled(0, 0)


def test_less_than_nothing_is_a_defect() -> None:
    with pytest.raises(BrokenInvariant):
        Bench().authorize(-1)


@pytest.mark.parametrize("status", ["AUTHORIZED", "CAPTURED"])
def test_a_gateway_that_holds_or_took_another_amount_is_not_believed(status: GatewayStatus) -> None:
    bench = Bench()
    bench.gateway.misreport("authorize", GatewayAnswer(status, "pi_1", 2_999))
    with pytest.raises(BrokenInvariant, match="asked for 3000"):
        bench.authorize(3_000)
    assert bench.payment.authorized == 0


def test_a_hold_that_is_just_being_released_for_a_cancellation_pays_for_nothing() -> None:
    bench = Bench()
    bench.authorize(3_000)
    bench.boundaries.faults = {bench.boundaries.crossed + 2: "unavailable"}
    with pytest.raises(PartnerUnavailable):
        bench.settle()
    assert bench.authorize(3_000) == ("DECLINED", "voided")
    assert bench.gateway.held == 0


def test_a_hold_that_is_just_being_replaced_is_replaced_even_for_a_smaller_amount() -> None:
    bench = Bench()
    bench.authorize(3_000)
    bench.boundaries.faults = {bench.boundaries.crossed + 2: "unavailable"}
    with pytest.raises(PartnerUnavailable):
        bench.authorize(4_000)
    assert bench.authorize(2_000) == AUTHORIZED
    assert (bench.gateway.held, bench.payment.group) == (2_000, 2)


def test_a_payment_refunded_at_the_gateway_by_somebody_else_is_for_engineers() -> None:
    bench = Bench(Boundaries({2: "lost after"}), prepaid=True)
    with pytest.raises(OutcomeUnknown):
        bench.authorize()
    bench.gateway.misreport("find_authorization", GatewayAnswer("REFUNDED", "pi_1", 3_000))
    with pytest.raises(BrokenInvariant, match="behind our back"):
        bench.authorize()


def test_money_on_its_way_back_no_longer_pays_for_the_order() -> None:
    bench = Bench(prepaid=True)
    bench.authorize(3_000)
    bench.boundaries.faults = {bench.boundaries.crossed + 2: "lost before"}
    with pytest.raises(OutcomeUnknown):
        bench.settle(1_000)
    assert bench.authorize(1_001) == ("DECLINED", "exceeds_what_was_taken")
    assert bench.authorize(1_000) == ("CAPTURED", "")
