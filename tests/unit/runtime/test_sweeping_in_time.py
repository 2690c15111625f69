"""A sweep has seconds: it stops in time, tells what is left, and nobody's backlog starves another's."""

from datetime import timedelta
from typing import Any

import pytest
from oms.aws.table import Table
from oms.runtime import sweeping
from oms.runtime.sweeping import SECONDS, sweep

from tests.builders import an_event, create_table, later
from tests.fakes.bus import FakeBus

from .outbox import BUCKET, RIPE, SHARDS, Clock, Outbox

OLD = later(-1200)
YOUNG = later(1200)
"""In a bucket that cannot be proven yet at `RIPE`, as that of OLD can."""


class SlowBus(FakeBus):
    """A second for every call."""

    clock: Clock

    def put_events(self, **request: Any) -> Any:
        self.clock.seconds += 1
        return super().put_events(**request)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slow(outbox: Outbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    """An outbox for whose backlog a run is too short, unless it is small."""
    monkeypatch.setattr(sweeping, "LOOK_BACK", timedelta(hours=1))
    monkeypatch.setattr(sweeping, "_PAGE", 1)
    bus = SlowBus()
    bus.clock = clock
    return Outbox(outbox.table, bus)


@pytest.fixture
def other(dynamo: Any, slow: Outbox) -> Outbox:
    """A second table, before the same bus."""
    name = f"{slow.table.name}-other"
    create_table(dynamo, name)
    return Outbox(Table(dynamo, name), slow.bus)


def backlog(at: Any, first: int = 1, count: int = 60) -> list[Any]:
    return [an_event(number, at=at) for number in range(first, first + count)]


def test_a_run_begins_no_page_when_its_time_is_up(outbox: Outbox) -> None:
    outbox.sweep(RIPE, clock=Clock(tick=SECONDS / 5))

    assert len(outbox.client.listed) == 5


def test_a_run_that_had_to_stop_tells_what_is_left_and_the_next_goes_on(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "LOOK_BACK", timedelta(minutes=50))
    outbox.relayed(an_event())
    eighteen_pages = {"clock": Clock(tick=SECONDS / 18)}

    left = [outbox.sweep(RIPE, **eighteen_pages).left for _ in range(2)]

    assert left == [("2026-11-27T08:50", BUCKET), ()]


def test_a_run_that_came_to_the_end_left_nothing(outbox: Outbox) -> None:
    assert outbox.sweep(RIPE, hours=1).left == ()


def test_what_a_run_published_before_its_time_was_up_stays_done(slow: Outbox, clock: Clock) -> None:
    slow.write(*backlog(OLD))

    first = slow.sweep(RIPE, clock=clock)
    second = slow.sweep(RIPE, clock=clock)

    assert 0 < first.published < 60
    assert first.published + second.published == 60
    assert len(slow.bus.published) == len(set(slow.bus.published)) == 60


def test_a_page_is_not_cut_in_the_middle_and_time_is_kept_to_a_page(slow: Outbox, clock: Clock) -> None:
    slow.write(*backlog(OLD))
    began = clock.seconds

    slow.sweep(RIPE, clock=clock)

    assert SECONDS <= clock.seconds - began <= SECONDS + 1


@pytest.mark.parametrize(("much", "little"), [(OLD, YOUNG), (YOUNG, OLD)])
def test_neither_what_is_old_nor_what_is_fresh_waits_for_a_backlog_of_the_other(
    slow: Outbox, clock: Clock, much: Any, little: Any
) -> None:
    lost = backlog(little, first=1000, count=3)
    slow.write(*backlog(much), *lost)

    swept = slow.sweep(RIPE, clock=clock)

    assert swept.left
    assert {event.event_id for event in lost} <= set(slow.bus.published)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("at", [OLD, YOUNG])
def test_no_table_waits_for_the_backlog_of_another(
    slow: Outbox, other: Outbox, clock: Clock, order: int, at: Any
) -> None:
    lost = backlog(at, first=1000, count=3)
    slow.write(*backlog(OLD), *backlog(YOUNG, first=100))
    other.write(*lost)

    told = sweep([slow.relay, other.relay][::order], RIPE, clock=clock)

    swept = {one.table: one for one in told}
    assert swept[slow.table.name].left
    assert (swept[other.table.name].published, swept[other.table.name].left) == (3, ())


def test_two_backlogs_get_equal_shares_of_the_time(slow: Outbox, other: Outbox, clock: Clock) -> None:
    for one in (slow, other):
        one.write(*backlog(OLD))

    published = [one.published for one in sweep([slow.relay, other.relay], RIPE, clock=clock)]

    assert abs(published[0] - published[1]) <= 1
    assert sum(published) >= SECONDS - 1


def test_no_table_waits_for_one_that_cannot_be_read(slow: Outbox, other: Outbox, clock: Clock) -> None:
    slow.client.failing = lambda request: "AccessDeniedException"
    other.write(an_event(at=OLD))

    broken, fine = sweep([slow.relay, other.relay], RIPE, clock=clock)

    assert broken.errors and broken.left
    assert (fine.published, fine.left, fine.errors) == (1, (), ())


def test_a_backlog_is_published_from_its_oldest_bucket_on(slow: Outbox, clock: Clock) -> None:
    older, newer = backlog(OLD, count=30), backlog(later(-600), first=100, count=30)
    slow.write(*newer, *older)

    slow.sweep(RIPE, clock=clock)

    assert set(slow.bus.published[:30]) == {event.event_id for event in older}


def test_a_backlog_is_worked_off_and_proven_run_by_run(slow: Outbox, clock: Clock) -> None:
    slow.write(*backlog(OLD, count=60))
    left = [slow.sweep(RIPE, clock=clock).left for _ in range(3)]

    assert left[-1] == ()
    assert len(slow.bus.published) == len(set(slow.bus.published)) == 60
    assert set(slow.marks().values()) == {SHARDS}
