"""Capture the payment of a shipment."""

import json
from datetime import datetime

from oms.contracts.envelope import to_detail
from oms.kernel.events import Actor, Event
from oms.payments.application.capturing import NotCapturable
from oms.payments.application.service import PaymentService
from oms.payments.domain.shipment import Shipment
from oms.runtime.queues import event_in
from oms.support.application.cases import report_again
from oms.support.application.ports import Cases
from oms.support.domain.exceptions import Action

_ACTOR = Actor("system", "capture_payment")
_REFUSED = "CAPTURE_FAILED"


def capture_payment(event: Event, *, payments: PaymentService, cases: Cases, now: datetime) -> None:
    """Take the money for a shipment; where that is refused, a person has to see to it.

    The item keeps the event, so that a person can have it tried again. One who dismisses it gives up.
    """
    if event.type == "ExceptionResolved":
        _decided(event, payments=payments, cases=cases, now=now)
    else:
        _shipped(event, payments=payments, cases=cases, now=now)


def _decided(event: Event, *, payments: PaymentService, cases: Cases, now: datetime) -> None:
    if (event.data["kind"], event.data["action"]) != (_REFUSED, Action.DISMISS):
        return
    case = cases.load(event.data["case_id"])
    if case is None:
        raise LookupError(f"{event.event_id} decides what is not there")
    shipment = event_in(case.message).data["shipment_id"]
    payments.write_off(case.subject, shipment, now=now, actor=_ACTOR)


def _shipped(event: Event, *, payments: PaymentService, cases: Cases, now: datetime) -> None:
    shipment = Shipment.of(event.data, occurred_at=event.occurred_at)
    outcome = payments.capture(shipment, now=now, actor=_ACTOR)
    if isinstance(outcome, NotCapturable):
        report_again(
            subject=shipment.order_id,
            key=f"capture-{shipment.shipment_id}",
            channel=event.channel,
            kind=_REFUSED,
            detail=f"Shipment {shipment.shipment_id}: {outcome.reason}",
            message=json.dumps({"detail": to_detail(event)}),
            cases=cases,
            now=now,
            actor=_ACTOR,
        )
