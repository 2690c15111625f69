"""Stream of every table with an outbox: publishes its events."""

from oms.wiring.relay import relay_records


def handler(event, _context):
    relay_records(event["Records"])
