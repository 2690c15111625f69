"""How long an order waits for what it waits for."""

from itertools import count
from threading import Semaphore
from typing import Any, cast

import pytest

from tests.crashes import playing
from tests.crashes.flows import FLOWS
from tests.crashes.playing import Playing
from tests.crashes.stage import Stage
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
