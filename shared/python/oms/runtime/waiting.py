"""Workflows that wait for a token, and what wakes them."""

from datetime import datetime

from oms.contracts.tasks import AwaitFulfilment, AwaitResolution
from oms.kernel.clock import stamp
from oms.kernel.events import Actor, Event
from oms.orders.application.cancellation import request_cancellation
from oms.orders.application.ports import Orders
from oms.orders.application.release import Interruption, interruption, wait_for_fulfilment
from oms.orders.application.transitions import existing
from oms.runtime.step_functions import Tokens
from oms.support.application.cases import close, close_all, report
from oms.support.application.ports import Cases
from oms.support.domain.exceptions import Action, Case

SYSTEM = Actor("system", "order_capture")
CANCELLATION = "CancellationRequested"
"""The name under which the workflow catches the interruption."""
_CODES = {"FRAUD_REVIEW": "fraud", "SHORTAGE": "out_of_stock"}
"""Why an order is cancelled whose exception of that kind a person has decided so."""
_CANCELLING = "CANCEL"
"""Begins the key of a stop on the way of a cancellation. To decide it with CANCEL would send the order round
in circles: it waits for a person."""


def await_fulfilment(command: AwaitFulfilment, *, orders: Orders, tokens: Tokens) -> None:
    """Keep the token; wake the workflow at once where there is nothing to wait for."""
    reason = wait_for_fulfilment(command.order_id, command.token, command.turn, orders=orders)
    if reason is not None:
        _tell(command.token, reason, tokens)


def wake(order_id: str, *, orders: Orders, tokens: Tokens) -> bool:
    """Tell the order's waiting workflow what has happened, if anything has. Harmless to repeat."""
    reason = interruption(order_id, orders=orders)
    token = orders.token(order_id) if reason else None
    return bool(reason and token and _tell(token, reason, tokens))


def _tell(token: str, reason: Interruption, tokens: Tokens) -> bool:
    if reason.kind == "CANCELLATION":
        return tokens.interrupt(token, CANCELLATION, "somebody asked to cancel the order")
    return tokens.succeed(token, {"outcome": reason.kind})


def await_resolution(
    command: AwaitResolution, *, orders: Orders, cases: Cases, tokens: Tokens, now: datetime
) -> None:
    """Open the exception item; where there is nothing to decide any more, go on at once.

    First it is opened, then looked for what makes it idle: a decision, a workflow that has followed (it asks
    for itself), that nobody has decided in time, an order that is called off or has shipped. Whoever closes
    the item decides: a person's decision that is still on its way to the workflow is found here. Of an order
    that has shipped, a cancellation finds nothing open, and the workflow comes to its end.
    """
    order = existing(orders, command.order_id)
    if order.assessment > command.assessment:
        return
    case = report(
        subject=command.order_id,
        key=command.key,
        channel=order.channel,
        kind=command.kind,
        detail=command.detail,
        token=command.token,
        turn=command.turn,
        cases=cases,
        now=now,
        actor=SYSTEM,
    )
    if not case.is_open:
        tokens.succeed(command.token, {"action": case.resolution})
    elif existing(orders, command.order_id).assessment > command.assessment:
        close(case, Action.RETRY, cases=cases, now=now, actor=SYSTEM, reason="another workflow has followed")
    elif command.unanswered and case.opened_at < stamp(now) and not command.key.startswith(_CANCELLING):
        close(case, Action.CANCEL, cases=cases, now=now, actor=SYSTEM, reason="nobody has decided in time")
    elif reason := interruption(command.order_id, orders=orders):
        _no_longer_open(command.order_id, reason, cases=cases, now=now)


def _no_longer_open(order_id: str, reason: Interruption, *, cases: Cases, now: datetime) -> None:
    if reason.kind == "CANCELLATION":
        cancel_waiting(order_id, cases=cases, now=now)
    else:
        _no_longer_overdue(order_id, cases=cases, now=now)


def cancel_waiting(order_id: str, *, cases: Cases, now: datetime) -> None:
    """Decide every open item of the order: it is to be cancelled."""
    close_all(
        order_id,
        Action.CANCEL,
        cases=cases,
        now=now,
        actor=SYSTEM,
        reason="the order is to be cancelled",
        sparing=(_CANCELLING,),
    )


def resume(event: Event, *, orders: Orders, cases: Cases, tokens: Tokens, now: datetime) -> None:
    """Follow an event that may end a wait: last shipment, cancellation, resolved exception."""
    if event.type == "ExceptionResolved":
        case = cases.load(event.data["case_id"])
        if case and case.token:
            _follow(case, event, orders=orders, tokens=tokens, now=now)
        return
    if event.type in ("OrderCancellationRequested", "OrderCancelled"):
        cancel_waiting(event.subject, cases=cases, now=now)
    if event.data.get("final"):
        _no_longer_overdue(event.subject, cases=cases, now=now)
    wake(event.subject, orders=orders, tokens=tokens)


def _follow(case: Case, event: Event, *, orders: Orders, tokens: Tokens, now: datetime) -> None:
    """Tell the workflow what was decided. That an order is to be cancelled must outlive the workflow."""
    if case.resolution == Action.CANCEL:
        actor = Actor.parse(event.actor)
        code = "other" if actor == SYSTEM else _CODES.get(case.kind, "other")
        request_cancellation(case.subject, code, orders=orders, now=now, actor=actor)
    tokens.succeed(case.token, {"action": case.resolution})


def _no_longer_overdue(order_id: str, *, cases: Cases, now: datetime) -> None:
    """The parcel everybody asked for has left: the workflow goes back to its wait and finds it over."""
    close_all(
        order_id,
        Action.RETRY,
        kind="SHIPMENT_OVERDUE",
        cases=cases,
        now=now,
        actor=SYSTEM,
        reason="everything has shipped",
    )
