"""Orders that are wrong: each is answered by a problem that names the field, and stores nothing."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest
from oms.contracts.requests import MAX_LINES

from tests.e2e.refusals import assert_problem, place, stored
from tests.running.journeys import Journey
from tests.running.system import Json, System
from tests.running.worlds import World

_MEGABYTE: Final = 1024 * 1024
Change = Callable[[Json], object]


def line(**fields: Any) -> Change:
    """Set fields of the first line."""
    return lambda body: body["lines"][0].update(fields)


def field(**fields: Any) -> Change:
    return lambda body: body.update(fields)


def _many(count: int) -> Change:
    def change(body: Json) -> None:
        body["lines"] = [{**body["lines"][0], "line_id": f"L{number}"} for number in range(count)]

    return change


ORDERS: Final[list[tuple[str, Change, str]]] = [
    ("zero quantity", line(quantity=0), "lines[0].quantity"),
    ("negative quantity", line(quantity=-1), "lines[0].quantity"),
    ("half a unit", line(quantity=1.5), "lines[0].quantity"),
    ("a quantity in words", line(quantity="2"), "lines[0].quantity"),
    ("a price with a fraction", line(unit_price=9.99), "lines[0].unit_price"),
    ("a negative price", line(unit_price=-1), "lines[0].unit_price"),
    ("a price beyond all bounds", line(unit_price=10**13), "lines[0].unit_price"),
    ("a discount beyond the price", line(discount=10**9), "lines[0]"),
    ("a number for a currency", field(currency=826.0), "currency"),
    ("an unknown currency", field(currency="XXQ"), "currency"),
    ("a currency in small letters", field(currency="gbp"), "currency"),
    ("an unknown field", field(colour="red"), "colour"),
    ("an unknown field of a line", line(colour="red"), "lines[0].colour"),
    ("no lines", field(lines=[]), "lines"),
    ("lines beyond the limit", _many(MAX_LINES + 1), "lines"),
    ("the same line twice", lambda body: body["lines"].append(body["lines"][0]), "lines[1].line_id"),
    ("no payment", lambda body: body.pop("payment"), "payment"),
    ("an empty payment token", lambda body: body["payment"].update(token=""), "payment.token"),
    ("no country", lambda body: body["ship_to"].pop("country"), "ship_to.country"),
    ("half a name", lambda body: body["ship_to"].update(name=" "), "ship_to.name"),
    ("a control character", lambda body: body["ship_to"].update(city="Le\neds"), "ship_to.city"),
    ("a number for an order number", field(external_order_id=7), "external_order_id"),
    ("a path for an order number", field(external_order_id="../x y"), "external_order_id"),
]


@pytest.mark.parametrize(("change", "named"), [pytest.param(c, f, id=name) for name, c, f in ORDERS])
def test_a_wrong_order_is_refused_field_by_field(
    resting: System, world: World, change: Change, named: str
) -> None:
    body = world.order({"SKU-1": 1}).body
    change(body)
    before = stored(resting)

    response = place(resting, json=body)

    assert_problem(response, "invalid_request", named)
    assert stored(resting) == before


HEADERS: Final[list[tuple[str, Mapping[str, str | None], str, str]]] = [
    ("no key", {"idempotency-key": None}, "idempotency_key_missing", "header.Idempotency-Key"),
    ("an endless key", {"idempotency-key": "k" * 129}, "idempotency_key_invalid", "header.Idempotency-Key"),
    ("a key with blanks", {"idempotency-key": "a b"}, "idempotency_key_invalid", "header.Idempotency-Key"),
    ("a form", {"content-type": "text/plain"}, "content_type_unsupported", "header.Content-Type"),
    ("no type", {"content-type": ""}, "content_type_unsupported", "header.Content-Type"),
]


@pytest.mark.parametrize(
    ("headers", "code", "named"), [pytest.param(h, c, f, id=name) for name, h, c, f in HEADERS]
)
def test_wrong_headers_are_refused(
    resting: System, world: World, headers: Mapping[str, str | None], code: str, named: str
) -> None:
    before = stored(resting)

    response = place(resting, headers, json=world.order({"SKU-1": 1}).body)

    assert_problem(response, code, named)
    assert stored(resting) == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(
            b'{"external_order_id": "' + b"x" * _MEGABYTE + b'"}', "body_too_large", id="a megabyte"
        ),
        pytest.param(b"{", "malformed_json", id="half a document"),
        pytest.param(b"", "malformed_json", id="nothing"),
        pytest.param(b"\xff\xfe\x00", "malformed_json", id="no text"),
        pytest.param(b"[" * 50_000, "malformed_json", id="depths without end"),
        pytest.param(b"[]", "invalid_request", id="a list"),
        pytest.param(b"null", "invalid_request", id="null"),
        pytest.param(b'{"lines": NaN}', "invalid_request", id="no number"),
    ],
)
def test_a_body_that_is_no_order_is_refused(resting: System, content: bytes, code: str) -> None:
    before = stored(resting)

    assert_problem(place(resting, content=content), code)

    assert stored(resting) == before


def test_a_key_belongs_to_its_first_body(resting: System, world: World, held: Journey) -> None:
    before = stored(resting)

    response = place(
        resting, {"idempotency-key": held.body["external_order_id"]}, json=world.order({"SKU-1": 1}).body
    )

    assert_problem(response, "idempotency_key_reused", "header.Idempotency-Key")
    assert stored(resting) == before


def test_an_order_number_belongs_to_its_first_order(resting: System, held: Journey) -> None:
    before = stored(resting)

    assert_problem(place(resting, json=held.body), "order_already_placed", "external_order_id")

    assert stored(resting) == before


@pytest.mark.parametrize("client", ["nobody", "warehouse"])
def test_who_has_no_right_stores_nothing(resting: System, world: World, client: str) -> None:
    before = stored(resting)
    bearer = "" if client == "nobody" else f"Bearer {resting.stack.api(client).token()}"

    response = place(resting, {"authorization": bearer}, json=world.order({"SKU-1": 1}).body)

    assert response.status_code == (401 if client == "nobody" else 403)
    assert stored(resting) == before
