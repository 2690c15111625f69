"""Consumer of what ends a wait: last shipment, cancellation, resolved exception."""

from oms.runtime import waiting
from oms.runtime.queues import consumer
from oms.wiring.clients import now
from oms.wiring.orders import orders
from oms.wiring.support import cases
from oms.wiring.workflows import tokens


@consumer
def handler(event):
    waiting.resume(event, orders=orders(), cases=cases(), tokens=tokens(), now=now())
