"""The transaction document sent for screening.

Every Accertify client has its own request schema. What stays the same is the envelope
(a document of transactions, one per order, one repeated element per line); which of our
facts go into which element is a table, so that a client's schema is configuration.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from xml.etree.ElementTree import Element, SubElement, tostring

from oms.contracts.snapshots import LineSnapshot, OrderSnapshot
from oms.kernel.errors import BrokenInvariant
from oms.partners.amounts import to_decimal

F = TypeVar("F")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""XML 1.0 has no such characters; customers paste them anyway."""

_ORDER: Mapping[str, Callable[[OrderSnapshot], str]] = {
    "order_id": lambda order: order.order_id,
    "external_order_id": lambda order: order.external_order_id,
    "channel": lambda order: order.channel,
    "placed_at": lambda order: order.placed_at,
    "client_ip": lambda order: order.client_ip,
    "total": lambda order: str(to_decimal(order.goods + order.shipping, order.currency)),
    "currency": lambda order: order.currency,
    "customer_id": lambda order: order.customer_id,
    "email": lambda order: order.email,
    "payment_token": lambda order: order.payment_token,
    "ship_name": lambda order: order.ship_to.name,
    "ship_line1": lambda order: order.ship_to.line1,
    "ship_line2": lambda order: order.ship_to.line2,
    "ship_city": lambda order: order.ship_to.city,
    "ship_region": lambda order: order.ship_to.region,
    "ship_postal_code": lambda order: order.ship_to.postal_code,
    "ship_country": lambda order: order.ship_to.country,
}
_LINE: Mapping[str, Callable[[LineSnapshot, str], str]] = {
    "number": lambda line, _: str(line.number),
    "sku": lambda line, _: line.sku,
    "quantity": lambda line, _: str(line.quantity),
    "amount": lambda line, currency: str(to_decimal(line.amount, currency)),
}
_DEFAULT_ORDER_FIELDS = {
    "transactionID": "order_id",
    "transactionType": "=Pre-Authorization",
    "transactionDateTime": "placed_at",
    "salesChannel": "channel",
    "ipAddress": "client_ip",
    "totalAmount": "total",
    "totalAmountCurrency": "currency",
    "customerInformation/userId": "customer_id",
    "customerInformation/userEmailAddress": "email",
    "collectionTransaction/paymentToken": "payment_token",
    "shippingInformation/shippingName": "ship_name",
    "shippingInformation/shippingAddress": "ship_line1",
    "shippingInformation/shippingAddress2": "ship_line2",
    "shippingInformation/shippingCity": "ship_city",
    "shippingInformation/shippingRegion": "ship_region",
    "shippingInformation/shippingPostalCode": "ship_postal_code",
    "shippingInformation/shippingCountry": "ship_country",
}
_DEFAULT_LINE_FIELDS = {
    "itemNumber": "sku",
    "itemQuantity": "quantity",
    "itemAmount": "amount",
}


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Element path → one of our facts by name, or `=text` for a constant. Paths are slash-separated."""

    envelope: str = "transactions"
    transaction: str = "transaction"
    order: Mapping[str, str] = field(default_factory=lambda: dict(_DEFAULT_ORDER_FIELDS))
    lines: str = "orderDetails"
    line: str = "orderDetail"
    line_fields: Mapping[str, str] = field(default_factory=lambda: dict(_DEFAULT_LINE_FIELDS))


def to_xml(order: OrderSnapshot, fields: FieldMap) -> bytes:
    """`order` as the document `fields` describes, UTF-8. Empty facts are left out.

    BrokenInvariant when the map names a fact that does not exist.
    """
    root = Element(fields.envelope)
    transaction = SubElement(root, fields.transaction)
    for path, name in fields.order.items():
        _put(transaction, path, _constant(name) or _lookup(_ORDER, name)(order))
    lines = SubElement(transaction, fields.lines)
    for line in order.lines:
        element = SubElement(lines, fields.line)
        for path, name in fields.line_fields.items():
            _put(element, path, _constant(name) or _lookup(_LINE, name)(line, order.currency))
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _constant(name: str) -> str:
    return name[1:] if name.startswith("=") else ""


def _lookup(table: Mapping[str, F], name: str) -> F:
    if name not in table:
        raise BrokenInvariant(f"the field map asks for {name!r}, which is no fact of an order")
    return table[name]


def _put(parent: Element, path: str, text: str) -> None:
    if not text:
        return
    for step in path.split("/"):
        found = parent.find(step)
        parent = SubElement(parent, step) if found is None else found
    parent.text = _ILLEGAL.sub("", text)
