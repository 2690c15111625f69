"""Every operation but the placing of orders refuses what is wrong, by a code and by the field, and stores nothing."""

from typing import Any, Final

import pytest

from tests.e2e.refusals import assert_problem, stored
from tests.running.journeys import Journey
from tests.running.system import System

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
    ("an id that is none", ("web", "GET", "/v1/orders/not-an-order", {}), "not_found", ""),
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

    assert_problem(response, code, named)
    assert stored(resting) == before
