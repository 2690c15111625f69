"""Event rows: what is stored of an event, and where the sweeper finds it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oms.aws.errors import Refused
from oms.aws.outbox import (
    SHARDS,
    bucket,
    buckets_between,
    event_item,
    event_of,
    event_row,
    events_of,
    shard,
)
from oms.aws.table import Table

from tests.builders import NOW, ORDER, an_event, later

PK = f"ORDER#{ORDER}"
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 3), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize("units", [1, 2_000])
def test_an_event_comes_back_from_its_row_however_large(units: int) -> None:
    lines = [[number, f"SKU-{number * 7919}", 1] for number in range(units)]
    event = an_event(reason="called us", data={"lines": lines})

    assert event_of(event_item(event, pk=PK)) == event


def test_a_large_event_is_stored_compressed_and_a_small_one_readably() -> None:
    large = event_item(an_event(data={"lines": [[n, f"SKU-{n * 7919}"] for n in range(2_000)]}), pk=PK)
    small = event_item(an_event(data={"n": 1}), pk=PK)

    assert isinstance(large["data"], bytes)
    assert len(large["data"]) < 30_000
    assert small["data"] == {"n": 1}


def test_a_row_lies_under_its_transition_and_in_its_bucket_of_the_outbox() -> None:
    event = an_event(7)
    item = event_item(event, pk=PK)

    assert (item["pk"], item["sk"]) == (PK, "EVENT#000007")
    assert item["outbox_shard"] == str(shard(event.event_id))
    assert item["outbox_at"] == f"2026-11-27T09:00#{event.event_id}"


@pytest.mark.parametrize(
    "name", ["event_id", "type", "context", "subject", "channel", "occurred_at", "actor"]
)
@pytest.mark.parametrize("value", [7, None, ["a"], {"a": "b"}, b"a"])
def test_a_row_whose_names_are_no_text_holds_no_event(name: str, value: object) -> None:
    item = event_item(an_event(), pk=f"ORDER#{ORDER}") | {name: value}

    with pytest.raises(TypeError):
        event_of(item)


def test_the_same_transition_is_recorded_once(table: Table) -> None:
    event = an_event()

    assert table.write(event_row(table.name, event, pk=PK)) is None
    refused = table.write(event_row(table.name, replace(event, type="Other"), pk=PK))

    assert isinstance(refused, Refused)
    assert refused.item is not None
    assert refused.item["type"] == "OrderReceived"


def test_a_row_can_carry_more_than_the_event(table: Table) -> None:
    table.write(event_row(table.name, an_event(), pk=PK, document=b"packed"))

    item = table.get(PK, "EVENT#000001")

    assert item is not None
    assert item["document"] == b"packed"
    assert event_of(item) == an_event()


def test_the_events_of_an_order_come_oldest_first(table: Table) -> None:
    late, early = an_event(1, at=later(9)), an_event(2, at=later(1))
    for event in (late, early):
        table.write(event_row(table.name, event, pk=PK))
    table.write(event_row(table.name, an_event(1, subject="ord_other"), pk="ORDER#ord_other"))

    assert events_of(table, PK) == [early, late]


@given(st.text(min_size=1))
def test_the_same_event_is_always_in_the_same_shard(event_id: str) -> None:
    assert shard(event_id) == shard(event_id)
    assert 0 <= shard(event_id) < SHARDS


def test_a_peaks_events_spread_over_every_shard() -> None:
    counts = [0] * SHARDS
    for number in range(8_000):
        counts[shard(an_event(number).event_id)] += 1

    assert min(counts) > 800


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (NOW, "2026-11-27T09:00"),
        (later(599), "2026-11-27T09:00"),
        (later(600), "2026-11-27T09:10"),
        (later(-1), "2026-11-27T08:50"),
    ],
)
def test_a_bucket_holds_ten_minutes(at: datetime, name: str) -> None:
    assert bucket(at) == name


@given(MOMENTS, st.integers(0, 26 * 3600), st.data())
def test_every_moment_of_a_span_lies_in_one_of_its_buckets(
    start: datetime, seconds: int, data: st.DataObject
) -> None:
    stop = start + timedelta(seconds=seconds)
    names = buckets_between(start, stop)
    within = start + timedelta(seconds=data.draw(st.integers(0, seconds)))

    assert bucket(within) in names
    assert names == sorted(set(names))
    assert (names[0], names[-1]) == (bucket(start), bucket(stop))
    assert len(names) <= seconds // 600 + 2
