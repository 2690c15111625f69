"""Schedule: finds orders that nothing moves any more."""

from dataclasses import asdict

from oms.runtime.logs import log
from oms.wiring.clients import now
from oms.wiring.watchdog import watchdog


def handler(event, _context):
    log("watched", **asdict(watchdog().round(now(), everything=bool(event.get("everything")))))
