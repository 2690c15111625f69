"""Event rows: the audit trail, the timeline and the outbox in one.

An event row is written in the transaction of its transition. The table's stream hands it
to the relay. For what a stream can lose (it keeps 24 hours) each row is also listed in the
`outbox` index, in its shard by the ten minutes it belongs to, and the relay leaves receipts of what it
published; the sweeper publishes again what has no receipt.
"""

from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from oms.aws.items import Item, pack, text_of, unpack
from oms.aws.table import Table
from oms.aws.writes import Put
from oms.kernel.clock import moment, stamp
from oms.kernel.events import Event

PREFIX = "EVENT#"
INDEX = "outbox"
BUCKET_MINUTES = 10
SHARDS = 8
"""Partitions of the index, so that a peak's events never meet one partition's limit."""
_TEXTS = ("event_id", "type", "context", "subject", "channel", "occurred_at", "actor")
_PACK_BEYOND = 2_000
"""Event data of more bytes than that, even compressed, is stored compressed."""


def event_row(table: str, event: Event, *, pk: str, **more: Any) -> Put:
    """The conditional write of `event` under `pk`; refused when this transition already happened."""
    return Put(table, event_item(event, pk=pk) | more)


def event_item(event: Event, *, pk: str) -> Item:
    """Attributes of an event row."""
    return {
        "pk": pk,
        "sk": PREFIX + event.event_id.rpartition(":")[2],
        "event_id": event.event_id,
        "type": event.type,
        "context": event.context,
        "subject": event.subject,
        "channel": event.channel,
        "occurred_at": event.occurred_at,
        "actor": event.actor,
        "reason": event.reason,
        "data": _stored(event.data),
        "outbox_shard": str(shard(event.event_id)),
        "outbox_at": f"{bucket(moment(event.occurred_at))}#{event.event_id}",
    }


def _stored(data: dict[str, Any]) -> dict[str, Any] | bytes:
    if len(text_of(data)) <= _PACK_BEYOND:
        return data
    packed = pack(data)
    return packed if len(packed) > _PACK_BEYOND else data


def event_of(item: Item) -> Event:
    """The event in an event row. Raises KeyError, TypeError or ValueError for a row that holds none."""
    data = item["data"]
    if not all(isinstance(item[name], str) for name in _TEXTS):
        raise TypeError("an event's names are text")
    return Event(
        event_id=item["event_id"],
        type=item["type"],
        context=item["context"],
        subject=item["subject"],
        channel=item["channel"],
        occurred_at=item["occurred_at"],
        actor=item["actor"],
        reason=item["reason"],
        data=unpack(data) if isinstance(data, bytes) else data,
    )


def events_of(table: Table, pk: str) -> list[Event]:
    """Every event under `pk`, oldest first."""
    events = [event_of(item) for item in table.collection(pk, PREFIX)]
    return sorted(events, key=lambda event: (event.occurred_at, event.event_id))


def shard(event_id: str) -> int:
    """The same event is always in the same shard."""
    return crc32(event_id.encode()) % SHARDS


def bucket(at: datetime) -> str:
    """The ten minutes that hold `at`."""
    start = at.replace(minute=at.minute - at.minute % BUCKET_MINUTES, second=0, microsecond=0)
    return stamp(start)[:16]


def buckets_between(start: datetime, stop: datetime) -> list[str]:
    """The buckets that cover `start`..`stop`, oldest first."""
    step, last = timedelta(minutes=BUCKET_MINUTES), bucket(stop)
    names = []
    at, name = start, bucket(start)
    while name <= last:
        names.append(name)
        at += step
        name = bucket(at)
    return names
