"""The payment gateway: one suite for the in-memory fake and for the client against the running sandbox."""

from collections.abc import Iterator

import pytest
from oms.contracts.gateway import GatewayAnswer
from oms.kernel.errors import OutcomeUnknown, PartnerRejected, PartnerUnavailable
from oms.kernel.ids import effect_key
from oms.partners.http import Http

from tests.contract.stripe_bench import CAPTURE, HOLD, ORDER, REFUND, VOID, Bench, fake_bench, sandbox_bench


@pytest.fixture(params=["fake", "sandbox"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "fake":
        yield fake_bench()
        return
    sandbox = request.getfixturevalue("sandbox")
    http = Http(f"{sandbox.url}/stripe", read=1.0)
    yield sandbox_bench(sandbox, http)
    http.close()


def test_an_authorization_holds_the_amount_once(bench: Bench) -> None:
    held = bench.authorize()
    assert (held.status, held.amount) == ("AUTHORIZED", 5_000)
    assert bench.effects() == [("authorize", HOLD, 5_000)]


def test_a_prepaid_order_is_charged_at_once(bench: Bench) -> None:
    charged = bench.authorize(prepaid=True)
    assert (charged.status, charged.amount) == ("CAPTURED", 5_000)
    assert bench.effects() == [("capture", HOLD, 5_000)]


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_insufficientFunds", "insufficient_funds"),
        ("pm_card_expiredCard", "expired_card"),
    ],
)
def test_a_refused_card_is_an_answer_with_the_decline_code(bench: Bench, token: str, reason: str) -> None:
    declined = bench.authorize(token=token)
    assert (declined.status, declined.amount, declined.reason) == ("DECLINED", 0, reason)
    assert bench.effects() == []
    assert bench.gateway.find_authorization(order_id=ORDER, key=HOLD) == declined


def test_a_card_that_wants_the_customer_is_neither_held_nor_declined(bench: Bench) -> None:
    waiting = bench.authorize(token="pm_card_authenticationRequired")
    assert (waiting.status, waiting.amount) == ("ACTION_REQUIRED", 0)
    assert bench.effects() == []


def test_the_same_key_twice_is_one_authorization(bench: Bench) -> None:
    assert bench.authorize() == bench.authorize()
    assert len(bench.effects()) == 1


def test_a_lost_answer_to_an_authorization_is_found_by_its_key(bench: Bench) -> None:
    bench.fault("timeout_after_commit")
    with pytest.raises(OutcomeUnknown):
        bench.authorize()
    found = bench.gateway.find_authorization(order_id=ORDER, key=HOLD)
    assert found is not None and (found.status, found.amount) == ("AUTHORIZED", 5_000)
    assert bench.effects() == [("authorize", HOLD, 5_000)]


@pytest.mark.parametrize("prepaid", [False, True])
@pytest.mark.parametrize(
    "token", ["pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired"]
)
def test_an_authorization_that_was_forestalled_comes_to_nothing(
    bench: Bench, prepaid: bool, token: str
) -> None:
    forestalled = bench.forestall()
    assert (forestalled.status, forestalled.amount) == ("VOIDED", 0)
    assert bench.authorize(prepaid=prepaid, token=token) == forestalled
    assert bench.gateway.find_authorization(order_id=ORDER, key=HOLD) == forestalled
    assert bench.effects() == []


def test_forestalling_is_repeated_without_harm(bench: Bench) -> None:
    bench.fault("timeout_after_commit")
    with pytest.raises(OutcomeUnknown):
        bench.forestall()
    assert bench.forestall() == bench.forestall()
    assert bench.effects() == []


@pytest.mark.parametrize(
    "token", ["pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired"]
)
def test_what_came_first_cannot_be_forestalled(bench: Bench, token: str) -> None:
    first = bench.authorize(token=token)
    assert bench.forestall() == first


def test_an_unavailable_gateway_has_done_nothing(bench: Bench) -> None:
    bench.fault("503")
    with pytest.raises(PartnerUnavailable):
        bench.authorize()
    assert bench.gateway.find_authorization(order_id=ORDER, key=HOLD) is None
    assert bench.effects() == []


