"""The watchdog, ready to look."""

from oms.contracts.api import CHANNELS
from oms.runtime.watching import Watchdog
from oms.wiring.orders import orders
from oms.wiring.support import cases
from oms.wiring.workflows import executions, tokens


def watchdog() -> Watchdog:
    return Watchdog(orders(), orders(), cases(), executions(), tokens(), CHANNELS)
