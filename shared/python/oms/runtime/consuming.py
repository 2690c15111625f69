"""What contexts and partners do with events. Each is keyed by nature, so an event may come twice."""

from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from oms.contracts.tax import TaxableLine, TaxCommitted, TaxDocument
from oms.inventory.application.ports import Reservations
from oms.inventory.application.shipping import ship
from oms.kernel.events import Actor, Event
from oms.orders.application.ports import Orders
from oms.payments.application.capturing import NotCapturable
from oms.payments.application.service import PaymentService
from oms.payments.domain.shipment import Shipment
from oms.runtime.assessing import ShipFrom, document, tax_document
from oms.support.application.cases import report
from oms.support.application.ports import Cases

_LONGEST_CODE = 50


class TaxLedger(Protocol):
    def commit(self, document: TaxDocument) -> TaxCommitted: ...


def capture_payment(
    event: Event, *, payments: PaymentService, cases: Cases, now: datetime, message: str = ""
) -> None:
    """Take the money for a shipment; where that is refused, a person has to see to it."""
    shipment = Shipment.of(event.data)
    actor = Actor("system", "capture_payment")
    outcome = payments.capture(shipment, now=now, actor=actor)
    if isinstance(outcome, NotCapturable):
        report(
            subject=shipment.order_id,
            key=f"capture-{shipment.shipment_id}",
            channel=event.channel,
            kind="CAPTURE_FAILED",
            detail=f"Shipment {shipment.shipment_id}: {outcome.reason}",
            message=message,
            cases=cases,
            now=now,
            actor=actor,
        )


def ship_stock(event: Event, *, reservations: Reservations, now: datetime) -> None:
    """Book a shipment's units out of stock."""
    ship(
        reservations,
        order_id=event.subject,
        shipment_id=event.data["shipment_id"],
        location=event.data["location"],
        lines=[(sku, units) for _, sku, units, _, _ in event.data["lines"]],
        now=now,
        actor=Actor("system", "ship_stock"),
    )


def commit_tax(event: Event, *, orders: Orders, tax: TaxLedger, ship_from: ShipFrom) -> TaxCommitted:
    """Report a shipment's tax as it was charged. The document code is the natural key."""
    return tax.commit(shipment_document(event, orders=orders, ship_from=ship_from))


def shipment_document(event: Event, *, orders: Orders, ship_from: ShipFrom) -> TaxDocument:
    """One shipment as a tax document. AvaTax codes take letters, digits and hyphens, at most 50."""
    data: dict[str, Any] = event.data
    order = document(orders, event.subject)
    codes = {line.number: line.tax_code for line in order.lines}
    lines = [
        TaxableLine(number, sku, units, amount, codes[number], tax)
        for number, sku, units, amount, tax in data["lines"]
    ]
    code = tax_code(event.subject, data["shipment_id"])
    return tax_document(
        order,
        ship_from.address(data["location"]),
        code=code,
        lines=lines,
        shipping=data["shipping"],
        shipping_tax=data["shipping_tax"],
    )


def tax_code(order_id: str, shipment_id: str) -> str:
    """The natural key of a shipment's tax document: readable where it fits, a digest where not."""
    code = f"{order_id}-{shipment_id}".replace("_", "-")
    if len(code) <= _LONGEST_CODE:
        return code
    return f"{order_id.replace('_', '-')}-{sha256(shipment_id.encode()).hexdigest()[:16]}"
