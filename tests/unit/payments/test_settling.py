"""Settling a cancellation: void what is held, refund what never left, wait for captures."""

from typing import Any

import pytest
from oms.contracts.gateway import GatewayAnswer
from oms.kernel.errors import (
    BrokenInvariant,
    OutcomeUnknown,
    PartnerRejected,
    PartnerUnavailable,
    Retryable,
)
from oms.ledger.domain.accounts import CONTRACT_LIABILITY, PSP_CLEARING
from oms.payments.application.giving_back import NotGivenBack
from oms.payments.application.ports import CapturesPending
from oms.payments.application.settling import Settled
from oms.payments.domain.effects import refund_key
from oms.payments.domain.machines import AuthorizationState as State

from tests.unit.payments.bench import NOW, ORDER, SYSTEM, Bench, Boundaries, Crashed


def authorized(*, prepaid: bool = False, amount: int = 3_000) -> Bench:
    bench = Bench(prepaid=prepaid)
    bench.authorize(amount)
    bench.boundaries.names.clear()
    bench.boundaries.crossed = 0
    return bench


def test_a_hold_is_released_by_intent_call_and_one_transaction() -> None:
    bench = authorized()
    assert bench.settle() == Settled(voided=3_000, refunded=0)
    assert bench.boundaries.names == ["intend", "void", "conclude", "intend"]
    assert bench.payment.state is State.VOIDED and bench.facts[-1] == "PaymentVoided"


@pytest.mark.parametrize("prepaid", [False, True])
def test_a_repeat_answers_the_same_and_does_nothing(prepaid: bool) -> None:
    bench = authorized(prepaid=prepaid)
    first = bench.settle()
    bench.boundaries.names.clear()
    assert bench.settle() == first
    assert bench.boundaries.names == []


def test_the_rest_of_a_partly_shipped_order_is_released() -> None:
    bench = authorized()
    bench.capture("shp-1", 1_000)
    assert bench.settle(1_000) == Settled(voided=2_000, refunded=0)
    assert (bench.gateway.held, bench.gateway.kept) == (0, 1_000)


def test_it_waits_for_captures_of_what_has_shipped() -> None:
    bench = authorized()
    with pytest.raises(CapturesPending):
        bench.settle(1_000)
    assert bench.gateway.held == 3_000
    assert issubclass(CapturesPending, Retryable) and CapturesPending.code == "captures_pending"


def test_it_waits_for_a_capture_under_way() -> None:
    bench = authorized()
    bench.boundaries.faults = {2: "lost before"}
    with pytest.raises(OutcomeUnknown):
        bench.capture("shp-1", 1_000)
    with pytest.raises(CapturesPending):
        bench.settle(0)


def test_it_does_not_wait_for_a_capture_the_gateway_refused_and_leaves_its_hold() -> None:
    bench = authorized()
    bench.capture("shp-1", 700)
    bench.gateway.lose_hold()
    bench.capture("shp-2", 1_000)
    with pytest.raises(CapturesPending, match="1700 of 1701"):
        bench.settle(1_701)
    bench.gateway.regain_hold()
    assert bench.settle(1_700) == Settled(voided=0, refunded=0)
    assert (bench.gateway.held, bench.gateway.kept) == (2_300, 700)
    assert bench.payment.closed


def test_it_does_not_wait_for_a_shipment_beyond_the_hold_either() -> None:
    bench = authorized(amount=1_000)
    bench.capture("shp-1", 1_500)
    assert bench.settle(1_500) == Settled(voided=0, refunded=0)


def test_a_settlement_after_the_decision_releases_what_is_left() -> None:
    bench = authorized()
    bench.gateway.lose_hold()
    bench.capture("shp-1", 1_000)
    bench.gateway.regain_hold()
    bench.service.write_off(ORDER, "shp-1", now=NOW, actor=SYSTEM)
    assert bench.gateway.held == 3_000
    assert bench.settle(1_000) == Settled(voided=3_000, refunded=0)


def test_a_refusal_that_was_overcome_is_not_counted_beside_its_capture() -> None:
    bench = authorized()
    bench.gateway.lose_hold()
    bench.capture("shp-1", 1_000)
    bench.gateway.regain_hold()
    bench.capture("shp-1", 1_000)
    with pytest.raises(CapturesPending):
        bench.settle(2_000)


