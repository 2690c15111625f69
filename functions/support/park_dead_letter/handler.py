"""Consumer of every dead-letter queue: gives each message an owner."""

from oms.runtime.parking import park
from oms.runtime.queues import message_consumer
from oms.wiring.clients import now
from oms.wiring.support import cases


@message_consumer
def handler(message):
    park(message, cases=cases(), now=now())
