"""The sandbox itself: its memory, its faults, and what it must never keep."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from oms.contracts.gateway import GatewayAnswer
from oms.kernel.ids import effect_key
from oms.partners.stripe import StripeGateway

from tests.contract.running import RunningSandbox
from tests.fakes.luhn import card_numbers

TEST_CARD = "4242" * 4  # the test number every gateway publishes


def authorize(url: str, order: str, token: str = "pm_card_visa") -> GatewayAnswer:
    gateway = StripeGateway(f"{url}/stripe", "sk_test_x")
    answer = gateway.authorize(
        key=effect_key(order, "authorize"),
        order_id=order,
        amount=100,
        currency="EUR",
        token=token,
        prepaid=False,
    )
    gateway.close()
    return answer


def test_a_restarted_sandbox_still_knows_its_effects(tmp_path: Path) -> None:
    journal = tmp_path / "effects.jsonl"
    first = RunningSandbox("--journal", str(journal))
    held = authorize(first.url, "o1")
    before = first.effects("stripe")
    first.stop()
    with journal.open("a") as file:
        file.write('[["stripe.effects","2",{"ki')  # it died while writing
    second = RunningSandbox("--journal", str(journal))
    assert second.effects("stripe") == before
    assert authorize(second.url, "o1") == held, "the key is still known"
    authorize(second.url, "o2")
    second.stop()
    third = RunningSandbox("--journal", str(journal))
    assert len(third.effects("stripe")) == 2
    third.stop()


def test_parallel_requests_with_one_key_are_one_effect(sandbox: RunningSandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: authorize(sandbox.url, f"o{n % 4}"), range(32)))
    assert len({answer.reference for answer in answers}) == 4
    assert len(sandbox.effects("stripe")) == 4


@pytest.mark.parametrize(("passed", "held"), [(True, 100), (False, 0)])
def test_a_customer_acts_once(sandbox: RunningSandbox, passed: bool, held: int) -> None:
    reference = authorize(sandbox.url, "o1", "pm_card_authenticationRequired").reference
    acted = {"payment_intent": reference, "passed": passed}
    desk = f"{sandbox.url}/_sandbox/authentications"

    answers = [httpx.post(desk, json=acted, trust_env=False).status_code for _ in range(2)]

    assert answers == [200, 400]
    assert sum(row["amount"] for row in sandbox.effects("stripe")) == held


def test_a_fault_strikes_as_often_as_it_says_and_only_where_it_matches(sandbox: RunningSandbox) -> None:
    sandbox.fault("stripe", "503", path="/v1/payment_*", times=2, match="[order_id]=o2")
    url = f"{sandbox.url}/stripe/v1/payment_intents"
    headers = {"Authorization": "Bearer sk_test_x"}
    statuses = [
        httpx.post(
            url,
            headers=headers,
            trust_env=False,
            data={"amount": "1", "currency": "eur", "payment_method": "pm_x", "metadata[order_id]": order},
        ).status_code
        for order in ("o1", "o2", "o2", "o2")
    ]
    assert statuses == [200, 503, 503, 200]


def capture(url: str, reference: str) -> int:
    return httpx.post(
        f"{url}/stripe/v1/payment_intents/{reference}/capture",
        headers={"Authorization": "Bearer sk_test_x"},
        trust_env=False,
    ).status_code


def test_a_fault_finds_the_order_of_a_payment_that_does_not_name_it(sandbox: RunningSandbox) -> None:
    first, second = (authorize(sandbox.url, order).reference for order in ("order-1", "order-2"))
    sandbox.fault("stripe", "503", path="/v1/payment_intents/*", match="order-2")

    assert [capture(sandbox.url, reference) for reference in (first, second)] == [200, 503]


def test_a_request_that_is_let_pass_is_served_and_noted(sandbox: RunningSandbox) -> None:
    sandbox.fault("stripe", "pass", match="order-1")
    sandbox.fault("stripe", "503", match="order-1")
    reference = authorize(sandbox.url, "order-1").reference

    assert capture(sandbox.url, reference) == 503
    assert capture(sandbox.url, reference) == 200
    noted = [(one["method"], one["path"], one["fault"]) for one in sandbox.struck("order-1")]
    assert noted == [
        ("POST", "/v1/payment_intents", "pass"),
        ("POST", f"/v1/payment_intents/{reference}/capture", "503"),
    ]


def test_an_unknown_fault_is_refused(sandbox: RunningSandbox) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        sandbox.fault("stripe", "earthquake")


def test_a_lagging_search_index_can_be_played(sandbox: RunningSandbox) -> None:
    authorize(sandbox.url, "o1")
    sandbox.fault("stripe", "stale", method="GET", path="/v1/payment_intents/search")
    found = [
        httpx.get(
            f"{sandbox.url}/stripe/v1/payment_intents/search",
            params={"query": "metadata['order_id']:'o1'"},
            headers={"Authorization": "Bearer sk_test_x"},
            trust_env=False,
        ).json()["data"]
        for _ in range(2)
    ]
    assert [len(rows) for rows in found] == [0, 1]


def test_no_card_number_is_kept_or_repeated(tmp_path: Path) -> None:
    journal = tmp_path / "effects.jsonl"
    running = RunningSandbox("--journal", str(journal))
    authorize(running.url, "o1")
    answer = httpx.post(
        f"{running.url}/stripe/v1/payment_intents",
        headers={"Authorization": "Bearer sk_test_x", "Idempotency-Key": "k"},
        data={"amount": "1", "currency": "eur", "payment_method": TEST_CARD},
        trust_env=False,
    )
    kept = journal.read_text() + str(running.effects("stripe"))
    running.stop()
    assert answer.status_code == 400
    assert "pm_card_visa" in kept
    assert card_numbers(kept + answer.text) == []


@pytest.mark.parametrize(
    "text", [TEST_CARD, "4242 4242 4242 4242", f"card={TEST_CARD};", "3782-822463-10005"]
)
def test_the_guard_sees_a_card_number(text: str) -> None:
    assert card_numbers(text)


@pytest.mark.parametrize(
    "text", ["4242" * 3 + "4241", f"pi{TEST_CARD}", f"1{TEST_CARD}", "2026-11-27", "4242"]
)
def test_the_guard_lets_other_numbers_pass(text: str) -> None:
    assert card_numbers(text) == []
