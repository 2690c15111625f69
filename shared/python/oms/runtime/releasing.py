"""The tasks of order capture after the assessment, in the workflow's words."""

from datetime import datetime
from typing import Any

from oms.contracts.tasks import CancelLines, HoldOrder, ReleaseOrder, SettleCancellation
from oms.kernel.events import Actor
from oms.orders.application.cancellation import LinesCancelled, cancel_lines
from oms.orders.application.ports import Orders
from oms.orders.application.release import Outcome, hold_order, release_order
from oms.orders.application.transitions import existing
from oms.orders.domain.capture import Taxes
from oms.orders.domain.order import Hold
from oms.payments.application.service import PaymentService
from oms.payments.application.settling import Settled

SYSTEM = Actor("system", "order_capture")


def hold(command: HoldOrder, *, orders: Orders, now: datetime) -> Outcome:
    return hold_order(
        command.order_id, Hold(command.hold), command.cause, orders=orders, now=now, actor=SYSTEM
    )


def release(command: ReleaseOrder, *, orders: Orders, now: datetime) -> Outcome:
    """Plan and tax are empty where a restarted workflow finds the order released before."""
    boxes = {
        box["location"]: [(number, units) for number, units in box["lines"]]
        for box in (command.plan or {}).get("boxes", ())
    }
    tax = command.tax or {}
    lines: dict[int, int] = dict(tax.get("lines", ()))
    taxes = Taxes(lines, tax.get("shipping", 0), tax.get("estimated", False))
    return release_order(command.order_id, boxes, taxes, orders=orders, now=now, actor=SYSTEM)


def cancel(command: CancelLines, *, orders: Orders, now: datetime) -> LinesCancelled:
    return cancel_lines(command.order_id, orders=orders, now=now, actor=SYSTEM)


def settle(
    command: SettleCancellation, *, orders: Orders, payments: PaymentService, now: datetime
) -> dict[str, Any]:
    """SETTLED, or NOT_SETTLED with the amount and the reason where the gateway refuses to give it back."""
    order = existing(orders, command.order_id)
    result = payments.settle_cancellation(order.order_id, order.shipped_total, now=now, actor=SYSTEM)
    if isinstance(result, Settled):
        return {"outcome": "SETTLED", "voided": result.voided, "refunded": result.refunded}
    return {"outcome": "NOT_SETTLED", "amount": result.amount, "reason": result.reason}
