"""Waiting with a limit."""

from dataclasses import dataclass, field

import pytest

from ops.demo.waiting import Patience, StillWaiting


@dataclass
class Time:
    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def patience(self, seconds: float) -> Patience:
        return Patience(seconds, clock=lambda: self.now, sleep=self.sleep)


def test_what_holds_at_once_is_not_waited_for() -> None:
    time = Time()
    assert time.patience(10).until(lambda: "SHIPPED", lambda seen: True, what="it") == "SHIPPED"
    assert time.pauses == []


def test_the_pauses_grow_to_a_second_and_no_further() -> None:
    time = Time()
    time.patience(20).until(lambda: time.now, lambda now: now > 15, what="it")
    assert time.pauses[0] == pytest.approx(0.1)
    assert time.pauses == sorted(time.pauses)
    assert time.pauses[-1] == 1.0


def test_patience_ends_and_says_what_was_seen_last() -> None:
    time = Time()
    with pytest.raises(StillWaiting, match="waiting for RELEASED: after 5 s still ON_HOLD"):
        time.patience(5).until(lambda: "ON_HOLD", lambda seen: False, what="waiting for RELEASED")
    assert 5 <= time.now < 7


def test_the_last_look_is_after_the_last_pause() -> None:
    time = Time()
    assert time.patience(5).until(lambda: time.now, lambda now: now >= 5, what="it") >= 5
