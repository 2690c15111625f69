"""The tasks of the assessment: each asks one context or partner, in the workflow's words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from oms.contracts.screening import Verdict
from oms.contracts.snapshots import Address, OrderSnapshot
from oms.contracts.tasks import AuthorizePayment, PlanFulfilment, QuoteTax, ReserveStock, ScreenOrder
from oms.contracts.tax import TaxableLine, TaxDocument, TaxQuote
from oms.inventory.application.outcomes import Refused, Reserved
from oms.inventory.application.ports import Reservations, StockLevels
from oms.inventory.application.releasing import release
from oms.inventory.application.reserving import reserve
from oms.inventory.domain.stock import StockKey
from oms.kernel.errors import BrokenInvariant, HoldfastError
from oms.kernel.events import Actor
from oms.orders.application.ports import Orders
from oms.orders.application.transitions import existing
from oms.orders.domain.fulfilment import committed_units
from oms.orders.domain.order import Stage
from oms.payments.application.service import PaymentService
from oms.runtime.logs import failure
from oms.sourcing.application.planning import plan_fulfilment
from oms.sourcing.application.ports import Sites, StockSource
from oms.sourcing.domain.answer import Shortage

SYSTEM = Actor("system", "order_capture")
_NAMED_LINES = 5


class Screening(Protocol):
    def screen(self, order: OrderSnapshot) -> Verdict: ...


class TaxEngine(Protocol):
    def quote(self, document: TaxDocument) -> TaxQuote: ...


class ShipFrom(Protocol):
    def address(self, location: str) -> Address: ...


def document(orders: Orders, order_id: str) -> OrderSnapshot:
    """The order as placed, which a task may rely on."""
    snapshot = orders.snapshot(order_id)
    if snapshot is None:
        raise BrokenInvariant(f"no document of order {order_id}")
    return snapshot


def plan(command: PlanFulfilment, *, orders: Orders, sites: Sites, stock: StockSource) -> dict[str, Any]:
    """PLANNED, SHORTAGE, or RELEASED where a restarted workflow finds the work already handed out."""
    if command.exclusions == () and existing(orders, command.order_id).stage in (
        Stage.RELEASED,
        Stage.SHIPPED,
    ):
        return {"outcome": "RELEASED"}
    answer = plan_fulfilment(
        document(orders, command.order_id), sites=sites, stock=stock, exclusions=command.exclusions
    )
    if isinstance(answer, Shortage):
        return {"outcome": "SHORTAGE", "reason": answer.reason, "detail": _in_words(answer)}
    return {"outcome": "PLANNED", "plan": answer.to_json(), "decision": " ".join(answer.decision)[:1000]}


def screen(command: ScreenOrder, *, orders: Orders, screening: Screening) -> dict[str, Any]:
    """The verdict. Where nobody can give one, REVIEW: the order is held, never waved through."""
    if command.verdict:
        return {"decision": command.verdict, "reason": "screened in an earlier round", "reference": ""}
    try:
        verdict = screening.screen(document(orders, command.order_id))
    except HoldfastError as error:
        failure("ScreenOrder", error, order_id=command.order_id)
        return {
            "decision": "REVIEW",
            "reason": f"The fraud screening cannot answer ({error.code}).",
            "reference": "",
        }
    return {"decision": verdict.decision, "reason": verdict.reason, "reference": verdict.reference}


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


def hold_stock(
    command: ReserveStock, *, orders: Orders, reservations: Reservations, levels: StockLevels, now: datetime
) -> dict[str, Any]:
    """RESERVED, or REFUSED with what to leave out of the next plan."""
    order = document(orders, command.order_id)
    skus = {line.number: line.sku for line in order.lines}
    wanted = [
        (box["location"], skus[number], units)
        for box in command.plan["boxes"]
        for number, units in box["lines"]
    ]
    answer = reserve(
        reservations,
        levels,
        order_id=order.order_id,
        channel=order.channel,
        reservation_id=command.reservation_id,
        wanted=wanted,
        now=now,
        actor=SYSTEM,
    )
    if isinstance(answer, Reserved):
        return {"outcome": "RESERVED"}
    shortages = answer.shortages if isinstance(answer, Refused) else ()
    return {"outcome": "REFUSED", "exclusions": [list(pair) for pair in shortages]}


def give_back_stock(
    order_id: str, *, orders: Orders, reservations: Reservations, now: datetime
) -> dict[str, Any]:
    """RELEASED: everything the order holds beyond what its locations have shipped or still owe."""
    kept: Mapping[StockKey, int] = committed_units(orders.fulfilment_orders(order_id))
    released = release(reservations, order_id=order_id, shipped=kept, now=now, actor=SYSTEM)
    return {"outcome": "RELEASED", "units": released.units}


def authorize(
    command: AuthorizePayment, *, orders: Orders, payments: PaymentService, now: datetime
) -> dict[str, Any]:
    """AUTHORIZED, CAPTURED, DECLINED or ACTION_REQUIRED for goods, shipping and the quoted tax."""
    order = document(orders, command.order_id)
    tax = 0 if order.prices_include_tax else int(command.tax["total"])
    amount = order.goods + order.shipping + tax
    outcome = payments.authorize(order, amount, command.attempt, now=now, actor=SYSTEM)
    return {"outcome": outcome.outcome, "reason": outcome.reason}


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


def _main_location(plan_: Mapping[str, Any]) -> str:
    boxes = sorted(
        plan_["boxes"], key=lambda box: (-sum(units for _, units in box["lines"]), box["location"])
    )
    return str(boxes[0]["location"])


def _in_words(shortage: Shortage) -> str:
    named = [
        f"line {line.number} ({line.sku}): {'unknown SKU' if line.reason == 'unknown_sku' else f'{line.missing} missing'}"
        for line in shortage.lines[:_NAMED_LINES]
    ]
    more = len(shortage.lines) - len(named)
    return "; ".join(named) + (f"; and {more} more lines" if more else "")
