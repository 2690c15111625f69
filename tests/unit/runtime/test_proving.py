"""Buckets that are proven complete: no run looks at them again, and none is proven too early."""

from datetime import datetime, timedelta

import pytest
from oms.aws.outbox import bucket, shard
from oms.runtime import sweeping
from oms.runtime.sweeping import MARK

from tests.builders import NOW, an_event, later

from .outbox import BUCKET, RIPE, SHARDS, Clock, Outbox

A_MINUTE = timedelta(minutes=1)
PEAK = [an_event(number) for number in range(1, 81)]
"""Events of one bucket, in every shard of it."""


@pytest.fixture(autouse=True)
def short_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour is enough to see what a run passes over."""
    monkeypatch.setattr(sweeping, "LOOK_BACK", timedelta(hours=1))


def test_a_bucket_that_is_proven_complete_is_not_looked_at_again(outbox: Outbox) -> None:
    outbox.relayed(an_event())
    outbox.sweep(RIPE)
    assert outbox.begun()[-1] == "2026-11-27T08:30" < BUCKET

    outbox.sweep(RIPE + A_MINUTE)

    assert outbox.begun() == ["2026-11-27T09:10"]


def test_a_table_in_which_little_happens_costs_a_query_for_each_shard(outbox: Outbox) -> None:
    """However many buckets are looked at: at rest this is what an account pays for every minute."""
    outbox.sweep(RIPE)
    outbox.relayed(an_event(1, at=later(700)), an_event(2, at=later(1300)))

    outbox.sweep(RIPE + A_MINUTE)

    assert len(outbox.client.listed) == SHARDS


def test_receipts_are_read_once_and_only_where_something_is_listed(outbox: Outbox) -> None:
    outbox.relayed(*PEAK)

    outbox.sweep(RIPE)

    assert outbox.client.receipts == [BUCKET]


def test_a_bucket_without_events_is_proven_too(outbox: Outbox) -> None:
    outbox.sweep(RIPE)

    assert outbox.marks() == dict.fromkeys(
        ["2026-11-27T08:30", "2026-11-27T08:40", "2026-11-27T08:50", "2026-11-27T09:00"], SHARDS
    )


def test_a_bucket_that_lacked_something_is_proven_by_the_run_that_finds_it_complete(
    outbox: Outbox,
) -> None:
    outbox.write(*PEAK[:3])

    assert outbox.sweep(RIPE).published == 3
    assert BUCKET not in outbox.marks()
    assert outbox.sweep(RIPE + A_MINUTE).published == 0
    assert outbox.marks()[BUCKET] == SHARDS


def test_a_bucket_is_not_proven_while_the_bus_takes_nothing(outbox: Outbox) -> None:
    outbox.write(an_event())
    for minutes in range(3):
        outbox.bus.failures = ["ServiceUnavailable"]
        outbox.sweep(RIPE + minutes * A_MINUTE)

    assert BUCKET not in outbox.marks()
    assert outbox.bus.published == []


def test_what_is_parked_keeps_no_bucket_from_being_proven(outbox: Outbox) -> None:
    outbox.write(an_event(data={"text": "x" * 250_000}))

    assert outbox.sweep(RIPE).parked == 1
    outbox.sweep(RIPE + A_MINUTE)

    assert outbox.marks()[BUCKET] == SHARDS


@pytest.mark.parametrize(("at", "proven"), [(RIPE - timedelta(seconds=1), False), (RIPE, True)])
def test_a_bucket_is_proven_twenty_minutes_after_its_end_and_not_before(
    outbox: Outbox, at: datetime, proven: bool
) -> None:
    outbox.relayed(an_event())

    outbox.sweep(at)

    assert (BUCKET in outbox.marks()) == proven
    assert min(outbox.begun()) <= BUCKET


def test_an_event_of_a_clock_that_is_fifteen_minutes_behind_is_still_published(outbox: Outbox) -> None:
    """It is committed a minute after it was stamped, and the index is another minute late."""
    end = later(600)
    event = an_event(at=end - timedelta(seconds=1))
    committed = end + timedelta(minutes=15) + A_MINUTE
    outbox.sweep(committed - timedelta(seconds=1))
    outbox.write(event)
    outbox.client.hidden = {event.event_id}
    outbox.sweep(committed + A_MINUTE - timedelta(seconds=1))
    outbox.client.hidden.clear()

    outbox.sweep(committed + A_MINUTE)

    assert outbox.bus.published == [event.event_id]


def test_the_marks_of_a_run_are_read_with_one_query_that_leaves_older_ones_alone(outbox: Outbox) -> None:
    outbox.sweep(RIPE)
    outbox.client.marks.clear()

    outbox.sweep(RIPE + timedelta(hours=2))

    (request,) = outbox.client.marks
    assert request["ExpressionAttributeValues"][":start"] == {"S": f"{MARK}#{bucket(RIPE + A_MINUTE * 60)}"}


def test_whoever_says_how_far_to_look_back_does_not_trust_the_marks(outbox: Outbox) -> None:
    event = an_event()
    outbox.sweep(RIPE)
    outbox.write(event)

    assert outbox.sweep(RIPE + A_MINUTE).published == 0
    assert outbox.sweep(RIPE + A_MINUTE, hours=1).published == 1


def test_a_run_that_trusts_no_marks_still_writes_them(outbox: Outbox) -> None:
    outbox.sweep(RIPE, hours=1)

    assert outbox.marks()[BUCKET] == SHARDS
    assert not outbox.client.marks


def test_marks_that_are_lost_cost_a_look_and_nothing_else(outbox: Outbox) -> None:
    outbox.relayed(an_event())
    outbox.sweep(RIPE)
    outbox.remove(MARK, f"{MARK}#{BUCKET}")

    swept = outbox.sweep(RIPE)

    assert (swept.published, swept.left) == (0, ())
    assert outbox.marks()[BUCKET] == SHARDS


def test_a_peaks_bucket_is_proven_shard_by_shard(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many events a bucket has, and however short the runs: each begins where the last one ended."""
    monkeypatch.setattr(sweeping, "_PAGE", 5)
    monkeypatch.setattr(sweeping, "LOOK_BACK", timedelta(minutes=30))
    outbox.relayed(*PEAK)
    short = sweeping.SECONDS / 9
    runs = 0
    proven = [0]
    while proven[-1] < SHARDS:
        runs += 1
        assert runs < 9
        outbox.sweep(RIPE, clock=Clock(tick=short))
        proven.append(outbox.marks().get(BUCKET, 0))

    assert runs > 2
    assert proven == sorted(set(proven))
    assert outbox.bus.calls == []


