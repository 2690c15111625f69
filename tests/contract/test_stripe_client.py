"""What only the real gateway client can get wrong: the wire, faults, and answers the sandbox does not give."""

from collections.abc import Iterator
from typing import Any, Literal

import httpx
import pytest
from oms.contracts.gateway import GatewayAnswer
from oms.kernel.errors import OutcomeUnknown, PartnerRejected, PartnerUnavailable
from oms.kernel.ids import effect_key
from oms.partners.http import Http
from oms.partners.stripe import StripeGateway

from tests.contract.replies import reply
from tests.contract.running import RunningSandbox
from tests.contract.stripe_bench import CAPTURE, HOLD, KEY, ORDER, REFUND, VOID, Bench, sandbox_bench
from tests.contract.validating import ValidatingTransport, stripe_check

OTHER = effect_key(ORDER, "authorize", "2")


@pytest.fixture
def real(sandbox: RunningSandbox) -> Iterator[Bench]:
    http = Http(f"{sandbox.url}/stripe", read=1.0)
    yield sandbox_bench(sandbox, http)
    http.close()


def test_every_request_is_legal_by_stripes_own_schema(
    sandbox: RunningSandbox, stripe_schemas: dict[str, Any]
) -> None:
    transport = ValidatingTransport(stripe_check(stripe_schemas))
    http = Http(f"{sandbox.url}/stripe", transport=transport)
    bench = sandbox_bench(sandbox, http)
    held = bench.authorize()
    bench.capture(held, 2_000, final=False)
    bench.gateway.void(key=VOID, reference=held.reference)
    bench.gateway.refund(key=REFUND, reference=held.reference, amount=500)
    bench.gateway.forestall(key=OTHER, order_id=ORDER, amount=5_000, currency="EUR")
    http.close()
    assert transport.checked == 5


@pytest.mark.parametrize("fault", ["500", "hang", "drop_before", "redirect"])
def test_an_unclear_answer_is_looked_up_and_may_turn_out_to_be_nothing(
    sandbox: RunningSandbox, real: Bench, fault: str
) -> None:
    sandbox.fault("stripe", fault)
    with pytest.raises(OutcomeUnknown):
        real.authorize()
    assert real.gateway.find_authorization(order_id=ORDER, key=HOLD) is None


@pytest.mark.parametrize("fault", ["500_after_commit", "drop_after", "malformed", "oversized"])
def test_an_unclear_answer_is_looked_up_and_may_turn_out_to_be_done(
    sandbox: RunningSandbox, real: Bench, fault: str
) -> None:
    sandbox.fault("stripe", fault)
    with pytest.raises(OutcomeUnknown):
        real.authorize()
    assert real.gateway.find_authorization(order_id=ORDER, key=HOLD) is not None
    assert len(real.effects()) == 1


@pytest.mark.parametrize("fault", ["500", "malformed", "oversized", "redirect", "hang"])
def test_a_look_up_that_fails_is_safe_to_repeat(sandbox: RunningSandbox, real: Bench, fault: str) -> None:
    held = real.authorize()
    sandbox.fault("stripe", fault, method="GET")
    with pytest.raises(PartnerUnavailable):
        real.gateway.find_capture(reference=held.reference, key=CAPTURE)


def test_a_used_key_is_answered_with_what_stands_under_it(real: Bench) -> None:
    held = real.authorize()
    other = real.gateway.authorize(
        key=HOLD, order_id=ORDER, amount=1, currency="EUR", token="pm_card_visa", prepaid=False
    )
    assert (other.reference, other.amount) == (held.reference, 5_000)
    assert len(real.effects()) == 1


def test_an_expired_hold_is_a_refusal_of_the_capture(real: Bench) -> None:
    held = real.authorize(token="pm_card_authorizationExpired")
    assert real.capture(held, 100).reason == "charge_expired_for_capture"


def test_a_capture_that_the_bank_refuses_at_first_is_taken_under_the_next_key(real: Bench) -> None:
    held = real.authorize(token="pm_card_captureFailsAtFirst")
    refused, again = (
        real.gateway.capture(key=CAPTURE, reference=held.reference, amount=100, final=False, shipment_id="s1")
        for _ in range(2)
    )
    taken = real.gateway.capture(
        key=f"{CAPTURE[:-2]}-2", reference=held.reference, amount=100, final=False, shipment_id="s1"
    )

    assert (refused.status, refused.reason) == ("DECLINED", "try_again_later")
    assert again == refused
    assert taken.status == "CAPTURED"


