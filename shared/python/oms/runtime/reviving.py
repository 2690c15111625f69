"""A dead workflow is followed by another, a few times; then a person is told, and decides when it goes on."""

from datetime import datetime, timedelta

from oms.kernel.events import Actor
from oms.orders.application.ports import Orders
from oms.orders.domain.order import Order
from oms.runtime.starting import MOST_ATTEMPTS, Executions, first_assessment
from oms.support.application.cases import close, report
from oms.support.application.ports import Cases
from oms.support.domain.exceptions import Action

WATCHDOG = Actor("system", "watchdog")
GRACE = timedelta(minutes=1)
"""How long a workflow must have been dead before it is followed by another. Its last task may still run
and hand the order out; no function of a workflow may run for longer than this."""


def follow(
    order: Order, attempt: int, *, orders: Orders, cases: Cases, executions: Executions, now: datetime
) -> bool:
    """Whether a workflow was started after the one that has ended; attempt 0: the order has never had one."""
    ended = executions.ended_at(order.order_id, attempt) if attempt else None
    if ended and now - ended < GRACE:
        return False
    if attempt and not _silenced(
        order.order_id, attempt, orders=orders, cases=cases, executions=executions, now=now
    ):
        return False
    return executions.start(order.order_id, attempt=attempt + 1)


def _silenced(
    order_id: str, attempt: int, *, orders: Orders, cases: Cases, executions: Executions, now: datetime
) -> bool:
    """Whether the dead workflow of that attempt has nothing to say any more; False where another has followed it.

    What it waited for wakes nobody, and once the order is taken over it opens nothing more. The next one asks
    again where it has to: what that has opened must not be closed.
    """
    orders.take_over(order_id, first_assessment(attempt + 1))
    idle = [case for case in cases.of_subject(order_id) if case.is_open and case.token]
    if idle and executions.status(order_id, attempt + 1):
        return False
    reason = "its workflow has ended and is started again"
    for case in idle:
        close(case, Action.RETRY, cases=cases, now=now, actor=WATCHDOG, reason=reason)
    return True


def given_up(order: Order, attempt: int, *, cases: Cases, now: datetime) -> bool:
    """Whether no workflow follows that attempt: what breaks every time needs an engineer, not a tenth try.

    Tells the engineer; once the item is decided, the next try has a workflow's whole number of attempts.
    """
    if attempt == 0 or attempt % MOST_ATTEMPTS:
        return False
    case = report(
        subject=order.order_id,
        key=f"workflow-{attempt}",
        channel=order.channel,
        kind="WORKFLOW_BROKEN",
        detail=f"{attempt} workflows of the order have broken off.",
        cases=cases,
        now=now,
        actor=WATCHDOG,
    )
    return case.is_open
