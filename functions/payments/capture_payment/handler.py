"""Consumer of ShipmentRecorded and ExceptionResolved: captures the payment, or gives up on it."""

from oms.runtime.consuming.payments import capture_payment
from oms.runtime.queues import consumer
from oms.wiring.clients import now
from oms.wiring.payments import payments
from oms.wiring.support import cases


@consumer
def handler(event):
    capture_payment(event, payments=payments(), cases=cases(), now=now())