def test_a_shard_behind_one_that_lacked_something_is_looked_at_again(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "_PAGE", 5)
    lost = next(event for event in map(an_event, range(100, 200)) if shard(event.event_id) == 3)
    outbox.relayed(*PEAK)
    outbox.write(lost)

    outbox.sweep(RIPE)
    assert outbox.marks()[BUCKET] == 3
    outbox.sweep(RIPE)

    assert outbox.bus.published == [lost.event_id]
    assert next(name for name in outbox.client.listed if name.startswith(BUCKET)) == f"{BUCKET}#3"
    assert outbox.marks()[BUCKET] == SHARDS


def test_a_mark_is_never_replaced_by_one_that_says_less(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "_PAGE", 5)
    outbox.relayed(*PEAK)
    outbox.sweep(RIPE)

    cut_off = outbox.sweep(RIPE, hours=1, clock=Clock(tick=sweeping.SECONDS / 28))

    assert f"{BUCKET}#1" in outbox.client.listed
    assert BUCKET in cut_off.left
    assert outbox.marks()[BUCKET] == SHARDS


def test_a_bucket_of_few_events_is_marked_once(outbox: Outbox) -> None:
    outbox.relayed(an_event())
    outbox.client.calls.clear()

    outbox.sweep(RIPE)

    assert outbox.client.calls.count("put_item") == len(outbox.marks())


def test_the_events_of_now_lie_in_the_bucket_that_these_tests_look_at() -> None:
    assert (BUCKET, later(600) + timedelta(minutes=20)) == (f"{NOW:%Y-%m-%dT%H:%M}", RIPE)
