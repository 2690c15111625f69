"""Waiting for something to become true, with a limit."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

_T = TypeVar("_T")
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 1.0
_GROWTH = 1.3


class StillWaiting(Exception):
    """It did not happen in time; the message says what was seen last."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, by which clock. Seconds."""

    seconds: float = 60.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def until(self, look: Callable[[], _T], settled: Callable[[_T], bool], *, what: str) -> _T:
        """Look again and again, at growing intervals, until `settled`. Raises StillWaiting."""
        deadline = self.clock() + self.seconds
        pause = _FIRST_PAUSE
        while not settled(seen := look()):
            if self.clock() >= deadline:
                raise StillWaiting(f"{what}: after {self.seconds:.0f} s still {seen}")
            self.sleep(pause)
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)
        return seen
