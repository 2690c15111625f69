"""The orders table's items. Access patterns:

an order                      pk=ORDER#<id>  sk=ORDER
its audit trail and timeline  pk=ORDER#<id>  sk begins with EVENT#      (000001 also holds the order as placed)
its fulfilment orders         pk=ORDER#<id>  sk begins with FULFILMENT#
its workflow's task token     pk=ORDER#<id>  sk=TOKEN
a client's idempotency key    pk=REQUEST#<channel>#<key>  sk=REQUEST
orders by status              index by_status    status_key=<channel>#<status>      status_at=<placed>#<id>
open work of a location       index by_location  location_key=<channel>#<location>  location_at=<released>#<id>
"""

from dataclasses import asdict
from typing import Any

from oms.aws.items import Item, pack, rows_in, typed_as, unpack
from oms.contracts.snapshots import Address, LineSnapshot, OrderSnapshot
from oms.orders.domain.fulfilment import FulfilmentOrder, FulfilmentState, Work
from oms.orders.domain.order import Hold, Line, Order, Stage

_PACK_BEYOND_LINES = 50
_ORDER_FIELDS = {
    "order_id": str,
    "channel": str,
    "version": int,
    "currency": str,
    "placed_at": str,
    "updated_at": str,
    "cancel_requested": bool,
    "shipping_tax": int,
    "shipping_charged": bool,
    "tax_estimated": bool,
    "shipped_total": int,
    "fulfilment_orders": int,
    "assessment": int,
}
_LINE = (int,) * 6
_FULFILMENT_FIELDS = {
    "fulfilment_order_id": str,
    "order_id": str,
    "channel": str,
    "location": str,
    "released_at": str,
    "shipments": dict,
    "version": int,
}
_WORK = (int, str, int, int, int)


def order_pk(order_id: str) -> str:
    return f"ORDER#{order_id}"


def order_item(order: Order) -> Item:
    lines = [
        [line.ordered, line.unallocated, line.allocated, line.shipped, line.cancelled, line.tax]
        for line in order.lines
    ]
    return {
        "pk": order_pk(order.order_id),
        "sk": "ORDER",
        **{name: getattr(order, name) for name in _ORDER_FIELDS},
        "stage": order.stage.value,
        "hold": order.hold.value if order.hold else "",
        "lines": pack(lines) if len(lines) > _PACK_BEYOND_LINES else lines,
        "status_key": f"{order.channel}#{order.headline}",
        "status_at": f"{order.placed_at}#{order.order_id}",
    }


def order_of(item: Item) -> Order:
    """Raises KeyError, TypeError or ValueError for a row that holds none."""
    rows = rows_in(item["lines"], *_LINE)
    return Order(
        **typed_as(item, _ORDER_FIELDS),
        stage=Stage(item["stage"]),
        hold=Hold(item["hold"]) if item["hold"] else None,
        lines=tuple(Line(number, *row) for number, row in enumerate(rows, start=1)),
    )


def fulfilment_item(one: FulfilmentOrder) -> Item:
    work = [[w.number, w.sku, w.quantity, w.shipped, w.cancelled] for w in one.work]
    item: Item = {
        "pk": order_pk(one.order_id),
        "sk": f"FULFILMENT#{one.fulfilment_order_id}",
        **{name: getattr(one, name) for name in _FULFILMENT_FIELDS},
        "shipments": dict(one.shipments),
        "work": pack(work) if len(work) > _PACK_BEYOND_LINES else work,
    }
    if one.state is FulfilmentState.OPEN:
        item["location_key"] = f"{one.channel}#{one.location}"
        item["location_at"] = f"{one.released_at}#{one.fulfilment_order_id}"
    return item


def fulfilment_of(item: Item) -> FulfilmentOrder:
    """Raises KeyError, TypeError or ValueError for a row that holds none."""
    rows = rows_in(item["work"], *_WORK)
    return FulfilmentOrder(**typed_as(item, _FULFILMENT_FIELDS), work=tuple(Work(*row) for row in rows))


def packed_snapshot(snapshot: OrderSnapshot) -> bytes:
    """The order as placed, compressed. Personal data: kept with the order, never published."""
    document = asdict(snapshot)
    document["lines"] = [
        [line.line_id, line.sku, line.quantity, line.unit_price, line.discount, line.tax_code]
        for line in snapshot.lines
    ]
    document["ship_to"]["latitude"] = _text(snapshot.ship_to.latitude)
    document["ship_to"]["longitude"] = _text(snapshot.ship_to.longitude)
    return pack(document)


def snapshot_of(packed: bytes) -> OrderSnapshot:
    document: dict[str, Any] = unpack(packed)
    ship_to = document.pop("ship_to")
    for name in ("latitude", "longitude"):
        ship_to[name] = float(ship_to[name]) if ship_to[name] else None
    lines = tuple(LineSnapshot(number, *row) for number, row in enumerate(document.pop("lines"), start=1))
    return OrderSnapshot(**document, ship_to=Address(**ship_to), lines=lines)


def _text(coordinate: float | None) -> str:
    return "" if coordinate is None else repr(coordinate)
