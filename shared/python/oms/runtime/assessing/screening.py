"""Task ScreenOrder."""

from typing import Any, Protocol

from oms.contracts.screening import Verdict
from oms.contracts.snapshots import OrderSnapshot
from oms.contracts.tasks import ScreenOrder
from oms.kernel.errors import HoldfastError
from oms.orders.application.ports import Orders
from oms.runtime.assessing.placed import document
from oms.runtime.logs import failure


class Screening(Protocol):
    def screen(self, order: OrderSnapshot) -> Verdict: ...


def screen(command: ScreenOrder, *, orders: Orders, screening: Screening) -> dict[str, Any]:
    """The verdict. Where nobody can give one, REVIEW: the order is held, never waved through."""
    if command.verdict:
        return {"decision": command.verdict, "reason": command.reason, "reference": ""}
    order = document(orders, command.order_id)  # a store that cannot answer is no verdict: that is retried
    try:
        verdict = screening.screen(order)
    except HoldfastError as error:
        failure("ScreenOrder", error, order_id=command.order_id)
        return {
            "decision": "REVIEW",
            "reason": f"The fraud screening cannot answer ({error.code}).",
            "reference": "",
        }
    return {"decision": verdict.decision, "reason": verdict.reason, "reference": verdict.reference}