def test_a_refund_that_fails_at_the_bank_is_a_refusal(real: Bench) -> None:
    charged = real.authorize(token="pm_card_refundFail", prepaid=True)
    answer = real.gateway.refund(key=REFUND, reference=charged.reference, amount=100)
    assert (answer.status, answer.reason) == ("DECLINED", "expired_or_canceled_card")


def test_a_refund_that_the_bank_refuses_at_first_is_made_under_the_next_key(real: Bench) -> None:
    charged = real.authorize(token="pm_card_refundFailsAtFirst", prepaid=True)
    refused, again, made = (
        real.gateway.refund(key=key, reference=charged.reference, amount=100)
        for key in (REFUND, REFUND, f"{REFUND[:-2]}-2")
    )

    assert (refused.status, refused.reason) == ("DECLINED", "expired_or_canceled_card")
    assert again == refused
    assert made.status == "REFUNDED"


def test_an_invalid_api_key_is_a_rejection(sandbox: RunningSandbox) -> None:
    gateway = StripeGateway(f"{sandbox.url}/stripe", "rk_live_wrong")
    with pytest.raises(PartnerRejected, match="401 api_key_invalid"):
        gateway.find_capture(reference="pi_1", key=CAPTURE)
    gateway.close()


@pytest.mark.parametrize("currency", ["ISK", "MGA", "KWD"])
def test_a_currency_stripe_counts_differently_is_declined_unsent(real: Bench, currency: str) -> None:
    answer = real.gateway.authorize(
        key=HOLD, order_id=ORDER, amount=5_000, currency=currency, token="pm_card_visa", prepaid=False
    )
    assert (answer.status, answer.reason) == ("DECLINED", "currency_not_supported")
    forestalled = real.gateway.forestall(key=HOLD, order_id=ORDER, amount=5_000, currency=currency)
    assert forestalled == GatewayAnswer("VOIDED", "", 0)
    assert real.effects() == []


# Answers the sandbox does not give.

Method = Literal["GET", "POST"]


def answering(answers: dict[tuple[Method, str], tuple[int, dict[str, Any]]]) -> StripeGateway:
    """A gateway whose partner knows these answers by method and path."""

    def handle(request: httpx.Request) -> httpx.Response:
        status, body = answers[request.method, request.url.path]  # type: ignore[index]
        return reply(status, body)

    return StripeGateway(
        "https://stripe.example",
        KEY,
        http=Http("https://stripe.example", transport=httpx.MockTransport(handle)),
    )


def intent(**changes: Any) -> dict[str, Any]:
    return {
        "id": "pi_1",
        "status": "requires_capture",
        "amount": 5_000,
        "amount_received": 0,
        "capture_method": "manual",
        "metadata": {"effect_key": HOLD, "order_id": ORDER},
    } | changes


def test_headers_carry_the_key_and_pin_the_version() -> None:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return reply(200, intent())

    http = Http("https://stripe.example", transport=httpx.MockTransport(handle))
    Bench(StripeGateway("https://stripe.example", KEY, http=http), lambda _: None, list).authorize()
    assert seen[0].headers["Idempotency-Key"] == HOLD
    assert seen[0].headers["Accept-Encoding"] == "identity"
    assert seen[0].headers["Stripe-Version"] == "2026-10-28.endive"


def test_an_old_authorization_is_found_by_search_when_the_listing_no_longer_shows_it() -> None:
    gateway = answering(
        {
            ("GET", "/v1/payment_intents"): (200, {"data": [intent(metadata={})], "has_more": False}),
            ("GET", "/v1/payment_intents/search"): (200, {"data": [intent()]}),
        }
    )
    found = gateway.find_authorization(order_id=ORDER, key=HOLD)
    assert found is not None and found.status == "AUTHORIZED"


