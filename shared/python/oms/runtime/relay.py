"""From the outbox to the bus: the relay follows the tables' streams, the sweeper (`sweeping`) the index.

Both publish at least once and leave receipts; consumers drop duplicates by natural key. A record
that cannot be published (too big, refused) is parked in its table, so that it never blocks the
stream behind it. `oms verify` lists what is parked.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from zlib import crc32

from oms.aws.errors import translated
from oms.aws.items import Item, from_stream
from oms.aws.outbox import PREFIX, event_of
from oms.aws.table import Table
from oms.aws.writes import Put
from oms.contracts.envelope import SOURCE_PREFIX, to_detail
from oms.kernel.errors import Throttled
from oms.kernel.events import Event

_ENTRIES_PER_CALL = 10
_BYTES_PER_CALL = 240_000
"""EventBridge takes 10 entries and 256 KB per call; the margin is for what surrounds the detail."""


class Bus(Protocol):
    """The part of boto3's EventBridge client that the relay calls."""

    def put_events(self, **request: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Relayed:
    """Event ids by what became of them."""

    published: tuple[str, ...]
    parked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relay:
    """Publishes event rows of one table on the bus called `bus_name`."""

    table: Table
    bus: Bus
    bus_name: str

    def stream(self, records: Iterable[Mapping[str, Any]]) -> Relayed:
        """Publish the event rows among a stream's records. Raises Throttled where the bus is not reachable."""
        items = [
            _image(record["dynamodb"])
            for record in records
            if record["eventName"] == "INSERT" and record["dynamodb"]["Keys"]["sk"]["S"].startswith(PREFIX)
        ]
        return self.publish(items)

    def publish(self, items: Sequence[Item]) -> Relayed:
        """Publish, park what is refused for good, leave receipts."""
        published: list[Item] = []
        entries, parked = _entries(items)
        for batch in _batches(entries):
            refused = self._put([entry for _, entry in batch])
            for (item, _), code in zip(batch, refused, strict=True):
                if code:
                    parked.append((item, code))
                else:
                    published.append(item)
        self._receipts(published)
        for item, code in parked:
            self._park(item, code)
        ids = tuple(item["event_id"] for item in published)
        return Relayed(ids, tuple(_name(item) for item, _ in parked))

    def _put(self, entries: list[dict[str, Any]]) -> list[str]:
        with translated():
            answer = self.bus.put_events(
                Entries=[entry | {"EventBusName": self.bus_name} for entry in entries]
            )
        codes = [str(result.get("ErrorCode") or "") for result in answer["Entries"]]
        if any(code in ("ThrottlingException", "InternalFailure", "InternalException") for code in codes):
            raise Throttled("the bus asks to slow down")
        return codes

    def _receipts(self, items: Sequence[Item]) -> None:
        buckets: dict[str, list[str]] = {}
        for item in items:
            buckets.setdefault(_bucket(item), []).append(item["event_id"])
        for bucket, event_ids in buckets.items():
            # No receipt takes another's place: another batch may begin with the same event.
            name = f"{event_ids[0]}#{crc32(str(event_ids).encode()):08x}"
            self._leave({"pk": f"RELAY#{bucket}", "sk": f"RECEIPT#{name}", "event_ids": event_ids})

    def _park(self, item: Item, code: str) -> None:
        bucket, event_id = _bucket(item), _name(item)
        parked = {"pk": f"RELAY#{bucket}", "sk": f"PARKED#{event_id}", "event_ids": [event_id], "code": code}
        self._leave(parked)

    def _leave(self, receipt: Item) -> None:
        """Once: the same batch, delivered again, finds its receipt there."""
        self.table.write(Put(self.table.name, receipt))


def _image(change: Mapping[str, Any]) -> Item:
    """The row that was written; of a row with values we never write, its key: enough to park it."""
    try:
        return from_stream(change["NewImage"])
    except ValueError:
        return from_stream(change["Keys"])


def _name(item: Item) -> str:
    """The event's id; for a row that has none, its key."""
    return str(item.get("event_id") or f"{item['pk']}/{item['sk']}")


def _bucket(item: Item) -> str:
    """Receipts are kept per ten minutes, all shards together: one write receipts a whole batch."""
    return str(item.get("outbox_at", "unreadable")).partition("#")[0]


def entry_of(event: Event) -> dict[str, Any]:
    """The EventBridge entry of an event."""
    return {
        "Source": SOURCE_PREFIX + event.context,
        "DetailType": event.type,
        "Detail": json.dumps(to_detail(event), separators=(",", ":"), ensure_ascii=False),
    }


def _entries(items: Sequence[Item]) -> tuple[list[tuple[Item, dict[str, Any]]], list[tuple[Item, str]]]:
    """What can be published, and what never can be, with the reason."""
    entries: list[tuple[Item, dict[str, Any]]] = []
    hopeless: list[tuple[Item, str]] = []
    for item in items:
        try:
            entry = entry_of(event_of(item))
        except (KeyError, TypeError, ValueError):
            hopeless.append((item, "unreadable"))
            continue
        if _length(entry) > _BYTES_PER_CALL:
            hopeless.append((item, "too_large"))
        else:
            entries.append((item, entry))
    return entries, hopeless


def _batches(entries: Sequence[tuple[Item, dict[str, Any]]]) -> Iterable[list[tuple[Item, dict[str, Any]]]]:
    batch: list[tuple[Item, dict[str, Any]]] = []
    size = 0
    for item, entry in entries:
        length = _length(entry)
        if batch and (len(batch) == _ENTRIES_PER_CALL or size + length > _BYTES_PER_CALL):
            yield batch
            batch, size = [], 0
        batch.append((item, entry))
        size += length
    if batch:
        yield batch


def _length(entry: Mapping[str, Any]) -> int:
    return len(str(entry["Detail"]).encode())
