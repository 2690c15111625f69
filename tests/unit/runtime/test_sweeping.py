"""The sweeper: publishes what the streams lost, and nothing else, however late the index is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from oms.aws.outbox import event_item, event_row, shard
from oms.aws.table import Table
from oms.aws.writes import Put
from oms.kernel.errors import Throttled
from oms.kernel.events import Event
from oms.runtime import relay as relay_module
from oms.runtime.relay import LOOK_BACK, Relay, Relayed

from tests.builders import NOW, ORDER, an_event, later
from tests.fakes.bus import FakeBus

PK = f"ORDER#{ORDER}"
STOP = NOW + timedelta(minutes=5)
START = NOW - timedelta(minutes=30)
SWEPT = Relayed((), ())


@dataclass
class LateIndex:
    """A client whose outbox index does not yet list some rows, or lists one page at a time."""

    client: Any
    hidden: set[str] = field(default_factory=set)
    page: int = 500

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self.client, name)
        return call

    def query(self, **request: Any) -> Any:
        if request.get("IndexName") != "outbox":
            return self.client.query(**request)
        answer = self.client.query(**request | {"Limit": self.page})
        answer["Items"] = [item for item in answer["Items"] if item["outbox_at"]["S"] not in self.hidden]
        return answer


@pytest.fixture
def index(table: Table) -> LateIndex:
    return LateIndex(table.client)


@pytest.fixture
def bus() -> FakeBus:
    return FakeBus()


@pytest.fixture
def relay(table: Table, index: LateIndex, bus: FakeBus) -> Relay:
    return Relay(Table(index, table.name), bus, "holdfast")


def write(table: Table, *events: Event) -> None:
    for event in events:
        table.write(event_row(table.name, event, pk=f"ORDER#{event.subject}"))


def published(relayed: Relayed) -> set[str]:
    assert len(relayed.published) == len(set(relayed.published))
    return set(relayed.published)


def test_what_no_receipt_covers_is_published_once(table: Table, relay: Relay, bus: FakeBus) -> None:
    first, lost, last = events = [an_event(number) for number in (1, 2, 3)]
    write(table, *events)
    relay.publish([event_item(event, pk=PK) for event in (first, last)])
    bus.calls.clear()

    assert relay.sweep(START, STOP) == Relayed((lost.event_id,), ())
    assert relay.sweep(START, STOP) == SWEPT
    assert bus.published == [lost.event_id]


def test_a_row_that_the_index_lists_late_is_published_by_a_later_sweep(
    table: Table, relay: Relay, index: LateIndex
) -> None:
    events = [an_event(1), an_event(2)]
    write(table, *events)
    index.hidden = {events[0].event_id}

    assert relay.sweep(START, STOP).published == (events[1].event_id,)
    index.hidden.clear()
    assert relay.sweep(START, STOP).published == (events[0].event_id,)


def test_every_shard_and_every_page_is_swept(table: Table, relay: Relay, index: LateIndex) -> None:
    events = [an_event(number) for number in range(1, 41)]
    write(table, *events)
    index.page = 2

    assert published(relay.sweep(START, STOP)) == {event.event_id for event in events}


def test_a_full_sweep_reaches_beyond_what_a_stream_keeps(table: Table, relay: Relay) -> None:
    ages = (timedelta(hours=25, minutes=30), timedelta(hours=3), timedelta(minutes=10))
    events = [an_event(number, at=NOW - age) for number, age in enumerate(ages)]
    write(table, *events)

    assert len(relay.sweep(START, STOP).published) == 1
    assert len(relay.sweep(STOP - LOOK_BACK, STOP).published) == 2
    assert timedelta(hours=24) < LOOK_BACK


def test_what_is_younger_than_the_stream_needs_is_left_to_the_stream(table: Table, relay: Relay) -> None:
    write(table, an_event(1, at=later(301)))

    assert relay.sweep(START, STOP) == SWEPT
    assert len(relay.sweep(START, later(301)).published) == 1


def test_what_is_parked_is_not_tried_again_at_every_sweep(table: Table, relay: Relay, bus: FakeBus) -> None:
    huge = an_event(1, data={"text": "x" * 250_000})
    write(table, huge)

    assert relay.sweep(START, STOP) == Relayed((), (huge.event_id,))
    assert relay.sweep(START, STOP) == SWEPT
    assert bus.calls == []


@pytest.mark.parametrize("missing", ["data", "occurred_at", "type"])
def test_a_row_that_cannot_be_read_is_parked_and_stops_no_sweep(
    table: Table, relay: Relay, bus: FakeBus, missing: str
) -> None:
    broken = event_item(an_event(1), pk=PK)
    del broken[missing]
    table.write(Put(table.name, broken))
    write(table, an_event(2))

    assert relay.sweep(START, STOP) == Relayed((an_event(2).event_id,), (an_event(1).event_id,))
    assert relay.sweep(START, STOP) == SWEPT


def test_a_throttled_sweep_is_made_good_by_the_next(table: Table, relay: Relay, bus: FakeBus) -> None:
    write(table, an_event())
    bus.failures = ["ThrottlingException"]

    with pytest.raises(Throttled):
        relay.sweep(START, STOP)
    assert len(relay.sweep(START, STOP).published) == 1


def test_a_row_that_is_listed_and_gone_is_passed_over(table: Table, relay: Relay, bus: FakeBus) -> None:
    write(table, an_event())
    client: Any = relay.table.client
    real = client.client
    real.delete_item(TableName=table.name, Key={"pk": {"S": PK}, "sk": {"S": "EVENT#000001"}})

    assert relay.sweep(START, STOP) == SWEPT


def test_a_long_backlog_is_receipted_piece_by_piece(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item of DynamoDB holds some thousands of ids, and a sweep may be cut off at any point."""

    class Tired(FakeBus):
        def put_events(self, **request: Any) -> Any:
            if len(self.calls) == 2:
                self.failures = ["ThrottlingException"]
            return super().put_events(**request)

    monkeypatch.setattr(relay_module, "_PAGE", 5)
    events = [event for event in map(an_event, range(1, 300)) if shard(event.event_id) == 0][:14]
    write(table, *events)
    tired, rested = Tired(), FakeBus()

    with pytest.raises(Throttled):
        Relay(table, tired, "holdfast").sweep(START, STOP)
    Relay(table, rested, "holdfast").sweep(START, STOP)

    assert sorted(tired.published + rested.published) == [event.event_id for event in events]
    receipts = table.collection("RELAY#2026-11-27T09:00", "RECEIPT#")
    assert sorted(len(item["event_ids"]) for item in receipts) == [4, 5, 5]
