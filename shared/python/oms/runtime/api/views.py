"""Orders as clients read them. Shapes: `oms.contracts.answers`."""

from collections.abc import Mapping, Sequence
from typing import Any

from oms.contracts.snapshots import OrderSnapshot
from oms.kernel.events import Event
from oms.kernel.money import Money
from oms.orders.domain.fulfilment import FulfilmentOrder
from oms.orders.domain.order import Order


def order_view(order: Order, snapshot: OrderSnapshot, work: Sequence[FulfilmentOrder]) -> dict[str, Any]:
    """One order, whole."""
    return {
        "order_id": order.order_id,
        "external_order_id": snapshot.external_order_id,
        "channel": order.channel,
        "status": order.headline,
        "currency": order.currency,
        "placed_at": order.placed_at,
        "updated_at": order.updated_at,
        "cancel_requested": order.cancel_requested,
        "goods": snapshot.goods,
        "shipping": snapshot.shipping,
        "tax": sum(line.tax for line in order.lines) + order.shipping_tax,
        "tax_estimated": order.tax_estimated,
        "prices_include_tax": snapshot.prices_include_tax,
        "lines": [
            {
                "line_id": placed.line_id,
                "sku": placed.sku,
                "ordered": line.ordered,
                "unallocated": line.unallocated,
                "allocated": line.allocated,
                "shipped": line.shipped,
                "cancelled": line.cancelled,
                "amount": placed.amount,
                "tax": line.tax,
            }
            for placed, line in zip(snapshot.lines, order.lines, strict=True)
        ],
        "fulfilment_orders": [fulfilment_view(one, snapshot) for one in work],
    }


def order_row(order: Order) -> dict[str, Any]:
    """One order in a list."""
    return {
        "order_id": order.order_id,
        "channel": order.channel,
        "status": order.headline,
        "currency": order.currency,
        "placed_at": order.placed_at,
        "lines": len(order.lines),
    }


def fulfilment_view(one: FulfilmentOrder, snapshot: OrderSnapshot) -> dict[str, Any]:
    """One location's work."""
    return {
        "fulfilment_order_id": one.fulfilment_order_id,
        "order_id": one.order_id,
        "location": one.location,
        "state": one.state.value,
        "released_at": one.released_at,
        "lines": [
            {
                "line_id": snapshot.lines[work.number - 1].line_id,
                "sku": work.sku,
                "quantity": work.quantity,
                "shipped": work.shipped,
                "cancelled": work.cancelled,
            }
            for work in one.work
        ],
    }


SENTENCES: Mapping[str, str] = {
    "OrderReceived": "Order {external_order_id} received (lines: {lines}, units: {units}).",
    "OrderHeld": "On hold ({hold}): {cause}",
    "OrderReleased": "Confirmed and handed to the locations. {why}",
    "ShipmentRecorded": "{location} shipped {shipment_id} by {carrier}.",
    "OrderCancellationRequested": "Cancellation requested ({code}).",
    "OrderCancelled": "Everything that had not shipped is cancelled.",
    "StockReserved": "Stock reserved.",
    "StockReleased": "Reserved stock put back on sale.",
    "StockShipped": "Stock of the shipment booked out.",
    "StockAdjusted": "Stock of {sku} at {location} changed by {delta} ({kind}).",
    "LocationRegistered": "Location {code} registered.",
    "PaymentAuthorized": "Payment authorized: {money}.",
    "PaymentDeclined": "Payment of {money} declined ({reason}).",
    "PaymentActionRequired": "The payment of {money} waits for the customer ({reason}).",
    "PaymentCaptured": "{money} captured for shipment {shipment_id}.",
    "PaymentCaptureFailed": "{money} for shipment {shipment_id} could not be captured ({reason}).",
    "PaymentWrittenOff": "{money} for shipment {shipment_id} will not be captured any more.",
    "PaymentVoided": "Payment authorization voided: {money}.",
    "PaymentRefunded": "{money} refunded.",
    "PaymentRefundFailed": "The gateway refused the refund of {money} ({reason}).",
    "PaymentPrepaid": "{money} taken with the order.",
    "RevenueRecognised": "Revenue of shipment {shipment_id} recognised: {money}.",
    "ExceptionOpened": "Waits for {owner}: {detail}",
    "ExceptionEscalated": "Past its deadline: escalated to engineering.",
    "ExceptionResolved": "Resolved with {action}.",
}
"""A line for people, per event type; unknown fields stay out."""


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def timeline_entry(event: Event) -> dict[str, Any]:
    """One event as a sentence."""
    sentence = SENTENCES.get(event.type, event.type)
    return {
        "at": event.occurred_at,
        "event": event.type,
        "context": event.context,
        "actor": event.actor,
        "reason": event.reason,
        "text": sentence.format_map(_Known(event.data | _money(event.data))),
    }


def _money(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"money": Money(data["amount"], data["currency"])} if {"amount", "currency"} <= data.keys() else {}
