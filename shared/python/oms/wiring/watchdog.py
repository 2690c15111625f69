"""The watchdog, ready to look."""

from collections.abc import Mapping
from dataclasses import asdict
from time import monotonic
from typing import Any

from oms.aws.bookmarks import DynamoBookmarks
from oms.contracts.api import CHANNELS
from oms.kernel.errors import HoldfastError
from oms.runtime.logs import log
from oms.runtime.watching import Watchdog
from oms.wiring.clients import now, table
from oms.wiring.orders import orders
from oms.wiring.support import cases
from oms.wiring.workflows import executions, tokens

SECONDS = 40
"""A round's time. What is under way when it is over has until the function's time-out: 15 seconds more."""

_NAMED = 10
"""So many of them are named in the error; the log line `watched` names all."""


def watchdog() -> Watchdog:
    """For one round: its time begins now."""
    over = monotonic() + SECONDS
    return Watchdog(
        orders(),
        orders(),
        cases(),
        executions(),
        tokens(),
        CHANNELS,
        DynamoBookmarks(table("SUPPORT_TABLE"), "WATCHDOG"),
        hurry=lambda: monotonic() >= over,
    )


def watch_orders(event: Mapping[str, Any]) -> None:
    """One round. On demand {"everything": true} looks at every order, as far as its time goes.

    Raises HoldfastError where a list or a row could not be read, an order not be looked after, or an exception not
    be escalated, after all the others had their turn.
    """
    watched = watchdog().round(now(), everything=bool(event.get("everything")))
    log("watched", **asdict(watched))
    if watched.failed:
        more = f" and {len(watched.failed) - _NAMED} more" if len(watched.failed) > _NAMED else ""
        raise HoldfastError(f"could not deal with {', '.join(watched.failed[:_NAMED])}{more}")
