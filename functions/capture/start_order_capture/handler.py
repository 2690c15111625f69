"""Consumer of OrderReceived: starts the order capture workflow."""

from oms.runtime.queues import consumer
from oms.wiring.workflows import start_order_capture

handler = consumer(start_order_capture)
