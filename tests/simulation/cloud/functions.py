"""Lambda: handlers as processes that may crash, outlive their caller, or run with a wrong clock."""

import marshal
from collections.abc import Callable
from random import Random
from typing import Any

from infra.catalogue import CATALOGUE
from tests.simulation.agenda import Agenda, Killed, Process
from tests.simulation.asl.effects import Failed, Succeeded, raised
from tests.simulation.cloud.stage import handlers
from tests.simulation.weather import Weather

Said = Callable[[Succeeded | Failed], None]

_FOLDERS = {folder.rpartition("/")[2]: folder for folder in CATALOGUE}
_SKEW = 15 * 60.0
_MOST_LATE = 0.08
_LATE, _STRUCK_LATE = (1.0, 100.0), (60.0, 300.0)
_STRUCK = 0.5
"""So many of the functions are late in a failover. What is late meets what has followed it through the others."""
_DOWN = (20.0, 240.0)
"""Seconds for which a function fails whatever it is asked, as after a bad deployment."""
_ABANDONED = 3.0
_CUT_OFF = Failed("Lambda.SdkClientException", "the connection broke")
_LOST = Failed("Lambda.Unknown", "the function ended, and its answer was lost")
_CRASHED = Failed("Runtime.ExitError", "the environment ended")


class Functions:
    """Invokes by folder or by the name a workflow file has for it."""

    def __init__(self, agenda: Agenda, chance: Random, weather: Weather) -> None:
        self._agenda, self._chance, self._weather = agenda, chance, weather
        self.skews: dict[Process, float] = {}
        """Seconds by which a process's clock is wrong."""
        self._struck = {folder for folder in sorted(CATALOGUE) if chance.random() < _STRUCK}
        self._down_until: dict[str, float] = {}
        self.under_way = 0
        """Invocations that have not ended."""

    def invoke(self, function: str, payload: Any, answer: Said) -> None:
        """Run the handler once; `answer` hears how it ended, or that nobody knows."""
        folder = _FOLDERS.get(function, function)
        handler = handlers()[folder]
        event = marshal.loads(marshal.dumps(payload))  # no more than JSON comes through
        self.under_way += 1
        late = self._chance.uniform(0.005, _MOST_LATE) + self._waits(folder)
        lost = self._weather.meets("lost_invocation", self._agenda.now)
        heard = [(lambda _: answer(_LOST)) if lost else answer]
        if lost:  # at its end, or before: while it goes on, or has yet to begin, whoever asked tries again
            self._agenda.after(self._chance.uniform(0.0, _ABANDONED), lambda: _tell(heard, _CUT_OFF))
        self._agenda.after(late, lambda: self._start(folder, lambda: handler(event, None), heard))

    def _waits(self, folder: str) -> float:
        """Seconds that a call waits for its turn."""
        failover = self._weather.failover
        spared = failover and folder not in self._struck
        if spared or not self._weather.meets("slow_invocation", self._agenda.now):
            return 0.0
        return self._chance.uniform(*(_STRUCK_LATE if failover else _LATE))

    def _start(self, folder: str, work: Callable[[], Any], heard: list[Said]) -> None:
        now = self._agenda.now
        if self._weather.meets("function_down", now):
            self._down_until[folder] = now + self._chance.uniform(*_DOWN)
        if now < self._down_until.get(folder, 0.0):
            self.under_way -= 1
            _tell(heard, _CRASHED)
            return
        process = self._agenda.spawn(work, lambda value, failure: self._end(process, value, failure, heard))
        if self._weather.meets("clock_skew", now):
            self.skews[process] = self._chance.uniform(-_SKEW, _SKEW)
        timeout = CATALOGUE[folder].timeout
        self._agenda.after(timeout, lambda: self._overdue(process, timeout, heard))

    def _overdue(self, process: Process, timeout: int, heard: list[Said]) -> None:
        if process in self._agenda.living:
            process.kill()
            _tell(heard, Failed("Sandbox.Timedout", f"Task timed out after {timeout} seconds"))

    def _end(self, process: Process, value: Any, failure: BaseException | None, heard: list[Said]) -> None:
        self.under_way -= 1
        self.skews.pop(process, None)
        if isinstance(failure, Killed):
            _tell(heard, _CRASHED)
        elif failure is not None:
            _tell(heard, raised(failure))
        else:
            _tell(heard, Succeeded(value))


def _tell(heard: list[Said], what: Succeeded | Failed) -> None:
    while heard:
        heard.pop()(what)
