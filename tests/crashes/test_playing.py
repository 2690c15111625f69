"""How long an order waits for what it waits for, and whose round it is that does something for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from threading import Semaphore, Thread
from typing import Any, cast

import pytest

from tests.crashes import playing
from tests.crashes.calls import Call, Way
from tests.crashes.flows import FLOWS
from tests.crashes.matrix import Case, Trap
from tests.crashes.playing import Playing
from tests.crashes.recording import Recorded
from tests.crashes.stage import SWEEPER, WATCHDOG, Stage
from tests.running.system import StillWaiting


class _System:
    """Has numbers, and nothing else."""

    def __init__(self) -> None:
        self.number = count().__next__


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> Playing:
    monkeypatch.setattr(playing, "PATIENCE", 0.2)
    nothing = cast(Any, None)
    return Playing(Stage(cast(Any, _System()), nothing, Semaphore(0)), FLOWS[0])


def test_what_does_not_happen_counts_as_lost(order: Playing) -> None:
    with pytest.raises(StillWaiting):
        order.until(lambda: False, bool, what="the impossible")


def test_who_is_off_the_stage_for_long_loses_no_patience(order: Playing) -> None:
    answers = iter((False, True))

    def look() -> bool:
        order.sleep(0.3)
        return next(answers)

    assert order.until(look, bool, what="a second look")


class _Rounds(Stage):
    """Counts rounds, and knows of which orders the traps were set."""

    def __init__(self) -> None:
        super().__init__(cast(Any, _System()), cast(Any, None), Semaphore(2))
        self.held: list[set[str]] = []
        self._set: set[str] = set()

    @contextmanager
    def trap(self, name: str) -> Iterator[None]:
        self._set.add(name)
        try:
            yield
        finally:
            self._set.discard(name)

    def run(self, folder: str, **event: Any) -> bool:
        self.held.append(set(self._set))
        return True


def test_a_round_carries_the_guard_of_everybody_who_waits_for_one() -> None:
    stage = _Rounds()
    orders = [Playing(stage, FLOWS[0]) for _ in range(2)]
    for name, order in zip("ab", orders, strict=True):
        order.guard = lambda *_, name=name: stage.trap(name)
        stage.places.acquire()
    waiting = [Thread(target=order.runs, args=[WATCHDOG]) for order in orders]
    with stage.rounds:
        for thread in waiting:
            thread.start()
        while len(stage.guards) < len(waiting):
            time.sleep(0.01)
    for thread in waiting:
        thread.join()

    assert len(stage.held) == 2
    assert stage.held[0] == {"a", "b"}
    assert stage.guards == []


def test_what_is_done_right_before_a_round_is_done_in_nobody_elses() -> None:
    stage = _Rounds()
    order = Playing(stage, FLOWS[0])
    stage.places.acquire()
    locked: list[bool] = []

    order.runs(SWEEPER, first=lambda: locked.append(stage.rounds.locked()))

    assert locked == [True]


@pytest.mark.parametrize(
    ("named", "asks_itself", "is_set"),
    [(True, True, True), (True, False, True), (False, True, True), (False, False, False)],
)
def test_only_a_call_that_names_the_order_is_broken_off_in_anothers_round(
    named: bool, asks_itself: bool, is_set: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = _Rounds()
    order = Playing(stage, FLOWS[0])
    call = Call("holdfast-watch-orders", "dynamodb", "GetItem", 1, named=named)
    trap = Trap(stage, Case(Recorded(FLOWS[0], 0, call), Way.BEFORE), order, cold=False)
    was_set: list[str] = []
    monkeypatch.setattr(trap, "_set", lambda: was_set.append("set"))

    with trap.around(0), order.guard(SWEEPER, order.key):
        assert was_set == []
    with trap.around(0), order.guard(WATCHDOG, order.key if asks_itself else "another"):
        assert was_set == ["set"] * is_set
    was_set.clear()
    with trap.around(1), order.guard(WATCHDOG, order.key):
        assert was_set == []
