"""Consumer of ShipmentRecorded: captures the payment."""

from oms.runtime import consuming
from oms.runtime.queues import consumer
from oms.wiring.clients import now
from oms.wiring.payments import payments
from oms.wiring.support import cases


@consumer
def handler(event):
    consuming.capture_payment(event, payments=payments(), cases=cases(), now=now())
