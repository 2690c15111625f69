"""Schedule: finds orders that nothing moves any more."""

from oms.wiring.watchdog import watch_orders


def handler(event, _context):
    watch_orders(event)
