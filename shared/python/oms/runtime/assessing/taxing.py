"""Task QuoteTax, and what a tax document of an order looks like."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from oms.contracts.snapshots import Address, OrderSnapshot
from oms.contracts.tasks import QuoteTax
from oms.contracts.tax import TaxableLine, TaxDocument, TaxQuote
from oms.kernel.errors import HoldfastError
from oms.orders.application.ports import Orders
from oms.runtime.assessing.placed import document
from oms.runtime.logs import failure
from oms.sourcing.domain.answer import Plan


class TaxEngine(Protocol):
    def quote(self, document: TaxDocument) -> TaxQuote: ...


class ShipFrom(Protocol):
    def address(self, location: str) -> Address: ...


def quote(
    command: QuoteTax, *, orders: Orders, tax: TaxEngine, fallback: TaxEngine, ship_from: ShipFrom
) -> dict[str, Any]:
    """The tax quote; where the engine cannot answer, an estimate that says so."""
    order = document(orders, command.order_id)
    request = tax_document(
        order, ship_from.address(_main_location(command.plan)), code=_code(order.order_id, "quote")
    )
    try:
        answer = tax.quote(request)
    except HoldfastError as error:
        failure("QuoteTax", error, order_id=command.order_id)
        answer = fallback.quote(request)
    return {
        "outcome": "QUOTED",
        "lines": [[number, amount] for number, amount in sorted(answer.lines.items())],
        "shipping": answer.shipping,
        "total": answer.total,
        "estimated": answer.estimated,
    }


def tax_document(
    order: OrderSnapshot,
    ship_from: Address,
    *,
    code: str,
    lines: Sequence[TaxableLine] | None = None,
    shipping: int | None = None,
    shipping_tax: int | None = None,
) -> TaxDocument:
    """The order, or one shipment of it, as a tax engine reads it."""
    everything = tuple(
        TaxableLine(line.number, line.sku, line.quantity, line.amount, line.tax_code) for line in order.lines
    )
    return TaxDocument(
        code=code,
        currency=order.currency,
        date=order.placed_at[:10],
        ship_from=ship_from,
        ship_to=order.ship_to,
        lines=tuple(lines) if lines is not None else everything,
        shipping=order.shipping if shipping is None else shipping,
        prices_include_tax=order.prices_include_tax,
        customer_code=order.customer_id or order.order_id,
        shipping_tax=shipping_tax,
    )


def _code(order_id: str, part: str) -> str:
    return f"{order_id.replace('_', '-')}-{part.replace('_', '-')}"


def _main_location(plan: Mapping[str, Any]) -> str:
    """Where most units ship from: tax engines take one origin per document."""
    boxes = Plan.from_json(plan).boxes
    return min(boxes, key=lambda box: (-sum(units for _, units in box.lines), box.location)).location
