"""The HTTP edge: what every operation has in common."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oms.contracts.api import ROUTES, Route
from oms.kernel.errors import BrokenInvariant, HoldfastError, Throttled, WriteConflict
from oms.runtime.api.capture import place
from oms.runtime.http import Answer, Handler, Operation, Request, http_api

from tests.builders import CLIENTS, NOW, an_order_body, api_call, route_of
from tests.fakes.orders import FakeOrders


def serving(operation: Operation, name: str = "getOrder") -> Handler:
    return http_api({name: operation}, clients=lambda: CLIENTS)


def answered(operation: Operation, **how: Any) -> dict[str, Any]:
    return serving(operation)(api_call("getOrder", **how), None)


def code_of(answer: dict[str, Any]) -> tuple[int, str]:
    return answer["statusCode"], json.loads(answer["body"])["code"]


def test_an_answer_has_the_status_of_its_route_and_is_kept_by_nobody() -> None:
    answer = answered(lambda _: Answer({"name": "Grüße"}, headers={"x-more": "1"}))

    assert answer == {
        "statusCode": 200,
        "headers": {"content-type": "application/json", "cache-control": "no-store", "x-more": "1"},
        "body": '{"name":"Grüße"}',
    }


def test_an_operation_can_answer_with_a_status_of_its_own() -> None:
    assert answered(lambda _: Answer({}, status=208))["statusCode"] == 208


def test_a_request_knows_its_client_its_channel_and_its_parameters() -> None:
    seen: list[Request] = []

    def look(request: Request) -> Answer:
        seen.append(request)
        return Answer({})

    answered(look, path={"order_id": "o1"}, query={"limit": "7"}, headers={"X-Trace": "t"})

    (request,) = seen
    assert (str(request.actor), request.channel, request.route.operation) == (
        "client:web",
        "web",
        "getOrder",
    )
    assert (request.path["order_id"], request.limit(), request.headers["x-trace"]) == ("o1", 7, "t")


def test_a_client_that_serves_every_channel_sees_every_order() -> None:
    def look(request: Request) -> Answer:
        return Answer(
            {"web": request.may_see("web"), "channel": request.channel, "actor": str(request.actor)}
        )

    answer = answered(look, client="c-warehouse")

    assert json.loads(answer["body"]) == {"web": True, "channel": "*", "actor": "client:warehouse"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.operation))
def test_every_route_wants_its_own_scope(route: Route) -> None:
    handler = serving(lambda _: Answer({}), route.operation)
    other = " ".join(sorted({each.full_scope for each in ROUTES} - {route.full_scope}))

    assert handler(api_call(route.operation), None)["statusCode"] == route.success
    assert code_of(handler(api_call(route.operation, scope=other), None)) == (403, "scope_missing")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Throttled("slow down"), 503, "busy"),
        (WriteConflict("again"), 503, "busy"),
        (BrokenInvariant("secret ord_1"), 500, "internal_error"),
        (HoldfastError("secret"), 500, "internal_error"),
        (KeyError("secret"), 500, "internal_error"),
    ],
)
def test_a_failure_inside_says_whether_to_repeat_and_nothing_else(
    error: Exception, status: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Request) -> Answer:
        raise error

    answer = answered(fail)

    assert code_of(answer) == (status, code)
    assert "secret" not in answer["body"] + capsys.readouterr().out


@pytest.mark.parametrize(("error", "after"), [(Throttled("slow down"), "1"), (BrokenInvariant("no"), None)])
def test_only_what_may_be_repeated_is_asked_for_again(error: Exception, after: str | None) -> None:
    def fail(_: Request) -> Answer:
        raise error

    assert answered(fail)["headers"].get("retry-after") == after


@pytest.mark.parametrize(
    "text", ["0", "-1", "101", "1.5", "ten", "", " 7", "٧", "0000509999", "0" * 5_000 + "1"]
)
def test_a_page_size_that_is_no_number_from_1_to_100_is_refused(text: str) -> None:
    answer = answered(lambda request: Answer({"limit": request.limit()}), query={"limit": text})

    assert code_of(answer) == (400, "parameter_invalid")
    assert "query.limit" in answer["body"]


@pytest.mark.parametrize(("query", "size"), [({}, 50), ({"limit": "1"}, 1), ({"limit": "100"}, 100)])
def test_a_page_has_fifty_rows_unless_somebody_wants_another_number(query: dict[str, str], size: int) -> None:
    answer = answered(lambda request: Answer({"limit": request.limit()}), query=query)

    assert json.loads(answer["body"]) == {"limit": size}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, "parameter_missing"),
        ({"status": ""}, "parameter_missing"),
        ({"status": "NEW"}, "parameter_invalid"),
        ({"status": "A" * 257}, "parameter_invalid"),
    ],
)
def test_a_parameter_that_is_missing_or_unknown_is_named(query: dict[str, str], code: str) -> None:
    answer = answered(
        lambda request: Answer({"status": request.parameter("status", allowed=("RECEIVED",))}), query=query
    )

    assert code_of(answer) == (400, code)
    assert "query.status" in answer["body"]


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", "a\nb", "\u202e"])
def test_a_free_parameter_can_be_printed_as_what_it_asks_for_can(value: str) -> None:
    answer = answered(lambda request: Answer({"sku": request.parameter("sku")}), query={"sku": value})

    assert code_of(answer) == (400, "parameter_invalid")
    assert "query.sku" in answer["body"]


def test_a_free_parameter_has_a_length_that_a_key_can_have() -> None:
    answer = answered(lambda request: Answer({"sku": request.parameter("sku")}), query={"sku": "棚" * 1_000})

    assert code_of(answer) == (400, "parameter_invalid")


@pytest.mark.parametrize("event", [{}, {"routeKey": "$default"}, {"routeKey": None}])
def test_an_event_without_a_route_of_ours_is_not_found(event: dict[str, Any]) -> None:
    assert code_of(serving(lambda _: Answer({}))(event, None)) == (404, "not_found")


def test_missing_parts_of_an_event_are_empty_parts() -> None:
    event = api_call("getOrder", body=None) | {
        "headers": None,
        "pathParameters": None,
        "queryStringParameters": None,
        "body": None,
    }

    assert serving(lambda request: Answer({"raw": len(request.raw)}))(event, None)["statusCode"] == 200


def test_the_log_has_ids_and_outcomes_and_no_body(capsys: pytest.CaptureFixture[str]) -> None:
    accept = serving(lambda request: place(request, orders=FakeOrders(), now=NOW), "placeOrder")
    accept(api_call("placeOrder", an_order_body()), None)

    line = json.loads(capsys.readouterr().out)

    assert line == {"message": "served", "operation": "placeOrder", "actor": "client:web", "channel": "web"}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
FIELDS: list[list[str | int]] = [
    ["external_order_id"],
    ["currency"],
    ["ship_to"],
    ["ship_to", "name"],
    ["ship_to", "country"],
    ["ship_to", "latitude"],
    ["customer"],
    ["lines"],
    ["lines", 0],
    ["lines", 0, "line_id"],
    ["lines", 0, "sku"],
    ["lines", 1, "quantity"],
    ["lines", 1, "unit_price"],
    ["lines", 1, "discount"],
    ["shipping"],
    ["payment"],
    ["payment", "token"],
    ["payment", "capture"],
    ["prices_include_tax"],
    ["something"],
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(FIELDS), VALUES)
def test_whatever_a_client_sends_is_an_order_or_a_problem_of_the_client(
    path: list[str | int], value: Any
) -> None:
    orders = FakeOrders()
    body: Any = an_order_body()
    part = body
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    accept = serving(lambda request: place(request, orders=orders, now=NOW), "placeOrder")

    answer = accept(api_call("placeOrder", body), None)

    assert answer["statusCode"] in (202, 400, 413), answer
    assert bool(orders.orders) is (answer["statusCode"] == 202)
    assert route_of("placeOrder").success == 202


_PARTS = ("headers", "pathParameters", "queryStringParameters", "requestContext", "body", "routeKey")


@pytest.mark.parametrize(
    "part", [7, True, "text", ["a"], {"a": 7}, {"authorizer": "x"}, {"authorizer": {"jwt": 1}}]
)
@pytest.mark.parametrize("name", _PARTS)
def test_a_part_that_the_gateway_would_not_send_is_refused_or_passed_over(name: str, part: object) -> None:
    event = api_call("getOrder", path={"order_id": "o1"}) | {name: part}

    answer = serving(lambda request: Answer({"path": dict(request.path)}))(event, None)

    assert answer["statusCode"] < 500


@pytest.mark.parametrize("event", [None, 7, "text", [], [{}], {}])
def test_what_is_no_event_of_the_gateway_is_refused(event: Any) -> None:
    assert code_of(serving(lambda _: Answer({}))(event, None)) == (404, "not_found")
