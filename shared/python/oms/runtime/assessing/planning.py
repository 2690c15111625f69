"""Task PlanFulfilment."""

from typing import Any

from oms.contracts.tasks import PlanFulfilment
from oms.orders.application.ports import Orders
from oms.orders.application.transitions import existing
from oms.orders.domain.order import Stage
from oms.runtime.assessing.placed import document
from oms.sourcing.application.planning import plan_fulfilment
from oms.sourcing.application.ports import Sites, StockSource
from oms.sourcing.domain.answer import Shortage

_NAMED_LINES = 5


def plan(command: PlanFulfilment, *, orders: Orders, sites: Sites, stock: StockSource) -> dict[str, Any]:
    """PLANNED, SHORTAGE, or RELEASED where a restarted workflow finds the work already handed out."""
    first_round = not command.exclusions
    if first_round and existing(orders, command.order_id).stage in (Stage.RELEASED, Stage.SHIPPED):
        return {"outcome": "RELEASED"}
    answer = plan_fulfilment(
        document(orders, command.order_id), sites=sites, stock=stock, exclusions=command.exclusions
    )
    if isinstance(answer, Shortage):
        return {"outcome": "SHORTAGE", "reason": answer.reason, "detail": _in_words(answer)}
    return {"outcome": "PLANNED", "plan": answer.to_json(), "decision": " ".join(answer.decision)[:1000]}


def _in_words(shortage: Shortage) -> str:
    named = [
        f"line {line.number} ({line.sku}): {'unknown SKU' if line.reason == 'unknown_sku' else f'{line.missing} missing'}"
        for line in shortage.lines[:_NAMED_LINES]
    ]
    more = len(shortage.lines) - len(named)
    return "; ".join(named) + (f"; and {more} more lines" if more else "")