def test_a_prepaid_order_is_refunded_all_but_what_shipped() -> None:
    bench = authorized(prepaid=True)
    bench.capture("shp-1", 1_000)
    assert bench.settle(1_000) == Settled(voided=0, refunded=2_000)
    assert bench.boundaries.names == ["conclude", "intend", "refund", "conclude", "intend"]
    assert (bench.balance(PSP_CLEARING), bench.balance(CONTRACT_LIABILITY)) == (1_000, 0)


def test_a_refund_leaves_the_deposit_of_a_shipment_not_yet_recognised() -> None:
    bench = authorized(prepaid=True)
    assert bench.settle(1_000) == Settled(voided=0, refunded=2_000)
    assert bench.balance(CONTRACT_LIABILITY) == -1_000
    bench.capture("shp-1", 1_000)
    assert bench.balance(CONTRACT_LIABILITY) == 0


def test_a_refund_that_got_lost_is_looked_up_with_its_own_amount() -> None:
    bench = authorized(prepaid=True)
    bench.boundaries.faults = {2: "lost after"}
    with pytest.raises(OutcomeUnknown):
        bench.settle(1_000)
    assert bench.payment.pending_refund == 2_000
    assert bench.settle(500) == Settled(voided=0, refunded=2_500)
    assert [effect.amount for effect in bench.gateway.effects] == [3_000, 2_000, 500]


def test_a_refused_refund_is_a_value_and_its_claim_is_given_up() -> None:
    bench = authorized(prepaid=True)
    bench.gateway.refuse_refunds()
    assert bench.settle() == NotGivenBack("charge_already_refunded", 3_000)
    assert (bench.payment.pending_refund, bench.payment.refunded) == (0, 0)
    assert bench.facts[-1] == "PaymentRefundFailed"


def test_a_refund_after_a_refusal_asks_under_a_new_key_and_the_next_refund_starts_afresh() -> None:
    bench = authorized(prepaid=True)
    bench.gateway.refuse_refunds()
    bench.settle(1_000)
    bench.gateway.refuse_refunds(False)
    assert bench.settle(1_000, turn=1) == Settled(voided=0, refunded=2_000)
    bench.settle(400, turn=2)
    keys = [effect.effect_key for effect in bench.gateway.effects if effect.kind == "refund"]
    assert keys == [refund_key(ORDER, 1, 1), refund_key(ORDER, 2)]
    refunded = [event_id for event_id, event in bench.store.events.items() if event.type == "PaymentRefunded"]
    assert refunded == [f"{ORDER}:payments:refunded-1.1", f"{ORDER}:payments:refunded-2"]


def test_without_a_payment_there_is_nothing_to_settle() -> None:
    assert Bench().settle() == Settled(0, 0)


def test_a_declined_payment_is_settled_as_it_is() -> None:
    bench = Bench(token="pm_card_chargeDeclined")
    bench.authorize()
    assert bench.settle() == Settled(0, 0)


def test_a_request_that_has_not_reached_the_gateway_is_forestalled() -> None:
    bench = Bench(Boundaries({2: "lost before"}))
    with pytest.raises(OutcomeUnknown):
        bench.authorize()
    assert bench.settle() == Settled(0, 0)
    assert bench.payment.state is State.VOIDED and bench.facts == ["PaymentVoided"]


@pytest.mark.parametrize(("prepaid", "settled"), [(False, Settled(3_000, 0)), (True, Settled(0, 3_000))])
def test_a_request_that_did_reach_it_is_found_and_given_back(prepaid: bool, settled: Settled) -> None:
    bench = Bench(Boundaries({2: "lost after"}), prepaid=prepaid)
    with pytest.raises(OutcomeUnknown):
        bench.authorize()
    assert bench.settle() == settled
    assert (bench.gateway.held, bench.gateway.kept) == (0, 0)


def test_an_open_question_to_the_customer_is_taken_back() -> None:
    bench = Bench(token="pm_card_authenticationRequired")
    bench.authorize()
    assert bench.settle() == Settled(0, 0)
    bench.gateway.customer_acts()
    assert bench.gateway.held == 0


