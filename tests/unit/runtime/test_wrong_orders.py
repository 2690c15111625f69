"""Everything a client can get wrong in an order: each is named, and nothing is stored."""

import base64
import json
from typing import Any

import pytest
from oms.contracts.requests import MAX_BODY_BYTES

from tests.builders import an_order_body

from .conftest import Handler
from .posting import Stored, call, line, many_lines, problem, ship_to, without

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
