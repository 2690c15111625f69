"""Schedule: publishes what the streams lost."""

from oms.wiring.relay import sweep_outbox


def handler(event, _context):
    sweep_outbox(event)
