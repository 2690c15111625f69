"""Place, cancel and ship."""

import hashlib
import json
from datetime import datetime

from pydantic import BaseModel

from oms.contracts.problems import FieldError, Problem
from oms.contracts.requests import CancelOrder, PlaceOrder, RecordShipment
from oms.contracts.snapshots import OrderSnapshot
from oms.kernel.clock import stamp
from oms.kernel.ids import is_order_id, order_id, order_of_fulfilment
from oms.orders.application.cancellation import request_cancellation
from oms.orders.application.placement import place_order
from oms.orders.application.ports import AlreadyPlaced, KeyReused, Orders, Replayed, RequestKey
from oms.orders.application.shipping import record_shipment
from oms.orders.domain.cancellation import CancellationRefused
from oms.orders.domain.order import Order
from oms.orders.domain.shipping import AlreadyRecorded, Parcel, ShipmentRefused
from oms.runtime.http import Answer, Request

_MOST_SKU_BYTES = 160_000
"""A parcel of the whole order is one event, and EventBridge takes no more than 256 KB."""


def place(request: Request, *, orders: Orders, now: datetime) -> Answer:
    """POST /v1/orders: stored once, however often it is sent."""
    key, channel = request.idempotency_key(), request.one_channel()
    body = _publishable(request, request.body(PlaceOrder))
    new_id = order_id(channel, body.external_order_id)
    snapshot = body.snapshot(order_id=new_id, channel=channel, placed_at=stamp(now))
    mark = RequestKey(channel, key, fingerprint(body))
    result = place_order(snapshot, mark, orders=orders, now=now, actor=request.actor)
    if isinstance(result, KeyReused):
        named = (FieldError("header.Idempotency-Key", "came before with another body"),)
        raise Problem("idempotency_key_reused", errors=named)
    if isinstance(result, AlreadyPlaced):
        named = (FieldError("external_order_id", f"was placed before, as {result.order_id}"),)
        raise Problem("order_already_placed", errors=named)
    headers = {"location": f"/v1/orders/{result.order_id}"}
    if isinstance(result, Replayed):
        headers["idempotent-replayed"] = "true"
    return Answer({"order_id": result.order_id, "status": "RECEIVED"}, headers=headers)


def cancel(request: Request, *, orders: Orders, now: datetime) -> Answer:
    """POST /v1/orders/{order_id}/cancel: noted at once, carried out by the order's workflow."""
    body = request.body(CancelOrder)
    order = visible_order(request, request.path.get("order_id", ""), orders=orders)
    result = request_cancellation(
        order.order_id, body.code, orders=orders, now=now, actor=request.actor, reason=body.note
    )
    if result is None:
        raise Problem("not_found")
    if isinstance(result, CancellationRefused):
        raise Problem(result.code, result.detail)
    return Answer({"order_id": order.order_id, "status": result.order.headline})


def ship(request: Request, *, orders: Orders, now: datetime) -> Answer:
    """POST /v1/fulfilment-orders/{fulfilment_order_id}/shipments: a parcel left."""
    body = request.body(RecordShipment)
    fulfilment_order_id = request.path.get("fulfilment_order_id", "")
    found = order_of_fulfilment(fulfilment_order_id)
    order = visible_order(request, found or "", orders=orders)
    parcel = Parcel(
        shipment_id=body.shipment_id,
        carrier=body.carrier,
        tracking_number=body.tracking_number,
        sent=_units_by_number(body, orders.snapshot(order.order_id)),
        fingerprint=fingerprint(body),
    )
    result = record_shipment(fulfilment_order_id, parcel, orders=orders, now=now, actor=request.actor)
    if result is None:
        raise Problem("not_found")
    if isinstance(result, ShipmentRefused):
        errors = (FieldError(result.field, result.detail),) if result.field else ()
        raise Problem(result.code, result.detail, errors)
    replayed = isinstance(result, AlreadyRecorded)
    status = order.headline if isinstance(result, AlreadyRecorded) else result.order.headline
    answer = {
        "fulfilment_order_id": fulfilment_order_id,
        "shipment_id": body.shipment_id,
        "order_status": status,
    }
    return Answer(answer, headers={"idempotent-replayed": "true"} if replayed else None)


def visible_order(request: Request, wanted: str, *, orders: Orders) -> Order:
    """The order, if it exists and is this client's to see; another channel's order is not found."""
    order = orders.load(wanted) if is_order_id(wanted) else None
    if order is None or not request.may_see(order.channel):
        raise Problem("not_found")
    return order


def fingerprint(body: BaseModel) -> str:
    """Equal for equal requests, whatever their spacing and order of fields.

    Defaults stay out: a field that a later version adds must not make an old request a new one.
    """
    return hashlib.sha256(body.model_dump_json(exclude_defaults=True).encode()).hexdigest()


def _publishable(request: Request, body: PlaceOrder) -> PlaceOrder:
    if len(request.raw) <= _MOST_SKU_BYTES:
        return body
    size = sum(len(json.dumps(line.sku, ensure_ascii=False).encode()) for line in body.lines)
    if size > _MOST_SKU_BYTES:
        error = FieldError("lines", f"have SKUs of {size} bytes in all, the limit is {_MOST_SKU_BYTES}")
        raise Problem("body_too_large", errors=(error,))
    return body


def _units_by_number(body: RecordShipment, snapshot: OrderSnapshot | None) -> dict[int, int]:
    if snapshot is None:
        raise Problem("not_found")
    numbers = {line.line_id: line.number for line in snapshot.lines}
    units: dict[int, int] = {}
    for index, line in enumerate(body.lines or ()):
        number = numbers.get(line.line_id)
        if number is None:
            errors = (FieldError(f"lines[{index}].line_id", "is no line of the order"),)
            raise Problem("line_not_here", errors=errors)
        units[number] = line.quantity
    return units
