"""From the outbox to the bus: everything at least once, and nothing blocks what comes behind it."""

import base64
import json
from typing import Any

import pytest
from oms.aws.items import Item, marshal
from oms.aws.outbox import event_item, event_row
from oms.aws.table import Table
from oms.contracts.envelope import from_detail
from oms.kernel.errors import HoldfastError, Throttled
from oms.kernel.events import Event
from oms.runtime.relay import Relay, Relayed
from oms.runtime.sweeping import MARK, sweep

from tests.builders import ORDER, an_event, later
from tests.fakes.bus import FakeBus

PK = f"ORDER#{ORDER}"


@pytest.fixture
def bus() -> FakeBus:
    return FakeBus()


@pytest.fixture
def relay(table: Table, bus: FakeBus) -> Relay:
    return Relay(table, bus, "holdfast")


def events(count: int, **changes: Any) -> list[Event]:
    return [an_event(number, **changes) for number in range(1, count + 1)]


def ids(found: list[Event]) -> list[str]:
    return [event.event_id for event in found]


def record(item: Item, name: str = "INSERT") -> dict[str, Any]:
    """A stream's record of a written item, as Lambda receives it."""
    image = json.loads(json.dumps(marshal(item), default=lambda content: base64.b64encode(content).decode()))
    keys = {"pk": image["pk"], "sk": image["sk"]}
    return {"eventName": name, "dynamodb": {"Keys": keys, "NewImage": image}}


def records(found: list[Event]) -> list[dict[str, Any]]:
    return [record(event_item(event, pk=PK)) for event in found]


def receipts(table: Table, kind: str = "RECEIPT#") -> list[Item]:
    return table.collection("RELAY#2026-11-27T09:00", kind)


def test_an_event_reaches_the_bus_with_its_source_its_type_and_all_of_itself(
    relay: Relay, bus: FakeBus
) -> None:
    event = an_event(type="ShipmentRecorded", data={"lines": [[1, "Grüße", 2]]})

    assert relay.stream(records([event])) == Relayed((event.event_id,), ())

    ((entry,),) = bus.calls
    assert (entry["Source"], entry["DetailType"], entry["EventBusName"]) == (
        "holdfast.orders",
        "ShipmentRecorded",
        "holdfast",
    )
    assert from_detail(json.loads(entry["Detail"])) == event


def test_a_compressed_event_is_published_whole(relay: Relay, bus: FakeBus) -> None:
    event = an_event(data={"lines": [[number, f"SKU-{number * 7919}"] for number in range(1_500)]})

    relay.stream(records([event]))

    assert from_detail(json.loads(bus.calls[0][0]["Detail"])) == event


def test_what_is_kept_beside_an_event_is_never_published(relay: Relay, bus: FakeBus) -> None:
    item = event_item(an_event(), pk=PK) | {"document": b"name and address", "email": "ada@example.org"}

    relay.stream([record(item)])

    assert "document" not in bus.calls[0][0]["Detail"]
    assert "ada@" not in bus.calls[0][0]["Detail"]


def test_only_new_event_rows_are_published(relay: Relay, bus: FakeBus) -> None:
    row = event_item(an_event(), pk=PK)

    done = relay.stream(
        [
            record(row, "MODIFY"),
            record({"pk": PK, "sk": "ORDER"}),
            {"eventName": "REMOVE", "dynamodb": {"Keys": marshal({"pk": PK, "sk": "EVENT#1"})}},
        ]
    )

    assert done == Relayed((), ())
    assert bus.calls == []


def test_events_go_ten_to_a_call_in_their_order(relay: Relay, bus: FakeBus) -> None:
    found = events(23)

    relay.stream(records(found))

    assert [len(call) for call in bus.calls] == [10, 10, 3]
    assert bus.published == ids(found)


def test_a_call_never_holds_more_bytes_than_the_bus_takes(relay: Relay, bus: FakeBus) -> None:
    found = events(4, data={"text": "x" * 100_000})

    relay.stream(records(found))

    assert [len(call) for call in bus.calls] == [2, 2]
    assert bus.published == ids(found)


def test_characters_count_as_the_bytes_they_take(relay: Relay, bus: FakeBus) -> None:
    found = events(2, data={"text": "棚" * 50_000})

    relay.stream(records(found))

    assert [len(call) for call in bus.calls] == [1, 1]


def test_an_event_too_large_for_the_bus_is_parked_and_blocks_nothing(
    relay: Relay, bus: FakeBus, table: Table
) -> None:
    first, huge, last = an_event(1), an_event(2, data={"text": "x" * 250_000}), an_event(3)

    done = relay.stream(records([first, huge, last]))

    assert done == Relayed((first.event_id, last.event_id), (huge.event_id,))
    (parked,) = receipts(table, "PARKED#")
    assert (parked["event_ids"], parked["code"]) == ([huge.event_id], "too_large")


