"""Report the tax of a shipment."""

from hashlib import sha256
from typing import Any, Protocol

from oms.contracts.tax import TaxableLine, TaxCommitted, TaxDocument
from oms.kernel.events import Event
from oms.orders.application.ports import Orders
from oms.runtime.assessing.placed import document
from oms.runtime.assessing.taxing import ShipFrom, tax_document

_LONGEST_CODE = 50


class TaxLedger(Protocol):
    def commit(self, document: TaxDocument) -> TaxCommitted: ...


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