def test_a_question_the_customer_has_answered_is_released() -> None:
    bench = Bench(token="pm_card_authenticationRequired")
    bench.authorize()
    bench.gateway.customer_acts()
    assert bench.settle() == Settled(3_000, 0)
    assert bench.gateway.held == 0


@pytest.mark.parametrize("prepaid", [False, True])
def test_a_request_that_arrives_after_the_settlement_comes_to_nothing(prepaid: bool) -> None:
    bench = Bench(Boundaries({2: "lost before"}), prepaid=prepaid)
    with pytest.raises(OutcomeUnknown):
        bench.authorize()
    bench.settle()
    late = bench.payment
    bench.gateway.authorize(
        key=late.key,
        order_id=late.order_id,
        amount=3_000,
        currency="EUR",
        token="pm_card_visa",
        prepaid=prepaid,
    )
    assert (bench.gateway.held, bench.gateway.kept) == (0, 0)
    assert bench.settle() == Settled(0, 0)


@pytest.mark.parametrize("prepaid", [False, True])
def test_a_request_that_arrives_between_the_look_and_the_forestalling_is_given_back(prepaid: bool) -> None:
    bench = Bench(Boundaries({2: "lost after"}), prepaid=prepaid)
    with pytest.raises(OutcomeUnknown):
        bench.authorize()
    bench.gateway.misreport("find_authorization", None)
    assert bench.settle() == (Settled(0, 3_000) if prepaid else Settled(3_000, 0))
    assert (bench.gateway.held, bench.gateway.kept) == (0, 0)


@pytest.mark.parametrize("fault", ["lost before", "lost after", "unavailable"])
def test_a_settlement_that_could_not_forestall_is_repeated(fault: Any) -> None:
    bench = Bench(Boundaries({2: "lost before"}))
    with pytest.raises(OutcomeUnknown):
        bench.authorize()
    bench.boundaries.faults = {bench.boundaries.crossed + 1: fault}
    with pytest.raises((OutcomeUnknown, PartnerUnavailable)):
        bench.settle()
    assert not bench.payment.closed
    assert bench.settle() == Settled(0, 0)
    assert bench.payment.closed


def test_a_void_the_gateway_refuses_while_it_holds_everything_is_a_defect() -> None:
    bench = authorized()
    bench.gateway.misreport("void", GatewayAnswer("DECLINED", "pi_1", 0, "payment_intent_succeeded"))
    with pytest.raises(PartnerRejected, match="payment_intent_succeeded"):
        bench.settle()


def test_a_hold_that_expired_after_a_capture_counts_as_released() -> None:
    bench = authorized()
    bench.capture("shp-1", 1_000)
    bench.gateway.misreport("void", GatewayAnswer("DECLINED", "pi_1", 0, "payment_intent_succeeded"))
    assert bench.settle(1_000) == Settled(2_000, 0)


def test_money_somebody_took_at_the_gateway_instead_of_the_release_is_not_called_released() -> None:
    bench = authorized()
    bench.boundaries.faults = {2: "lost before"}
    with pytest.raises(OutcomeUnknown):
        bench.settle()
    bench.gateway.misreport("find_authorization", GatewayAnswer("CAPTURED", "pi_1", 3_000))
    with pytest.raises(BrokenInvariant, match="behind our back"):
        bench.settle()


def test_a_refund_of_another_amount_is_not_believed() -> None:
    bench = authorized(prepaid=True)
    bench.gateway.misreport("refund", GatewayAnswer("REFUNDED", "re_1", 2_999))
    with pytest.raises(BrokenInvariant, match="asked for 3000"):
        bench.settle()
    assert bench.payment.pending_refund == 3_000


def test_the_limit_stands_in_the_write_of_the_refund_itself() -> None:
    bench = authorized(prepaid=True)
    bench.settle(1_000)
    assert (0, 2_000) in bench.store.guards


