"""Task PlanFulfilment."""

from typing import Any

from oms.contracts.tasks import PlanFulfilment
from oms.orders.application.ports import Orders
from oms.orders.application.transitions import existing
from oms.orders.domain.order import Order, Stage
from oms.runtime.assessing.placed import document
from oms.sourcing.application.planning import plan_fulfilment
from oms.sourcing.application.ports import Sites, StockSource
from oms.sourcing.domain.answer import Shortage

_NAMED_LINES = 5
_LONGEST_WHY = 400
"""Characters of the reasons that travel on and end in the order's timeline."""


def plan(command: PlanFulfilment, *, orders: Orders, sites: Sites, stock: StockSource) -> dict[str, Any]:
    """PLANNED with the reasons, SHORTAGE, or RELEASED or CANCELLATION_REQUESTED where there is nothing to plan any more."""
    if not command.exclusions and (found := _moved_on(existing(orders, command.order_id))):
        return {"outcome": found}
    answer = plan_fulfilment(
        document(orders, command.order_id), sites=sites, stock=stock, exclusions=command.exclusions
    )
    if isinstance(answer, Shortage):
        return {"outcome": "SHORTAGE", "reason": answer.reason, "detail": _in_words(answer)}
    why = " ".join(answer.decision)[:_LONGEST_WHY]
    return {"outcome": "PLANNED", "plan": {**answer.to_json(), "why": why}}


def _moved_on(order: Order) -> str:
    """Why a restarted workflow has nothing to plan; empty where it has."""
    if order.cancel_requested or order.stage is Stage.CANCELLED:
        return "CANCELLATION_REQUESTED"
    return "RELEASED" if order.stage in (Stage.RELEASED, Stage.SHIPPED) else ""


def _in_words(shortage: Shortage) -> str:
    named = [
        f"line {line.number} ({line.sku}): {'unknown SKU' if line.reason == 'unknown_sku' else f'{line.missing} missing'}"
        for line in shortage.lines[:_NAMED_LINES]
    ]
    more = len(shortage.lines) - len(named)
    return "; ".join(named) + (f"; and {more} more lines" if more else "")
