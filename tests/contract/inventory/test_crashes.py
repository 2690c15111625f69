"""A crash before or after every write, and somebody else at work before every write: the laws hold."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from oms.inventory.application import recording
from oms.inventory.application.outcomes import Refused, Reserved, Shipped, Withdrawn
from oms.inventory.domain.promise import chunked
from oms.inventory.domain.reservation import FIRST
from oms.inventory.domain.stock import as_lines
from oms.kernel.errors import BrokenInvariant, Retryable

from tests.contract.inventory.conftest import OpenDesk
from tests.contract.inventory.desk import ACTOR, NOW, Desk

LINES = [("BER", "CUP", 2), ("BER", "MUG", 2), ("LON", "CUP", 2), ("LON", "JUG", 2), ("LON", "MUG", 2)]
HELD = {(location, sku): units for location, sku, units in LINES}
SHIPPED = {("LON", "CUP"): 1, ("LON", "JUG"): 1, ("LON", "MUG"): 2}
_WRITES = 15
"""No operation here writes as often; `crashes` makes sure."""

Work = Callable[[Desk], object]


def _nothing(_: Desk) -> None:
    """Fresh from the opening."""


def _reserve(desk: Desk) -> object:
    return desk.reserve("o1", LINES)


def _ship(desk: Desk) -> object:
    return desk.ship("o1", "s1", "LON", [(sku, units) for (_, sku), units in SHIPPED.items()])


def _release(desk: Desk) -> object:
    return desk.release("o1")


def _release_rest(desk: Desk) -> object:
    return desk.release("o1", SHIPPED)


def _sell_jugs(desk: Desk) -> object:
    return desk.reserve("o2", [("LON", "JUG", 2)])


def _reserve_and_crash(desk: Desk) -> None:
    """Leave the reservation as a crash after its second write leaves it."""

    def lose(count: int) -> None:
        if count == 2:
            raise desk.failure()

    desk.meddler.after = lose
    with suppress(Retryable, ConnectionError):
        _reserve(desk)
    desk.meddler.leave_alone()


def _place_last_chunk(desk: Desk) -> None:
    """One step of somebody who is still reserving."""
    chunk = chunked("o1", "web", FIRST, LINES, turn=1, size=desk.chunk_size)[-1]
    desk.reservations.place(chunk, recording.reserved(chunk, now=NOW, actor=ACTOR))


@dataclass(frozen=True)
class Scene:
    open_desk: OpenDesk
    chunk_size: int

    def desk(self, *done: Work) -> Desk:
        """Three units of everything, and some work done."""
        desk = self.open_desk(self.chunk_size)
        desk.stock(as_lines(dict.fromkeys(HELD, 3)))
        for work in done:
            work(desk)
        return desk

    def crashes(self, work: Work, *done: Work) -> Iterator[Desk]:
        """Desks where the connection was lost before, or after, each write of `work`."""
        for moment in ("before", "after"):
            yield from self._crashes(moment, work, done)

    def interruptions(self, work: Work, other: Work, *done: Work) -> Iterator[tuple[Desk, object]]:
        """Desks where `other` acted in full before each write of `work`, with the answer to `work`."""
        for ordinal in range(1, _WRITES):
            desk = self.desk(*done)
            desk.meddler.leave_alone()

            def meddle(count: int, ordinal: int = ordinal, desk: Desk = desk) -> None:
                if count == ordinal:
                    other(desk)

            desk.meddler.before = meddle
            answer = work(desk)
            reached = desk.meddler.count >= ordinal
            assert desk.audit.violations() == []
            if not reached:
                assert ordinal > 1
                return
            desk.meddler.leave_alone()
            yield desk, answer
        raise AssertionError("more writes than the test knows")

    def _crashes(self, moment: str, work: Work, done: tuple[Work, ...]) -> Iterator[Desk]:
        for ordinal in range(1, _WRITES):
            desk = self.desk(*done)
            desk.meddler.leave_alone()

            def lose(count: int, ordinal: int = ordinal, desk: Desk = desk) -> None:
                if count == ordinal:
                    raise desk.failure()

            setattr(desk.meddler, moment, lose)
            with suppress(Retryable, ConnectionError):
                work(desk)
            reached = desk.meddler.count >= ordinal
            desk.meddler.leave_alone()
            assert desk.audit.violations() == []
            if not reached:
                assert ordinal > 1
                return
            yield desk
        raise AssertionError("more writes than the test knows")


@pytest.fixture(params=[97, 3, 2], ids=["one chunk", "two chunks", "three chunks"])
def scene(open_desk: OpenDesk, request: pytest.FixtureRequest) -> Scene:
    return Scene(open_desk, request.param)


def test_a_crashed_reservation_is_completed_by_repeating_it(scene: Scene) -> None:
    for desk in scene.crashes(_reserve):
        assert _reserve(desk) == Reserved()
        assert desk.reserved() == HELD
        assert desk.audit.violations() == []


def test_a_crashed_refusal_is_completed_by_repeating_it(scene: Scene) -> None:
    for desk in scene.crashes(_reserve, _sell_jugs):
        assert _reserve(desk) == Refused((("JUG", "LON"),))
        assert desk.reserved() == {("LON", "JUG"): 2}
        assert desk.audit.violations() == []


def test_a_reservation_that_crashed_and_met_a_sell_out_is_refused_as_a_whole(scene: Scene) -> None:
    for desk in scene.crashes(_reserve):
        sold = _sell_jugs(desk)
        expected = Refused((("JUG", "LON"),)) if sold == Reserved() else Reserved()
        assert _reserve(desk) == expected
        assert desk.reserved() == ({("LON", "JUG"): 2} if sold == Reserved() else HELD)
        assert desk.audit.violations() == []


def test_a_crashed_reservation_is_undone_by_releasing_the_order(scene: Scene) -> None:
    for desk in scene.crashes(_reserve):
        desk.release("o1")
        assert desk.reserved() == {}
        assert _reserve(desk) == Withdrawn()
        assert desk.reserved() == {}


def test_a_crashed_shipment_is_completed_by_repeating_it(scene: Scene) -> None:
    for desk in scene.crashes(_ship, _reserve):
        answer = _ship(desk)
        assert isinstance(answer, Shipped)
        assert answer.units == 4
        assert desk.level("LON", "MUG").shipped == 2
        assert desk.reserved() == {("BER", "CUP"): 2, ("BER", "MUG"): 2, ("LON", "CUP"): 1, ("LON", "JUG"): 1}
        assert desk.audit.violations() == []


def test_a_crashed_release_is_completed_by_repeating_it(scene: Scene) -> None:
    for desk in scene.crashes(_release, _reserve):
        _release(desk)
        assert desk.reserved() == {}
        assert set(desk.available().values()) == {3}
        assert desk.audit.violations() == []


def test_a_crashed_release_leaves_to_a_late_shipment_what_the_order_has_shipped(scene: Scene) -> None:
    for desk in scene.crashes(_release_rest, _reserve):
        _ship(desk)
        _release_rest(desk)
        assert desk.reserved() == {}
        assert desk.level("LON", "MUG").shipped == 2
        assert desk.audit.violations() == []


def test_two_who_make_the_same_reservation_get_one(scene: Scene) -> None:
    for desk, answer in scene.interruptions(_reserve, _reserve):
        assert answer == Reserved()
        assert desk.reserved() == HELD


def test_two_who_are_refused_the_same_reservation_leave_nothing(scene: Scene) -> None:
    for desk, answer in scene.interruptions(_reserve, _reserve, _sell_jugs):
        assert answer == Refused((("JUG", "LON"),))
        assert desk.reserved() == {("LON", "JUG"): 2}


def test_a_release_that_overtakes_a_reservation_wins_or_finds_nothing(scene: Scene) -> None:
    for desk, answer in scene.interruptions(_reserve, _release):
        assert answer in (Reserved(), Withdrawn())
        assert desk.reserved() == (HELD if answer == Reserved() else {})


def test_a_reservation_that_resumes_during_its_release_holds_all_or_nothing(scene: Scene) -> None:
    for desk, _ in scene.interruptions(_release, _reserve, _reserve_and_crash):
        assert desk.reserved() == {}
        assert _reserve(desk) == Withdrawn()


def test_a_chunk_that_joins_during_the_release_is_released_too(scene: Scene) -> None:
    for desk, _ in scene.interruptions(_release, _place_last_chunk, _reserve_and_crash):
        assert desk.reserved() == {}


def test_two_who_record_the_same_shipment_record_one(scene: Scene) -> None:
    for desk, _ in scene.interruptions(_ship, _ship, _reserve):
        assert sum(level.shipped for level in desk.audit.all_levels()) == 4


def test_a_shipment_survives_a_release_around_it(scene: Scene) -> None:
    for desk, _ in scene.interruptions(_ship, _release_rest, _reserve):
        _release_rest(desk)
        assert desk.reserved() == {}
        assert desk.level("LON", "MUG").shipped == 2
    for desk, _ in scene.interruptions(_release_rest, _ship, _reserve):
        assert desk.reserved() == {}
        assert desk.level("LON", "MUG").shipped == 2


def test_a_shipment_of_what_was_just_released_stops(scene: Scene) -> None:
    with pytest.raises(BrokenInvariant):
        for _ in scene.interruptions(_ship, _release, _reserve):
            pass
