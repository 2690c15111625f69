"""Capture the payment of a shipment."""

import json
from datetime import datetime

from oms.contracts.envelope import to_detail
from oms.kernel.events import Actor, Event
from oms.payments.application.capturing import NotCapturable
from oms.payments.application.service import PaymentService
from oms.payments.domain.shipment import Shipment
from oms.support.application.cases import report_again
from oms.support.application.ports import Cases


def capture_payment(event: Event, *, payments: PaymentService, cases: Cases, now: datetime) -> None:
    """Take the money for a shipment; where that is refused, a person has to see to it.

    The item keeps the event, so that a person can have it tried again.
    """
    shipment = Shipment.of(event.data, occurred_at=event.occurred_at)
    actor = Actor("system", "capture_payment")
    outcome = payments.capture(shipment, now=now, actor=actor)
    if isinstance(outcome, NotCapturable):
        report_again(
            subject=shipment.order_id,
            key=f"capture-{shipment.shipment_id}",
            channel=event.channel,
            kind="CAPTURE_FAILED",
            detail=f"Shipment {shipment.shipment_id}: {outcome.reason}",
            message=json.dumps({"detail": to_detail(event)}),
            cases=cases,
            now=now,
            actor=actor,
        )
