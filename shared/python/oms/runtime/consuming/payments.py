"""Capture the payment of a shipment, and give back what an order that was paid for in advance did not cost."""

import json
from datetime import datetime

from oms.contracts.envelope import to_detail
from oms.kernel.events import Actor, Event
from oms.kernel.money import Money
from oms.payments.application.capturing import NotCapturable, ShipmentPaid
from oms.payments.application.service import PaymentService
from oms.payments.domain.shipment import Shipment
from oms.runtime.queues import event_in
from oms.support.application.cases import left_to_people, report_again
from oms.support.application.ports import Cases
from oms.support.domain.exceptions import Action

_ACTOR = Actor("system", "capture_payment")
_REFUSED = "CAPTURE_FAILED"
_NOT_GIVEN_BACK = "REFUND_FAILED"
_EXCESS = "excess"
"""Names the stop of an order whose difference is not given back: it is the order's, not a shipment's."""


def capture_payment(event: Event, *, payments: PaymentService, cases: Cases, now: datetime) -> None:
    """Take the money for a shipment; where the gateway refuses, a person has to see to it.

    The item keeps the event, so that a person can have it tried again. One who dismisses it gives up.
    """
    if event.type == "ExceptionResolved":
        _decided(event, payments=payments, cases=cases, now=now)
    else:
        _shipped(event, payments=payments, cases=cases, now=now)


def _decided(event: Event, *, payments: PaymentService, cases: Cases, now: datetime) -> None:
    if event.data["kind"] not in (_REFUSED, _NOT_GIVEN_BACK) or event.data["action"] != Action.DISMISS:
        return
    case = cases.load(event.data["case_id"])
    if case is None:
        raise LookupError(f"{event.event_id} decides what is not there")
    if case.kind == _NOT_GIVEN_BACK:
        payments.waive_refund(case.subject, now=now, actor=_ACTOR)
        return
    shipment = event_in(case.message).data["shipment_id"]
    payments.write_off(case.subject, shipment, now=now, actor=_ACTOR)


def _shipped(event: Event, *, payments: PaymentService, cases: Cases, now: datetime) -> None:
    shipment = Shipment.of(event.data, occurred_at=event.occurred_at)
    key = f"capture-{shipment.shipment_id}"

    def with_people() -> bool:
        return left_to_people(shipment.order_id, key, cases=cases)

    outcome = payments.capture(shipment, with_people, now=now, actor=_ACTOR)
    if isinstance(outcome, NotCapturable):
        detail = f"Shipment {shipment.shipment_id}: {outcome.reason}"
        _report(event, key, _REFUSED, detail, cases=cases, now=now)
    elif isinstance(outcome, ShipmentPaid) and outcome.overpaid:
        _give_back(event, outcome, payments=payments, cases=cases, now=now)


def _give_back(
    event: Event, paid: ShipmentPaid, *, payments: PaymentService, cases: Cases, now: datetime
) -> None:
    """Where the refund was refused, a person has it, whichever shipment is reported again.

    What has been begun is finished all the same: the gateway may have done it.
    """
    order_id = event.data["order_id"]
    if not paid.refunding and left_to_people(order_id, _EXCESS, cases=cases):
        return
    refused = payments.give_back_excess(order_id, paid.refund_refusals, now=now, actor=_ACTOR)
    if refused:
        money = Money(refused.amount, event.data["currency"])
        detail = f"The order cost less than was taken; the refund of {money} was refused: {refused.reason}"
        _report(event, _EXCESS, _NOT_GIVEN_BACK, detail, cases=cases, now=now)


def _report(event: Event, key: str, kind: str, detail: str, *, cases: Cases, now: datetime) -> None:
    report_again(
        subject=event.data["order_id"],
        key=key,
        channel=event.channel,
        kind=kind,
        detail=detail,
        message=json.dumps({"detail": to_detail(event)}),
        cases=cases,
        now=now,
        actor=_ACTOR,
    )
