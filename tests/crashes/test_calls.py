"""Which request a case's rules strike: held against the proxy's own engine."""

from typing import Any

import pytest
from microburst.core.context import RequestContext
from microburst.rules import RuleEngine

from ops.sandbox.faults import Fault
from tests.crashes.calls import NAMELESS, SKU, Call, Way, agent, faults, naming, rules, struck_times
from tests.crashes.references import without_references

ORDER = "abcdefghijklmnopqrstuvwxyz"
SECOND_PUT = Call("holdfast-relay-outbox", "dynamodb", "PutItem", 2)
CAPTURE = Call("stripe", "stripe", "POST /v1/payment_intents/*/capture", 2)


def request(
    body: str, *, function: str = "holdfast-relay-outbox", operation: str = "PutItem"
) -> RequestContext:
    headers = {"user-agent": f"holdfast/{function} Botocore/1"}
    return RequestContext(service="dynamodb", operation=operation, headers=headers, body=body.encode())


def struck(call: Call, way: Way, requests: list[RequestContext]) -> list[bool]:
    """For each request, whether something happens to it."""
    engine = RuleEngine()
    engine.set_rules(rules(call, way, (ORDER,)))
    decisions = [engine.decide(one) for one in requests]
    return [bool(one and (one.reset or one.response_fault)) for one in decisions]


@pytest.mark.parametrize("way", Way)
def test_a_fault_strikes_the_call_with_its_ordinal_and_as_often_as_its_way_says(way: Way) -> None:
    own = request(f'{{"pk": "ORDER#ord_{ORDER}"}}')

    times = struck_times(way)

    assert struck(SECOND_PUT, way, [own] * 4) == [False, *([True] * times), *([False] * (3 - times))]


@pytest.mark.parametrize(
    "other",
    [
        request('{"pk": "ORDER#ord_another"}'),
        request(f'{{"pk": "ord_{ORDER}"}}', function="holdfast-stock-api"),
        request(f'{{"pk": "ord_{ORDER}"}}', operation="GetItem"),
        request("not JSON"),
    ],
    ids=["order", "function", "operation", "unreadable"],
)
def test_nobody_elses_call_is_struck_or_counted(other: RequestContext) -> None:
    own = request(f'{{"event_ids": ["orders:ord_{ORDER}:received"]}}')

    assert struck(SECOND_PUT, Way.AGAIN, [other, own, other, own, own]) == [False, False, False, True, False]


def test_a_call_that_names_nobody_is_told_from_one_that_does() -> None:
    nameless = Call("holdfast-relay-outbox", "dynamodb", "PutItem", 1, named=False)
    requests = [request(f'{{"a": "{name}"}}') for name in ("ord_x", f"{SKU}0001", "LOCATIONS")]

    assert struck(nameless, Way.AGAIN, requests) == [False, False, True]


def test_a_request_is_cut_before_it_arrives_or_its_answer_is_lost() -> None:
    assert [rule.get("reset") for rule in rules(SECOND_PUT, Way.BEFORE, (ORDER,))] == [None, True]
    assert rules(SECOND_PUT, Way.AFTER, (ORDER,))[-1]["response"] == {"abort_bytes": 0}


@pytest.mark.parametrize(
    ("operation", "again"), [("PutItem", True), ("Query", False), ("GetSecretValue", False)]
)
def test_only_what_changes_something_is_asked_again_as_a_case_of_its_own(operation: str, again: bool) -> None:
    assert (Way.AGAIN in Call("f", "dynamodb", operation, 1).ways) is again


def test_a_partners_call_breaks_before_or_after_its_effect() -> None:
    assert CAPTURE.ways == (Way.BEFORE, Way.AFTER)
    told: list[dict[str, Any]] = [*faults(CAPTURE, Way.BEFORE, ORDER), *faults(CAPTURE, Way.AFTER, ORDER)]
    assert [one["fault"] for one in told] == ["pass", "drop_before", "pass", "drop_after"]
    path = f"/stripe/v1/payment_intents/pi_{'0' * 24}/capture"
    assert all(Fault(**one).hits("POST", path, ORDER) for one in told)
    assert not any(Fault(**one).hits("POST", path, "another") for one in told)


def test_a_partners_call_that_names_no_order_breaks_whoever_makes_it() -> None:
    newest = Call("stripe", "stripe", "GET /v1/payment_intents", 1, named=False)
    (fault,) = (Fault(**one) for one in faults(newest, Way.BEFORE, ""))
    assert fault.hits("GET", "/stripe/v1/payment_intents", "limit=100")
    assert not fault.hits("GET", "/stripe/v1/payment_intents/search", "limit=100")
    assert not fault.hits("POST", "/stripe/v1/payment_intents", "limit=100")


@pytest.mark.parametrize(
    ("path", "known"),
    [
        (f"/v1/payment_intents/pi_{'0a' * 12}/capture", "/v1/payment_intents/*/capture"),
        ("/v1/payment_intents/search", "/v1/payment_intents/search"),
        (
            f"/api/v2/companies/DEFAULT/transactions/ord-{ORDER[:24]}23-x1",
            "/api/v2/companies/DEFAULT/transactions/*",
        ),
        ("", ""),
    ],
)
def test_what_differs_from_order_to_order_is_taken_out_of_a_path(path: str, known: str) -> None:
    assert without_references(path) == known


def test_every_rule_says_whose_calls_it_means() -> None:
    assert agent("holdfast-x") == {"User-Agent": "holdfast/holdfast-x"}
    assert naming(("a", "b")) == "contains(to_string(@), 'a') || contains(to_string(@), 'b')"
    assert NAMELESS.startswith("!(")
