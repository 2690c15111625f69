"""Task AuthorizePayment."""

from datetime import datetime
from typing import Any

from oms.contracts.tasks import AuthorizePayment
from oms.orders.application.ports import Orders
from oms.payments.application.service import PaymentService
from oms.runtime.assessing.placed import SYSTEM, document
from oms.runtime.assessing.turns import turn


def authorize(
    command: AuthorizePayment, *, orders: Orders, payments: PaymentService, now: datetime
) -> dict[str, Any]:
    """AUTHORIZED, CAPTURED, DECLINED or ACTION_REQUIRED for goods, shipping and the quoted tax."""
    order = document(orders, command.order_id)
    tax = 0 if order.prices_include_tax else int(command.tax["total"])
    amount = order.goods + order.shipping + tax
    outcome = payments.authorize(order, amount, turn(command.run), now=now, actor=SYSTEM)
    return {"outcome": outcome.outcome, "reason": outcome.reason}