def test_a_hold_is_captured_in_parts_and_the_last_part_releases_the_rest(bench: Bench) -> None:
    held = bench.authorize()
    first = bench.capture(held, 2_000, final=False)
    last = bench.capture(held, 1_500, final=True, key=REFUND)
    assert [first.amount, last.amount] == [2_000, 1_500]
    assert {first.status, last.status} == {"CAPTURED"}
    nothing_left = bench.capture(held, 1, key=VOID)
    assert (nothing_left.status, nothing_left.reason) == ("DECLINED", "payment_intent_unexpected_state")


def test_more_than_the_hold_cannot_be_captured(bench: Bench) -> None:
    held = bench.authorize()
    bench.capture(held, 4_000, final=False)
    with pytest.raises(PartnerRejected, match="amount_too_large"):
        bench.capture(held, 1_001, key=VOID)
    assert [amount for kind, _, amount in bench.effects() if kind == "capture"] == [4_000]


def test_a_lost_answer_to_a_capture_is_found_on_the_payment(bench: Bench) -> None:
    held = bench.authorize()
    assert bench.gateway.find_capture(reference=held.reference, key=CAPTURE) is None
    bench.fault("timeout_after_commit")
    with pytest.raises(OutcomeUnknown):
        bench.capture(held, 2_000, final=False)
    assert bench.gateway.find_capture(reference=held.reference, key=CAPTURE) == GatewayAnswer(
        "CAPTURED", held.reference, 2_000
    )
    assert bench.effects()[1:] == [("capture", CAPTURE, 2_000)]


def test_a_capture_leaves_the_authorization_findable(bench: Bench) -> None:
    held = bench.authorize()
    bench.capture(held, 2_000)
    assert bench.gateway.find_authorization(order_id=ORDER, key=HOLD) == held


def test_a_void_releases_what_was_not_captured_and_can_be_repeated(bench: Bench) -> None:
    held = bench.authorize()
    bench.capture(held, 2_000, final=False)
    released = bench.gateway.void(key=VOID, reference=held.reference)
    assert (released.status, released.amount) == ("VOIDED", 3_000)
    assert bench.gateway.void(key=REFUND, reference=held.reference) == released
    assert bench.effects()[2:] == [("void", VOID, 3_000)]


def test_a_void_of_an_authorization_that_never_held_anything_releases_nothing(bench: Bench) -> None:
    waiting = bench.authorize(token="pm_card_authenticationRequired")
    assert bench.gateway.void(key=VOID, reference=waiting.reference).amount == 0
    assert bench.effects() == []


def test_what_was_captured_completely_cannot_be_voided(bench: Bench) -> None:
    charged = bench.authorize(prepaid=True)
    answer = bench.gateway.void(key=VOID, reference=charged.reference)
    assert (answer.status, answer.reason) == ("DECLINED", "payment_intent_succeeded")


def test_a_voided_hold_cannot_be_captured(bench: Bench) -> None:
    held = bench.authorize()
    bench.gateway.void(key=VOID, reference=held.reference)
    assert bench.capture(held, 1).status == "DECLINED"


def test_refunds_never_exceed_what_was_captured(bench: Bench) -> None:
    charged = bench.authorize(prepaid=True)
    bench.gateway.refund(key=REFUND, reference=charged.reference, amount=3_000)
    with pytest.raises(PartnerRejected, match="amount_too_large"):
        bench.gateway.refund(key=VOID, reference=charged.reference, amount=2_001)
    bench.gateway.refund(key=CAPTURE, reference=charged.reference, amount=2_000)
    more = bench.gateway.refund(key=effect_key(ORDER, "refund", 9), reference=charged.reference, amount=1)
    assert (more.status, more.reason) == ("DECLINED", "charge_already_refunded")


def test_a_lost_answer_to_a_refund_is_found_on_the_payment(bench: Bench) -> None:
    charged = bench.authorize(prepaid=True)
    assert bench.gateway.find_refund(reference=charged.reference, key=REFUND) is None
    bench.fault("timeout_after_commit")
    with pytest.raises(OutcomeUnknown):
        bench.gateway.refund(key=REFUND, reference=charged.reference, amount=3_000)
    found = bench.gateway.find_refund(reference=charged.reference, key=REFUND)
    assert found is not None and (found.status, found.amount) == ("REFUNDED", 3_000)
    assert bench.effects()[1:] == [("refund", REFUND, 3_000)]