@pytest.mark.parametrize("before", [2, 3], ids=["before the intent", "before the call"])
@pytest.mark.parametrize("prepaid", [True, False])
@pytest.mark.parametrize("anew", [True, False], ids=["another attempt", "a cancellation"])
def test_a_customer_who_confirms_while_the_payment_is_taken_back_gets_the_money_back(
    before: int, prepaid: bool, anew: bool
) -> None:
    bench = Bench(token="pm_card_authenticationRequired", prepaid=prepaid)
    assert bench.authorize()[0] == "ACTION_REQUIRED"
    bench.boundaries.crossed = 0
    bench.boundaries.meanwhile = {
        before: lambda: bench.gateway.customer_acts("CAPTURED" if prepaid else "AUTHORIZED")
    }

    if anew:
        bench.authorize(3_500, attempt=2)
    bench.settle()

    moved = [(effect.kind, effect.amount) for effect in bench.gateway.effects if effect.amount == 3_000]
    back = "refund" if prepaid else "void"
    assert moved == [("capture" if prepaid else "authorize", 3_000), (back, 3_000)]
    assert bench.facts.count("PaymentPrepaid" if prepaid else "PaymentAuthorized") == 1
    assert (bench.payment.held, bench.payment.refundable, bench.payment.in_flight) == (0, 0, {})
    assert bench.balance(PSP_CLEARING) == 0


@pytest.mark.parametrize("prepaid", [True, False])
def test_a_customer_who_confirms_after_the_taking_back_broke_off_gets_the_money_back(prepaid: bool) -> None:
    bench = Bench(token="pm_card_authenticationRequired", prepaid=prepaid)
    bench.authorize()
    bench.boundaries.crossed = 0
    bench.boundaries.faults = {3: "crash before"}
    with pytest.raises(Crashed):
        bench.settle()
    assert bench.payment.busy("void")
    bench.gateway.customer_acts("CAPTURED" if prepaid else "AUTHORIZED")

    bench.settle()

    assert (bench.gateway.held, bench.gateway.kept) == (0, 0)
    assert (bench.payment.held, bench.payment.refundable, bench.payment.in_flight) == (0, 0, {})


def test_a_payment_that_was_confirmed_and_released_behind_our_back_pays_for_nothing() -> None:
    bench = Bench(token="pm_card_authenticationRequired")
    bench.authorize()
    bench.gateway.customer_acts()
    bench.gateway.void(key="by hand", reference=bench.payment.reference)

    assert bench.authorize() == ("DECLINED", "voided")
    assert (bench.payment.authorized, bench.payment.voided) == (3_000, 3_000)


def test_a_run_does_not_try_once_more_what_another_was_just_refused() -> None:
    """The other one's workflow is asking a person by then."""
    bench = authorized(prepaid=True)
    bench.gateway.refuse_refunds()
    bench.boundaries.meanwhile = {bench.boundaries.crossed + 3: lambda: bench.settle()}

    assert bench.settle() == NotGivenBack("charge_already_refunded", 3_000)

    assert bench.facts.count("PaymentRefundFailed") == 1


@pytest.mark.parametrize(("turn", "given_back"), [(4, 0), (5, 0), (6, 1)])
def test_what_was_refused_is_tried_again_when_a_person_was_asked(turn: int, given_back: int) -> None:
    """A repeat of the settlement that was refused, or one that begins late, comes from before."""
    bench = authorized(prepaid=True)
    bench.gateway.refuse_refunds()
    refused = bench.settle(1_000, turn=5)
    bench.gateway.refuse_refunds(False)

    answer = bench.settle(1_000, turn)

    assert answer == (Settled(voided=0, refunded=2_000) if given_back else refused)
    assert [effect.kind for effect in bench.gateway.effects].count("refund") == given_back


def test_a_settlement_from_before_does_not_finish_the_refund_of_a_later_one() -> None:
    bench = authorized(prepaid=True)
    bench.gateway.refuse_refunds()
    bench.settle()
    bench.gateway.refuse_refunds(False)
    bench.boundaries.faults = {bench.boundaries.crossed + 2: "lost after"}
    with pytest.raises(OutcomeUnknown):
        bench.settle(turn=1)

    assert bench.settle() == NotGivenBack("charge_already_refunded", 3_000)
    assert bench.settle(turn=1) == Settled(voided=0, refunded=3_000)