@pytest.mark.parametrize("forestall", [True, False])
def test_a_used_key_under_which_nothing_is_found_leaves_the_outcome_unknown(forestall: bool) -> None:
    used = {
        "error": {"type": "idempotency_error", "message": "Keys can only be used with the same parameters"}
    }
    nothing = {"data": [], "has_more": False}
    gateway = answering(
        {
            ("POST", "/v1/payment_intents"): (400, used),
            ("GET", "/v1/payment_intents"): (200, nothing),
            ("GET", "/v1/payment_intents/search"): (200, nothing),
        }
    )
    bench = Bench(gateway, lambda _: None, list)
    with pytest.raises(OutcomeUnknown, match="its key is used"):
        bench.forestall() if forestall else bench.authorize()


@pytest.mark.parametrize(
    ("param", "code"),
    [
        ("amount", "amount_too_small"),
        ("amount", "amount_too_large"),
        ("currency", ""),
        ("payment_method", "resource_missing"),
    ],
)
def test_an_order_that_stripe_has_no_use_for_is_declined_and_need_not_be_forestalled(
    param: str, code: str
) -> None:
    refusal = {"error": {"type": "invalid_request_error", "code": code, "param": param}}
    bench = Bench(answering({("POST", "/v1/payment_intents"): (400, refusal)}), lambda _: None, list)
    assert bench.authorize() == GatewayAnswer("DECLINED", "", 0, code or "invalid_request_error")
    assert bench.forestall() == GatewayAnswer("VOIDED", "", 0)


@pytest.mark.parametrize(("amount", "token"), [(100_000_000, "pm_card_visa"), (5_000, "tok_visa")])
def test_so_it_is_by_the_sandbox(real: Bench, amount: int, token: str) -> None:
    declined = real.gateway.authorize(
        key=HOLD, order_id=ORDER, amount=amount, currency="EUR", token=token, prepaid=False
    )
    assert (declined.status, declined.reference) == ("DECLINED", "")
    late = real.gateway.forestall(key=HOLD, order_id=ORDER, amount=amount, currency="EUR")
    assert (late.status, late.amount) == ("VOIDED", 0)
    assert real.effects() == []


def test_any_other_refusal_to_forestall_is_our_defect() -> None:
    refusal = {"error": {"type": "invalid_request_error", "code": "parameter_unknown"}}
    gateway = answering({("POST", "/v1/payment_intents"): (400, refusal)})
    with pytest.raises(PartnerRejected, match="parameter_unknown"):
        Bench(gateway, lambda _: None, list).forestall()


def test_a_capture_that_stripe_no_longer_remembers_by_key_is_recognised_by_its_note() -> None:
    done = intent(status="succeeded", metadata={f"cap_{CAPTURE}": "2000 shp_1"})
    refusal = {"error": {"type": "invalid_request_error", "code": "payment_intent_unexpected_state"}}
    gateway = answering(
        {
            ("POST", "/v1/payment_intents/pi_1/capture"): (400, refusal),
            ("GET", "/v1/payment_intents/pi_1"): (200, done),
        }
    )
    answer = gateway.capture(key=CAPTURE, reference="pi_1", amount=2_000, final=True, shipment_id="shp_1")
    assert answer == GatewayAnswer("CAPTURED", "pi_1", 2_000)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (409, {"error": {"type": "idempotency_error", "code": "idempotency_key_in_use"}}),
        (200, intent(status="processing")),
        (200, intent(status="something_new")),
        (200, intent(amount="5000")),
        (200, intent(amount=True)),
        (200, {"object": "list"}),
    ],
)
def test_an_answer_that_settles_nothing_leaves_the_outcome_unknown(status: int, body: dict[str, Any]) -> None:
    gateway = answering({("POST", "/v1/payment_intents"): (status, body)})
    with pytest.raises(OutcomeUnknown):
        Bench(gateway, lambda _: None, list).authorize()


def test_refunds_are_looked_up_through_every_page() -> None:
    pages = iter(
        [
            {"data": [{"id": "re_2", "metadata": {}}], "has_more": True},
            {
                "data": [
                    {"id": "re_1", "status": "pending", "amount": 7, "metadata": {"effect_key": REFUND}}
                ],
                "has_more": False,
            },
        ]
    )
    asked: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.query.decode())
        return reply(200, next(pages))

    http = Http("https://stripe.example", transport=httpx.MockTransport(handle))
    gateway = StripeGateway("https://stripe.example", KEY, http=http)
    assert gateway.find_refund(reference="pi_1", key=REFUND) == GatewayAnswer("REFUNDED", "re_1", 7)
    assert "starting_after=re_2" in asked[1]