def test_rows_that_cannot_be_read_are_parked_apart_and_block_nothing(
    relay: Relay, bus: FakeBus, table: Table
) -> None:
    good = an_event(1)
    bad = {"pk": PK, "sk": "EVENT#000002", "event_id": "broken"}
    garbled = event_item(an_event(3), pk=PK) | {"data": b"not packed"}
    nameless = [{"pk": f"ORDER#{name}", "sk": "EVENT#000001"} for name in ("a", "b")]

    done = relay.stream([record(bad), record(garbled), *map(record, nameless), *records([good])])

    assert bus.published == [good.event_id]
    assert done.published == (good.event_id,)
    assert len(set(done.parked)) == 4
    parked = [*table.collection("RELAY#unreadable", "PARKED#"), *receipts(table, "PARKED#")]
    assert {item["code"] for item in parked} == {"unreadable"}
    assert {event_id for item in parked for event_id in item["event_ids"]} == set(done.parked)


def test_a_row_with_a_value_we_never_write_is_parked_too(relay: Relay, bus: FakeBus, table: Table) -> None:
    strange = record(event_item(an_event(1), pk=PK))
    strange["dynamodb"]["NewImage"]["price"] = {"N": "19.99"}

    done = relay.stream([strange, *records([an_event(2)])])

    assert bus.published == [an_event(2).event_id]
    assert len(done.parked) == 1


def test_an_event_that_the_bus_refuses_is_parked_with_its_code(
    relay: Relay, bus: FakeBus, table: Table
) -> None:
    first, refused, last = found = events(3)
    bus.codes = {refused.event_id: "MalformedDetail"}

    done = relay.stream(records(found))

    assert done == Relayed((first.event_id, last.event_id), (refused.event_id,))
    assert receipts(table, "PARKED#")[0]["code"] == "MalformedDetail"
    assert receipts(table)[0]["event_ids"] == [first.event_id, last.event_id]


def test_what_was_published_has_a_receipt(relay: Relay, table: Table) -> None:
    found = events(12)

    relay.stream(records(found))

    assert sorted(event_id for item in receipts(table) for event_id in item["event_ids"]) == ids(found)
    assert len(receipts(table)) == 1


def test_a_second_delivery_publishes_again_and_takes_no_receipt_away(
    relay: Relay, bus: FakeBus, table: Table
) -> None:
    """Another batch may begin with the same event: what the first one held is published all the same."""
    first, second, third = found = events(3)
    for batch in ([first, second], [first, third], [first]):
        relay.stream(records(batch))

    assert bus.published == ids([first, second, first, third, first])
    assert {event_id for item in receipts(table) for event_id in item["event_ids"]} == set(ids(found))


def test_the_same_batch_delivered_twice_has_one_receipt(relay: Relay, table: Table) -> None:
    for _ in range(2):
        relay.stream(records(events(3)))

    assert len(receipts(table)) == 1


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalException", "InternalFailure"])
def test_a_bus_that_asks_to_slow_down_gets_everything_again(
    relay: Relay, bus: FakeBus, table: Table, code: str
) -> None:
    found = events(2)
    bus.codes = {found[1].event_id: code}

    with pytest.raises(Throttled):
        relay.stream(records(found))
    assert receipts(table) == receipts(table, "PARKED#") == []

    bus.codes = {}
    assert relay.stream(records(found)).published == tuple(ids(found))


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalException", "ServiceUnavailable"])
def test_a_bus_that_cannot_be_reached_leaves_no_receipt(
    relay: Relay, bus: FakeBus, table: Table, code: str
) -> None:
    bus.failures = [code]

    with pytest.raises(Throttled):
        relay.stream(records(events(1)))
    assert receipts(table) == []


def test_a_bus_that_we_may_not_use_parks_nothing(relay: Relay, bus: FakeBus, table: Table) -> None:
    bus.failures = ["AccessDeniedException"]

    with pytest.raises(HoldfastError):
        relay.stream(records(events(1)))
    assert receipts(table, "PARKED#") == []


def test_a_receipt_is_itself_no_event(relay: Relay, bus: FakeBus, table: Table) -> None:
    table.write(event_row(table.name, an_event(), pk=PK))
    relay.publish([event_item(an_event(), pk=PK)])
    bus.calls.clear()

    relay.stream([record(item) for item in receipts(table)])

    assert bus.calls == []


def test_what_the_sweeper_notes_is_no_event(relay: Relay, table: Table) -> None:
    sweep([relay], later(3600), clock=lambda: 0.0, hours=1)
    marks = table.collection(MARK)

    assert len(marks) > 1
    assert relay.stream([record(mark) for mark in marks]) == Relayed((), ())
