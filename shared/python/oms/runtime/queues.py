"""Consumers: one queue each, filled by a rule of the bus. Messages fail one by one."""

import json
from collections.abc import Callable
from typing import Any

from oms.aws.inbox import Inbox
from oms.contracts.envelope import from_detail
from oms.kernel.events import Event
from oms.runtime.logs import failure, log

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def consumer(handle: Callable[[Event], Any], *, inbox: Callable[[], Inbox] | None = None) -> Handler:
    """A Lambda handler for SQS batches. A message whose handling raises is delivered again, then dead-lettered.

    `handle` must be harmless when it sees an event twice; with an `inbox` it sees it twice only
    where a delivery broke off between the effect and the note of it.
    """
    name = handle.__name__

    def deal_with(message: dict[str, Any]) -> None:
        event = event_in(message["body"])
        box = inbox() if inbox else None
        if box and box.has(event.event_id):
            log("seen before", function=name, event_id=event.event_id)
            return
        handle(event)
        if box:
            box.keep(event.event_id)
        log("consumed", function=name, event_id=event.event_id, type=event.type)

    return message_consumer(deal_with)


def message_consumer(handle: Callable[[dict[str, Any]], Any]) -> Handler:
    """The same for messages that are no events of ours, or may be none."""

    def handler(batch: dict[str, Any], _context: Any) -> dict[str, Any]:
        failed = []
        for message in batch["Records"]:
            try:
                handle(message)
            except Exception as error:
                failure("consumer", error, message_id=message["messageId"])
                failed.append({"itemIdentifier": message["messageId"]})
        return {"batchItemFailures": failed}

    return handler


def event_in(body: str) -> Event:
    """The event inside an EventBridge delivery. Raises KeyError, TypeError or ValueError for anything else."""
    try:
        detail = json.loads(body)["detail"]
    except RecursionError as error:  # brackets by the thousand
        raise ValueError("nested too deeply") from error
    if not isinstance(detail, dict):
        raise TypeError("the detail is no object")
    event = from_detail(detail)
    names = (event.event_id, event.type, event.context, event.subject, event.channel)
    if not all(isinstance(name, str) and name.isprintable() for name in names):
        raise TypeError("the event has no names that can be kept")
    return event
