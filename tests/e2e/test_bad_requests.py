"""Requests that are wrong: each is answered by a problem that names the field, and stores nothing."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
import pytest
from oms.contracts.problems import CONTENT_TYPE, TITLES
from oms.contracts.requests import MAX_LINES

from tests.running.journeys import Journey
from tests.running.system import Json, System
from tests.running.worlds import World

_MEGABYTE: Final = 1024 * 1024
_VOLATILE: Final = ("RECEIPT#", "PARKED#", "TOKEN", "INBOX")
"""Rows that the system writes by itself, at any time."""


@pytest.fixture(scope="module")
def held(system: System) -> Journey:
    """An order of the web channel that moves no further."""
    world = World(system, "bad")
    return world.order({world.stock(NORTH=5): 1}, mailbox="review").place().reaches("ON_HOLD")


@pytest.fixture(scope="module")
def released(system: System) -> Journey:
    """An order of the web channel that waits for its parcel."""
    world = World(system, "bad")
    return world.order({world.stock(NORTH=5): 2}).place().reaches("RELEASED")


@pytest.fixture(scope="module")
def resting(system: System, held: Journey, released: Journey) -> System:
    """The system with nothing under way."""
    seen: list[Counter[str]] = []

    def look() -> bool:
        seen.append(stored(system))
        return system.queued() == 0 and len(seen) > 2 and seen[-1] == seen[-2] == seen[-3]

    system.until(look, bool, what="the system to come to rest", every=1.0)
    return system


def stored(system: System) -> Counter[str]:
    """Rows per table, those left out that come and go by themselves."""
    counts: Counter[str] = Counter()
    dynamodb = system.stack.aws("dynamodb")
    for table in system.stack.outputs.tables.values():
        pages = dynamodb.get_paginator("scan").paginate(
            TableName=table, ProjectionExpression="sk", ConsistentRead=True
        )
        for page in pages:
            counts[table] += sum(not row["sk"]["S"].startswith(_VOLATILE) for row in page["Items"])
    return counts


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
    ("the same line twice", lambda body: body["lines"].append(body["lines"][0]), "body"),
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

    response = _place(resting, json=body)

    _assert_problem(response, "invalid_request", named)
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

    response = _place(resting, headers, json=world.order({"SKU-1": 1}).body)

    _assert_problem(response, code, named)
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

    _assert_problem(_place(resting, content=content), code)

    assert stored(resting) == before


def test_a_key_belongs_to_its_first_body(resting: System, world: World, held: Journey) -> None:
    before = stored(resting)

    response = _place(
        resting, {"idempotency-key": held.body["external_order_id"]}, json=world.order({"SKU-1": 1}).body
    )

    _assert_problem(response, "idempotency_key_reused", "header.Idempotency-Key")
    assert stored(resting) == before


def test_an_order_number_belongs_to_its_first_order(resting: System, held: Journey) -> None:
    before = stored(resting)

    _assert_problem(_place(resting, json=held.body), "order_already_placed", "external_order_id")

    assert stored(resting) == before


Asked = tuple[str, str, str, dict[str, Any]]
"""Client, method, path, and what else the request has."""
_PARCEL: Final = {"shipment_id": "bad", "carrier": "Example Parcels", "tracking_number": "EX1"}
_SHIPMENTS: Final = "/v1/fulfilment-orders/{work}/shipments"
_RECEIPT: Final = {"sku": "SKU-1", "location": "NORTH", "delta": 1, "kind": "receipt"}


def _shipment(**fields: Any) -> Asked:
    return "warehouse", "POST", _SHIPMENTS, {"body": _PARCEL | fields}


def _adjustment(key: str | None = "bad-adjustment", **fields: Any) -> Asked:
    return "warehouse", "POST", "/v1/stock-adjustments", {"body": _RECEIPT | fields, "key": key}


def _query(client: str, path: str, **query: str) -> Asked:
    return client, "GET", path, {"query": query}


def _cancel(path: str, **body: Any) -> Asked:
    return "web", "POST", path, {"body": body}


OTHERS: Final[list[tuple[str, Asked, str, str]]] = [
    ("another channel's order", ("marketplace", "GET", "/v1/orders/{held}", {}), "not_found", ""),
    ("an id of nothing", ("web", "GET", "/v1/orders/ord_" + "a" * 26, {}), "not_found", ""),
    ("an id that is none", ("web", "GET", "/v1/orders/%2e%2e%2fadmin", {}), "not_found", ""),
    ("no status", _query("web", "/v1/orders"), "parameter_missing", "query.status"),
    ("an unknown status", _query("web", "/v1/orders", status="LOST"), "parameter_invalid", "query.status"),
    (
        "no page at all",
        _query("web", "/v1/orders", status="RELEASED", limit="0"),
        "parameter_invalid",
        "query.limit",
    ),
    (
        "a page beyond the limit",
        _query("web", "/v1/orders", status="RELEASED", limit="101"),
        "parameter_invalid",
        "query.limit",
    ),
    (
        "a cursor of nobody",
        _query("web", "/v1/orders", status="RELEASED", cursor="!!"),
        "cursor_invalid",
        "query.cursor",
    ),
    (
        "a cursor of another channel",
        # ["marketplace","start","start"]
        _query("web", "/v1/orders", status="RELEASED", cursor="WyJtYXJrZXRwbGFjZSIsInN0YXJ0Iiwic3RhcnQiXQ"),
        "cursor_invalid",
        "query.cursor",
    ),
    ("no location", _query("warehouse", "/v1/fulfilment-orders"), "parameter_missing", "query.location"),
    ("no sku", _query("web", "/v1/availability"), "parameter_missing", "query.sku"),
    ("an unknown reason", _cancel("/v1/orders/{held}/cancel", code="whim"), "invalid_request", "code"),
    ("a line of another order", _shipment(lines=[{"line_id": "L9", "quantity": 1}]), "line_not_here", "lines[0].line_id"),
    ("more than was ordered", _shipment(lines=[{"line_id": "L1", "quantity": 3}]), "more_than_open", "lines[0].quantity"),
    ("an empty parcel", _shipment(lines=[]), "invalid_request", "lines"),
    ("a parcel without a number", _shipment(shipment_id=""), "invalid_request", "shipment_id"),
    ("a negative receipt", _adjustment(delta=-1), "invalid_request", "body"),
    ("a place that nobody knows", _adjustment(location="MOON"), "location_unknown", "location"),
    (
        "more than there is",
        _adjustment(sku="SKU-NONE", delta=-5, kind="correction"),
        "stock_would_go_negative",
        "delta",
    ),
    ("an adjustment without key", _adjustment(key=None), "idempotency_key_missing", "header.Idempotency-Key"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code", "named"), [pytest.param(*rest, id=name) for name, *rest in OTHERS])
def test_every_other_operation_refuses_what_is_wrong(
    resting: System, held: Journey, released: Journey, asked: Asked, code: str, named: str
) -> None:
    client, method, path, more = asked
    work = released.work()[0]["fulfilment_order_id"]
    before = stored(resting)

    response = resting.stack.api(client).send(method, path.format(held=held.order_id, work=work), **more)

    _assert_problem(response, code, named)
    assert stored(resting) == before


@pytest.mark.parametrize("client", ["nobody", "warehouse"])
def test_who_has_no_right_stores_nothing(resting: System, world: World, client: str) -> None:
    before = stored(resting)
    bearer = "" if client == "nobody" else f"Bearer {resting.stack.api(client).token()}"

    response = _place(resting, {"authorization": bearer}, json=world.order({"SKU-1": 1}).body)

    assert response.status_code == (401 if client == "nobody" else 403)
    assert stored(resting) == before


def _place(system: System, headers: Mapping[str, str | None] | None = None, **more: Any) -> httpx.Response:
    """POST /v1/orders by the web channel; `headers` replace the right ones, None leaves one out."""
    right: dict[str, str | None] = {
        "authorization": f"Bearer {system.stack.api('web').token()}",
        "content-type": "application/json",
        "idempotency-key": f"bad-{system.number()}",
    }
    sent = {name: value for name, value in (right | dict(headers or {})).items() if value is not None}
    return httpx.post(f"{system.stack.outputs.api_url}/v1/orders", headers=sent, timeout=30, **more)


def _assert_problem(response: httpx.Response, code: str, named: str = "") -> None:
    """Problem details with this code, whose errors name this field."""
    assert response.headers["content-type"] == CONTENT_TYPE, response.text
    problem = response.json()
    assert (problem["code"], problem["status"]) == (code, response.status_code), problem
    assert response.status_code == TITLES[code][0]
    fields = [error["field"] for error in problem.get("errors", [])]
    assert not named or any(one.startswith(named) for one in fields), problem
