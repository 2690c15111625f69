"""The tasks of order capture after the assessment, in the workflow's words."""

from datetime import datetime

from oms.contracts.tasks import CancelLines, HoldOrder, ReleaseOrder
from oms.orders.application.cancellation import LinesCancelled, cancel_lines
from oms.orders.application.ports import Orders
from oms.orders.application.release import Outcome, hold_order, release_order
from oms.orders.domain.capture import Taxes
from oms.orders.domain.order import Hold
from oms.runtime.assessing.placed import SYSTEM
from oms.sourcing.domain.answer import Plan


def hold(command: HoldOrder, *, orders: Orders, now: datetime) -> Outcome:
    return hold_order(
        command.order_id,
        Hold(command.hold),
        command.cause,
        assessment=command.assessment,
        orders=orders,
        now=now,
        actor=SYSTEM,
    )


def release(command: ReleaseOrder, *, orders: Orders, now: datetime) -> Outcome:
    """Plan and tax are empty where a restarted workflow finds the order released before."""
    plan = Plan.from_json(command.plan) if command.plan else Plan(())
    boxes = {box.location: box.lines for box in plan.boxes}
    tax = command.tax or {}
    lines: dict[int, int] = dict(tax.get("lines", ()))
    taxes = Taxes(lines, tax.get("shipping", 0), tax.get("estimated", False))
    why = str((command.plan or {}).get("why", ""))
    return release_order(
        command.order_id,
        boxes,
        taxes,
        assessment=command.assessment,
        orders=orders,
        now=now,
        actor=SYSTEM,
        why=why,
    )


def cancel(command: CancelLines, *, orders: Orders, now: datetime) -> LinesCancelled:
    return cancel_lines(command.order_id, orders=orders, now=now, actor=SYSTEM, reason=command.reason)
