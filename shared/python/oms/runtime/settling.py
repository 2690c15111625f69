"""Task SettleCancellation."""

from datetime import datetime
from typing import Any

from oms.contracts.tasks import SettleCancellation
from oms.kernel.money import Money
from oms.orders.application.ports import Orders
from oms.orders.application.transitions import existing
from oms.payments.application.service import PaymentService
from oms.payments.application.settling import Settled
from oms.runtime.assessing.placed import SYSTEM


def settle(
    command: SettleCancellation, *, orders: Orders, payments: PaymentService, now: datetime
) -> dict[str, Any]:
    """SETTLED, or NOT_SETTLED with what to tell a person where the gateway refuses to give it back."""
    order = existing(orders, command.order_id)
    result = payments.settle_cancellation(
        order.order_id,
        order.shipped_total,
        command.stops,
        channel=order.channel,
        currency=order.currency,
        now=now,
        actor=SYSTEM,
    )
    if isinstance(result, Settled):
        return {"outcome": "SETTLED", "voided": result.voided, "refunded": result.refunded}
    money = Money(result.amount, order.currency)
    return {"outcome": "NOT_SETTLED", "detail": f"The refund of {money} was refused: {result.reason}"}
