"""The sweeper: publishes what the streams lost, and nothing else, however late the index is."""

from datetime import timedelta

import pytest
from oms.aws.items import marshal
from oms.aws.outbox import event_item, shard
from oms.aws.writes import Put
from oms.kernel.errors import HoldfastError, Throttled
from oms.runtime import sweeping
from oms.runtime.sweeping import GRACE, LOOK_BACK

from tests.builders import NOW, an_event, later

from .outbox import BUCKET, PK, RIPE, SHARDS, Outbox


@pytest.fixture(autouse=True)
def short_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests need no more than the last hour."""
    monkeypatch.setattr(sweeping, "LOOK_BACK", timedelta(hours=1))


def test_what_no_receipt_covers_is_published_once(outbox: Outbox) -> None:
    first, lost, last = (an_event(number) for number in (1, 2, 3))
    outbox.relayed(first, last)
    outbox.write(lost)

    assert outbox.sweep().published == 1
    assert outbox.sweep().published == 0
    assert outbox.bus.published == [lost.event_id]


def test_a_row_that_the_index_lists_late_is_published_by_a_later_sweep(outbox: Outbox) -> None:
    early, late = an_event(1), an_event(2)
    outbox.write(early, late)
    outbox.client.hidden = {late.event_id}

    outbox.sweep()
    assert outbox.bus.published == [early.event_id]
    outbox.client.hidden.clear()
    outbox.sweep()
    assert outbox.bus.published == [early.event_id, late.event_id]


def test_every_shard_and_every_page_is_swept(outbox: Outbox) -> None:
    events = [an_event(number) for number in range(1, 41)]
    outbox.write(*events)
    outbox.client.page = 2

    outbox.sweep()

    assert sorted(outbox.bus.published) == [event.event_id for event in events]


def test_a_page_is_published_before_the_next_is_listed(outbox: Outbox) -> None:
    """A peak's bucket lists tens of thousands of events: never more than a page of them is held."""
    outbox.write(*(event for event in map(an_event, range(1, 60)) if shard(event.event_id) == 0))
    outbox.client.page = 2
    outbox.sweep()
    asked = [call for call in outbox.client.calls if call in ("list", "batch_get_item")]

    first = asked.index("batch_get_item")
    pages = -(-len(outbox.bus.published) // 2)
    assert pages > 2
    assert asked[first : first + 2 * pages : 2] == ["batch_get_item"] * pages
    assert asked[first + 1 : first + 2 * pages : 2] == ["list"] * pages


def test_a_run_reaches_beyond_what_a_stream_keeps(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "LOOK_BACK", LOOK_BACK)
    ages = (timedelta(hours=26, minutes=20), timedelta(hours=25, minutes=30), timedelta(hours=3))
    too_old, old, younger = (an_event(number, at=NOW - age) for number, age in enumerate(ages))
    outbox.write(too_old, old, younger)

    outbox.sweep(NOW)

    assert sorted(outbox.bus.published) == [old.event_id, younger.event_id]
    assert timedelta(hours=24) < LOOK_BACK


def test_a_run_that_is_told_so_looks_back_further(outbox: Outbox) -> None:
    old, older = (an_event(hours, at=NOW - timedelta(hours=hours)) for hours in (2, 4))
    outbox.write(old, older)

    outbox.sweep(NOW, hours=3)

    assert outbox.bus.published == [old.event_id]


def test_what_is_younger_than_the_stream_needs_is_left_to_the_stream(outbox: Outbox) -> None:
    outbox.write(an_event(1, at=later(301)))

    assert outbox.sweep(later(300) + GRACE).published == 0
    assert outbox.sweep(later(301) + GRACE).published == 1


def test_what_is_parked_is_not_tried_again_at_every_sweep(outbox: Outbox) -> None:
    outbox.write(an_event(1, data={"text": "x" * 250_000}))

    first, second = outbox.sweep(), outbox.sweep()

    assert (first.parked, second.parked) == (1, 0)
    assert outbox.bus.calls == []


@pytest.mark.parametrize("missing", ["data", "occurred_at", "type", "event_id"])
def test_a_row_that_cannot_be_read_is_parked_and_stops_no_sweep(outbox: Outbox, missing: str) -> None:
    broken = event_item(an_event(1), pk=PK)
    del broken[missing]
    outbox.table.write(Put(outbox.table.name, broken))
    outbox.write(an_event(2))

    if missing == "event_id":  # the index knows it
        assert (outbox.sweep().published, outbox.sweep().published) == (2, 0)
        return
    assert (outbox.sweep().parked, outbox.sweep().parked) == (1, 0)
    assert outbox.bus.published == [an_event(2).event_id]
    (parked,) = outbox.table.collection(f"RELAY#{BUCKET}", "PARKED#")
    assert parked["event_ids"] == [an_event(1).event_id]


def test_a_row_with_a_value_we_never_write_is_parked_and_stops_no_sweep(outbox: Outbox) -> None:
    strange = marshal(event_item(an_event(1), pk=PK)) | {"price": {"N": "19.99"}}
    outbox.table.client.put_item(TableName=outbox.table.name, Item=strange)
    others = [event for event in map(an_event, range(2, 40)) if shard(event.event_id) == _shard_of(1)]
    outbox.write(*others)

    swept = outbox.sweep()

    assert (swept.published, swept.parked, swept.errors) == (len(others), 1, ())
    assert outbox.sweep().parked == 0


def _shard_of(number: int) -> int:
    return shard(an_event(number).event_id)


def test_a_throttled_sweep_is_made_good_by_the_next(outbox: Outbox) -> None:
    outbox.write(an_event())
    outbox.bus.failures = ["ThrottlingException"]

    first = outbox.sweep()
    assert [type(error) for error in first.errors] == [Throttled]
    assert BUCKET in first.left

    second = outbox.sweep()
    assert (second.published, second.left, second.errors) == (1, (), ())


def test_a_service_that_asks_to_slow_down_is_asked_no_more_in_this_run(outbox: Outbox) -> None:
    outbox.write(an_event(1), an_event(2, at=later(-600)))
    outbox.bus.failures = ["ThrottlingException"] * 9

    outbox.sweep()

    assert len(outbox.bus.failures) == 8


def test_a_bucket_that_cannot_be_swept_is_told_and_stops_no_other(
    outbox: Outbox, capsys: pytest.CaptureFixture[str]
) -> None:
    old, fresh = an_event(1, at=later(-1200)), an_event(2)
    outbox.write(old, fresh)
    outbox.bus.failures = ["AccessDeniedException"]

    swept = outbox.sweep()

    assert outbox.bus.published == [fresh.event_id]
    assert [type(error) for error in swept.errors] == [HoldfastError]
    assert swept.left == ("2026-11-27T08:40",)
    assert '"bucket": "2026-11-27T08:40"' in capsys.readouterr().out


def test_a_row_that_is_listed_and_gone_is_passed_over(outbox: Outbox) -> None:
    outbox.write(an_event())
    outbox.client.ghosts = [event_item(an_event(), pk=PK)]
    outbox.remove(PK, "EVENT#000001")

    swept = outbox.sweep(RIPE)

    assert (swept.published, swept.parked, swept.errors) == (0, 0, ())
    assert outbox.marks()[BUCKET] == SHARDS


def test_a_long_backlog_is_receipted_piece_by_piece(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item of DynamoDB holds some thousands of ids, and a sweep may be cut off at any point."""
    monkeypatch.setattr(sweeping, "_PAGE", 5)
    events = [event for event in map(an_event, range(1, 300)) if shard(event.event_id) == 0][:14]
    outbox.write(*events)
    outbox.client.failing = lambda request: "ThrottlingException" * (len(outbox.bus.calls) == 2)

    assert outbox.sweep().published == 5
    outbox.client.failing = lambda request: ""
    outbox.sweep()

    receipts = outbox.table.collection(f"RELAY#{BUCKET}", "RECEIPT#")
    assert sorted(len(receipt["event_ids"]) for receipt in receipts) == [4, 5, 5]


def test_what_was_published_without_a_receipt_is_published_again(outbox: Outbox) -> None:
    """A sweep that ends between the bus and the receipt: twice is borne, never is not."""
    outbox.write(an_event())
    outbox.client.failing = lambda request: "InternalServerError" * ("event_ids" in request.get("Item", ()))

    assert outbox.sweep(RIPE).published == 0
    outbox.client.failing = lambda request: ""
    assert outbox.sweep(RIPE).published == 1

    assert BUCKET not in outbox.marks()
    assert outbox.sweep(RIPE).published == 0
    assert outbox.bus.published == [an_event().event_id] * 2
    assert outbox.marks()[BUCKET] == SHARDS
