"""POST /v1/orders as it is deployed: what is stored, and everything a client can get wrong."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from oms.contracts.problems import TITLES
from oms.contracts.requests import MAX_BODY_BYTES

from tests.builders import ORDER, an_order_body, api_call

from .conftest import Handler

Stored = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def accept(composed: Callable[[str], Handler]) -> Handler:
    return composed("capture/accept_order")


def line(**changes: Any) -> dict[str, Any]:
    """A body whose first line is changed."""
    body = an_order_body()
    body["lines"][0] |= changes
    return body


def ship_to(**changes: Any) -> dict[str, Any]:
    body = an_order_body()
    body["ship_to"] |= changes
    return body


def without(*path: str) -> dict[str, Any]:
    """A body that lacks a field."""
    body = part = an_order_body()
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    return body


def many_lines(number: int) -> dict[str, Any]:
    lines = [{"line_id": f"L{n}", "sku": "S", "quantity": 1, "unit_price": 1} for n in range(number)]
    return an_order_body(lines=lines)


def call(body: Any = None, **how: Any) -> dict[str, Any]:
    return api_call("placeOrder", an_order_body() if body is None else body, **how)


def test_an_accepted_order_is_stored_and_answered_with_its_place(accept: Handler, stored: Stored) -> None:
    answer = accept(call(), None)

    assert answer["statusCode"] == 202
    assert json.loads(answer["body"]) == {"order_id": ORDER, "status": "RECEIVED"}
    assert answer["headers"]["location"] == f"/v1/orders/{ORDER}"
    assert "idempotent-replayed" not in answer["headers"]
    assert {item["sk"] for item in stored()} == {"ORDER", "EVENT#000001", "REQUEST"}


def test_a_repeated_order_is_answered_alike_and_says_so(accept: Handler, stored: Stored) -> None:
    first = accept(call(), None)
    reordered = dict(reversed(an_order_body().items()))

    again = accept(call(reordered), None)

    assert (again["statusCode"], again["body"]) == (first["statusCode"], first["body"])
    assert again["headers"]["idempotent-replayed"] == "true"
    assert len(stored()) == 3


def test_a_key_with_another_body_is_refused(accept: Handler, stored: Stored) -> None:
    accept(call(), None)

    answer = accept(call(an_order_body(external_order_id="1002")), None)

    assert problem(answer) == (422, "idempotency_key_reused", ["header.Idempotency-Key"])
    assert len(stored()) == 3


def test_an_order_under_another_key_is_a_conflict_that_names_the_first(
    accept: Handler, stored: Stored
) -> None:
    accept(call(), None)

    answer = accept(call(line(quantity=3), headers={"idempotency-key": "key-2"}), None)

    assert problem(answer) == (409, "order_already_placed", ["external_order_id"])
    assert ORDER in answer["body"]
    assert len(stored()) == 3


def test_an_order_in_base_64_is_an_order(accept: Handler) -> None:
    body = base64.b64encode(json.dumps(an_order_body()).encode()).decode()

    assert accept(call(body, isBase64Encoded=True), None)["statusCode"] == 202


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_is_json_however_it_is_announced(accept: Handler, content_type: str) -> None:
    assert accept(call(headers={"content-type": content_type}), None)["statusCode"] == 202


def test_two_thousand_lines_are_an_order(accept: Handler, stored: Stored) -> None:
    assert accept(call(many_lines(2_000)), None)["statusCode"] == 202
    assert len(stored()) == 3


def problem(answer: dict[str, Any]) -> tuple[int, str, list[str]]:
    """Status, code and fields of a problem document, which is otherwise as RFC 9457 wants it."""
    document = json.loads(answer["body"])
    code = document["code"]
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert document["status"] == answer["statusCode"]
    assert (document["status"], document["title"]) == TITLES[code]
    assert document["type"] == f"urn:holdfast:problem:{code}"
    assert document.keys() <= {"type", "title", "status", "code", "detail", "errors"}
    return document["status"], code, [error["field"] for error in document.get("errors", [])]


FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "no quantity": (line(quantity=0), "lines[0].quantity"),
    "a negative quantity": (line(quantity=-1), "lines[0].quantity"),
    "a quantity beyond reason": (line(quantity=1_000_001), "lines[0].quantity"),
    "half a unit": (line(quantity=1.5), "lines[0].quantity"),
    "a whole number written as a float": (line(quantity=2.0), "lines[0].quantity"),
    "a quantity in quotes": (line(quantity="2"), "lines[0].quantity"),
    "a quantity that is true": (line(quantity=True), "lines[0].quantity"),
    "a price in pounds": (line(unit_price=19.99), "lines[0].unit_price"),
    "a price in quotes": (line(unit_price="1999"), "lines[0].unit_price"),
    "a negative price": (line(unit_price=-1), "lines[0].unit_price"),
    "a price beyond reason": (line(unit_price=10**13), "lines[0].unit_price"),
    "a discount above the price": (line(discount=3999), "lines[0]"),
    "a line without an id": (line(line_id=""), "lines[0].line_id"),
    "a line id with a colon": (line(line_id="a:b"), "lines[0].line_id"),
    "a SKU of 65 characters": (line(sku="S" * 65), "lines[0].sku"),
    "a SKU with a line break": (line(sku="S\n1"), "lines[0].sku"),
    "a SKU with a blank at its end": (line(sku="S1 "), "lines[0].sku"),
    "an unknown field of a line": (line(colour="red"), "lines[0].colour"),
    "no lines": (an_order_body(lines=[]), "lines"),
    "no list of lines": (an_order_body(lines={"0": {}}), "lines"),
    "2,001 lines": (many_lines(2_001), "lines"),
    "the same line twice": (an_order_body(lines=an_order_body()["lines"][:1] * 2), "lines[1].line_id"),
    "no currency of this world": (an_order_body(currency="ABC"), "currency"),
    "a currency in lower case": (an_order_body(currency="gbp"), "currency"),
    "an unknown field": (an_order_body(colour="red"), "colour"),
    "an unknown field of the address": (ship_to(planet="Mars"), "ship_to.planet"),
    "no address": (without("ship_to"), "ship_to"),
    "no country": (without("ship_to", "country"), "ship_to.country"),
    "a country by its name": (ship_to(country="Germany"), "ship_to.country"),
    "a name of blanks": (ship_to(name="   "), "ship_to.name"),
    "a name with a null character": (ship_to(name="A\x00da"), "ship_to.name"),
    "a latitude beyond the pole": (ship_to(latitude=90.1), "ship_to.latitude"),
    "a latitude that is no number": (ship_to(latitude=float("nan")), "ship_to.latitude"),
    "no payment": (without("payment"), "payment"),
    "a card number with blanks": (an_order_body(payment={"token": "4242 4242"}), "payment.token"),
    "an unknown way to pay": (
        an_order_body(payment={"token": "pm_1", "capture": "never"}),
        "payment.capture",
    ),
    "negative shipping": (an_order_body(shipping=-1), "shipping"),
    "no external id": (without("external_order_id"), "external_order_id"),
    "an external id in Greek": (an_order_body(external_order_id="αβγ"), "external_order_id"),
    "an external id with a line break at its end": (
        an_order_body(external_order_id="1001\n"),
        "external_order_id",
    ),
    "tax rules in quotes": (an_order_body(prices_include_tax="yes"), "prices_include_tax"),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_wrong_field_is_named_and_nothing_is_stored(accept: Handler, stored: Stored, name: str) -> None:
    body, field = FIELDS[name]

    assert problem(accept(call(body), None)) == (400, "invalid_request", [field])
    assert stored() == []


def test_every_wrong_field_is_named_at_once(accept: Handler) -> None:
    body = line(quantity=0, unit_price=1.5) | {"currency": "ABC"}

    _, _, fields = problem(accept(call(body), None))

    assert sorted(fields) == ["currency", "lines[0].quantity", "lines[0].unit_price"]


def test_no_more_than_twenty_wrong_fields_are_named(accept: Handler) -> None:
    lines = [{"line_id": f"L{n}", "sku": "S", "quantity": 0, "unit_price": 1} for n in range(99)]

    assert len(problem(accept(call(an_order_body(lines=lines)), None))[2]) == 20


def test_every_line_that_comes_again_is_named_with_its_id(accept: Handler) -> None:
    first = an_order_body()["lines"][0]

    answer = json.loads(accept(call(an_order_body(lines=[first] * 3)), None)["body"])

    assert answer["errors"] == [
        {"field": "lines[1].line_id", "message": "repeats L1"},
        {"field": "lines[2].line_id", "message": "repeats L1"},
    ]


NOT_JSON = {
    "nothing": "",
    "half an object": '{"currency": ',
    "a word": "hello",
    "an object and more": "{} {}",
    "single quotes": "{'currency': 'GBP'}",
    "brackets without end": "[" * 100_000,
    "a number nobody can read": '{"shipping": ' + "9" * 5_000 + "}",
}


@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_not_json_is_refused(accept: Handler, stored: Stored, name: str) -> None:
    assert problem(accept(call(NOT_JSON[name]), None)) == (400, "malformed_json", [])
    assert stored() == []


@pytest.mark.parametrize("body", ["[]", "null", '"text"', "7", "true"])
def test_json_that_is_no_object_is_refused(accept: Handler, stored: Stored, body: str) -> None:
    assert problem(accept(call(body), None)) == (400, "invalid_request", ["body"])
    assert stored() == []


@pytest.mark.parametrize("text", ["%%%", "ä", base64.b64encode(b'{"currency": "\xff"}').decode()])
def test_a_binary_body_that_is_no_text_is_refused(accept: Handler, stored: Stored, text: str) -> None:
    assert problem(accept(call(text, isBase64Encoded=True), None)) == (400, "malformed_json", [])
    assert stored() == []


def test_half_a_character_is_refused(accept: Handler, stored: Stored) -> None:
    assert problem(accept(call(json.dumps(ship_to(name="A\ud800"))), None))[0] == 400
    assert problem(accept(call('{"currency": "\ud800"}'), None))[0] == 400
    assert stored() == []


@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, 3 * MAX_BODY_BYTES])
def test_a_body_beyond_the_limit_is_refused(accept: Handler, stored: Stored, size: int) -> None:
    body = json.dumps(an_order_body()).ljust(size)

    assert problem(accept(call(body), None)) == (413, "body_too_large", [])
    assert stored() == []


def test_lines_whose_parcel_would_not_fit_into_one_event_are_refused(accept: Handler, stored: Stored) -> None:
    lines = [
        {"line_id": f"L{n}", "sku": "棚" * 60 + str(n), "quantity": 1, "unit_price": 1} for n in range(2_000)
    ]
    body = json.dumps(an_order_body(lines=lines), ensure_ascii=False)
    assert len(body.encode()) < MAX_BODY_BYTES

    answer = accept(call(body), None)

    assert problem(answer) == (413, "body_too_large", ["lines"])
    assert stored() == []


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "", "application/jsonp"])
def test_another_content_type_is_refused(accept: Handler, stored: Stored, content_type: str) -> None:
    answer = accept(call(headers={"content-type": content_type}), None)

    assert problem(answer) == (415, "content_type_unsupported", ["header.Content-Type"])
    assert stored() == []


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "idempotency_key_missing"),
        ("k" * 129, "idempotency_key_invalid"),
        ("two words", "idempotency_key_invalid"),
        ("schlüssel", "idempotency_key_invalid"),
        ("tab\t", "idempotency_key_invalid"),
    ],
)
def test_a_request_without_a_usable_key_is_refused(
    accept: Handler, stored: Stored, key: str, code: str
) -> None:
    answer = accept(call(headers={"idempotency-key": key}), None)

    assert problem(answer) == (400, code, ["header.Idempotency-Key"])
    assert stored() == []


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"requestContext": {}}, 401, "token_missing"),
        ({"scope": ""}, 403, "scope_missing"),
        ({"scope": "holdfast/orders.read"}, 403, "scope_missing"),
        ({"scope": "holdfast/orders.writeable"}, 403, "scope_missing"),
        ({"client": "c-stranger"}, 403, "client_unknown"),
        ({"client": "c-warehouse"}, 403, "channel_required"),
    ],
)
def test_who_may_not_place_orders_stores_none(
    accept: Handler, stored: Stored, how: dict[str, Any], status: int, code: str
) -> None:
    assert problem(accept(call(**how), None)) == (status, code, [])
    assert stored() == []


def test_a_route_this_function_does_not_serve_is_not_found(accept: Handler) -> None:
    assert problem(accept(call(routeKey="GET /v2/orders"), None)) == (404, "not_found", [])


def test_the_order_belongs_to_the_clients_channel_and_to_no_other(accept: Handler, stored: Stored) -> None:
    accept(call(), None)
    accept(call(client="c-market"), None)

    assert {item["channel"] for item in stored() if item["sk"] == "ORDER"} == {"web", "marketplace"}
