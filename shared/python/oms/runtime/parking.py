"""Dead letters become exception items: a message that failed in every attempt gets an owner, and keeps its text."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from oms.kernel.events import Actor
from oms.runtime.queues import event_in
from oms.support.application.cases import report_again
from oms.support.application.ports import Cases

_UNREADABLE = "unreadable"


def park(message: dict[str, Any], *, cases: Cases, now: datetime) -> None:
    """Open one item per message and queue, and another each time it fails after somebody sent it again.

    The message stays in the item until then.
    """
    queue = str(message["eventSourceARN"]).rpartition(":")[2].removesuffix("-dlq")
    try:
        event = event_in(message["body"])
        name, channel, what = event.event_id, event.channel, event.type
    except (KeyError, TypeError, ValueError):
        name, channel, what = message["body"], "", _UNREADABLE
    report_again(
        subject=queue,
        key=sha256(name.encode()).hexdigest()[:16],
        channel=channel,
        kind="DEAD_LETTER",
        detail=f"{queue} could not deal with {what} {name if what != _UNREADABLE else ''}".strip(),
        message=message["body"],
        cases=cases,
        now=now,
        actor=Actor("system", "park_dead_letter"),
    )
