"""What tests begin with: orders, requests, tables. Every value can be replaced by name."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from oms.aws.audit import everything
from oms.aws.items import Item, readable
from oms.contracts.api import BY_KEY, ROUTES, Route
from oms.contracts.snapshots import Address, LineSnapshot, OrderSnapshot
from oms.kernel.clock import stamp
from oms.kernel.events import Actor, Event
from oms.kernel.ids import order_id
from oms.orders.application.placement import place_order, placed_lines
from oms.orders.application.ports import Orders, RequestKey
from oms.orders.application.release import release_order
from oms.orders.domain.capture import Boxes, Taxes, receive
from oms.orders.domain.order import Order

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
AT = stamp(NOW)
CLIENT = Actor("client", "web")
SYSTEM = Actor("system", "order_capture")
ORDER = order_id("web", "1001")
UNTAXED = Taxes({}, 0, estimated=False)

CLIENTS = {"c-web": "web", "c-market": "marketplace", "c-warehouse": "warehouse=*"}
"""Client id → channel, as the functions' environment says it."""


def later(seconds: int) -> datetime:
    """So many seconds after NOW."""
    return NOW + timedelta(seconds=seconds)


def an_address(**changes: Any) -> Address:
    return Address(
        **{
            "name": "Ada Lovelace",
            "line1": "12 St James's Square",
            "city": "London",
            "postal_code": "SW1Y 4JH",
            "country": "GB",
        }
        | changes
    )


def lines_of(*lines: tuple[int, int], discount: int = 0) -> tuple[LineSnapshot, ...]:
    """Lines from (quantity, unit price), called L1, L2 … of SKU-1, SKU-2 …"""
    return tuple(
        LineSnapshot(number, f"L{number}", f"SKU-{number}", quantity, price, discount)
        for number, (quantity, price) in enumerate(lines, start=1)
    )


def a_snapshot(*lines: tuple[int, int], external: str = "1001", **changes: Any) -> OrderSnapshot:
    """An order as placed, of (quantity, unit price) lines."""
    channel = changes.get("channel", "web")
    given: dict[str, Any] = {
        "order_id": order_id(channel, external),
        "channel": channel,
        "external_order_id": external,
        "currency": "GBP",
        "placed_at": AT,
        "ship_to": an_address(),
        "lines": lines_of(*(lines or ((2, 1999), (1, 500)))),
        "shipping": 499,
        "prices_include_tax": False,
        "payment_token": "pm_card_visa",
        "prepaid": False,
        "email": "ada@example.org",
    }
    return OrderSnapshot(**given | changes)


def an_order(snapshot: OrderSnapshot) -> Order:
    """The order just received."""
    order, _ = receive(
        order_id=snapshot.order_id,
        channel=snapshot.channel,
        external_order_id=snapshot.external_order_id,
        currency=snapshot.currency,
        lines=placed_lines(snapshot),
        shipping=snapshot.shipping,
        at=snapshot.placed_at,
    )
    return order


def all_from(snapshot: OrderSnapshot, location: str = "LON") -> Boxes:
    """The plan that ships every line from one location."""
    return {location: [(line.number, line.quantity) for line in snapshot.lines]}


def placed(orders: Orders, snapshot: OrderSnapshot | None = None, *, at: datetime = NOW) -> OrderSnapshot:
    """Puts an order into a store."""
    snapshot = snapshot or a_snapshot()
    key = RequestKey(snapshot.channel, f"key-{snapshot.external_order_id}", "same")
    place_order(snapshot, key, orders=orders, now=at, actor=CLIENT)
    return snapshot


def released(
    orders: Orders,
    snapshot: OrderSnapshot | None = None,
    *,
    boxes: Boxes | None = None,
    taxes: Taxes = UNTAXED,
) -> OrderSnapshot:
    """Puts an order into a store and hands its work out."""
    snapshot = placed(orders, snapshot)
    plan = boxes or all_from(snapshot)
    release_order(snapshot.order_id, plan, taxes, assessment=1, orders=orders, now=NOW, actor=SYSTEM)
    return snapshot


def an_event(number: int = 1, *, subject: str = ORDER, at: datetime = NOW, **changes: Any) -> Event:
    """A stored fact of the orders context."""
    given: dict[str, Any] = {
        "event_id": f"{subject}:orders:{number:06d}",
        "type": "OrderReceived",
        "context": "orders",
        "subject": subject,
        "channel": "web",
        "occurred_at": stamp(at),
        "actor": "client:web",
        "data": {"order_id": subject},
    }
    return Event(**given | changes)


def an_order_body(**changes: Any) -> dict[str, Any]:
    """The JSON body of POST /v1/orders."""
    body: dict[str, Any] = {
        "external_order_id": "1001",
        "currency": "GBP",
        "ship_to": {
            "name": "Ada Lovelace",
            "line1": "12 St James's Square",
            "city": "London",
            "postal_code": "SW1Y 4JH",
            "country": "GB",
        },
        "lines": [
            {"line_id": "L1", "sku": "SKU-1", "quantity": 2, "unit_price": 1999},
            {"line_id": "L2", "sku": "SKU-2", "quantity": 1, "unit_price": 500},
        ],
        "shipping": 499,
        "payment": {"token": "pm_card_visa"},
    }
    return body | changes


def api_call(
    operation: str,
    body: Any = None,
    *,
    client: str = "c-web",
    scope: str | None = None,
    headers: Mapping[str, str] | None = None,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """What API Gateway hands to the function of `operation` (payload format 2.0)."""
    route = route_of(operation)
    given = {"content-type": "application/json"}
    if route.idempotent_by_header:
        given["idempotency-key"] = "key-1"
    claims = {"client_id": client, "scope": route.full_scope if scope is None else scope}
    return {
        "routeKey": route.key,
        "headers": given | dict(headers or {}),
        "pathParameters": dict(path or {}),
        "queryStringParameters": dict(query or {}),
        "requestContext": {"authorizer": {"jwt": {"claims": claims}}},
        "body": body if isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    } | changes


def route_of(operation: str) -> Route:
    """The route that serves an operation."""
    return next(BY_KEY[route.key] for route in ROUTES if route.operation == operation)


INDEXES: dict[str, Sequence[str]] = {
    "by_status": ("status_key", "status_at"),
    "by_location": ("location_key", "location_at"),
    "by_queue": ("queue_key", "queue_at"),
    "outbox": ("outbox_shard", "outbox_at"),
}


def create_table(client: Any, name: str) -> None:
    """A table with every index any table of ours has; all of them hold keys only."""
    attributes = ["pk", "sk", *(attribute for keys in INDEXES.values() for attribute in keys)]
    client.create_table(
        TableName=name,
        KeySchema=_key("pk", "sk"),
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in attributes],
        GlobalSecondaryIndexes=[
            {"IndexName": index, "KeySchema": _key(*keys), "Projection": {"ProjectionType": "KEYS_ONLY"}}
            for index, keys in INDEXES.items()
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def _key(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


def rows_of(client: Any, table: str) -> list[Item]:
    """Every item of a table. Raises what one that cannot be read raises."""
    return readable(everything(client, table, dict), None)
