"""One event through its handler: what came back, what it logged, and whether it left anything behind."""

import copy
import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final

from oms.runtime import logs

from tests.fuzz.backstage import Backstage, State
from tests.fuzz.given import Given
from tests.simulation.cloud.stage import handlers

_PATIENCE: Final = 20.0
"""Seconds of processor and wall time for one event: a hundred times more than the slowest needs."""


class Hung(BaseException):
    """Not an Exception: handlers survive those."""


@dataclass
class Ran:
    """How one invocation ended. `error` is what left the handler, `answer` what it returned else."""

    answer: Any = None
    error: BaseException | None = None
    lines: list[str] = field(default_factory=list)
    before: State = ()
    after: State = ()

    @property
    def changed(self) -> bool:
        return self.before != self.after


def run(world: Backstage, given: Given) -> Ran:
    """Invoke the handler on a copy of the event."""
    event, ran = copy.deepcopy(given.event), Ran(before=world.state())
    with _logging_to(ran.lines), _in_time():
        try:
            ran.answer = handlers()[given.folder](event, None)
        except (Exception, Hung) as error:
            ran.error = error
    ran.after = world.state()
    return ran


@contextmanager
def _logging_to(lines: list[str]) -> Iterator[None]:
    """The stage has taken away what logs are written with, because nobody reads them there. Here they are read."""
    stdout = SimpleNamespace(stdout=SimpleNamespace(write=lines.append))
    before = {name: getattr(logs, name) for name in ("sys", "json")}
    vars(logs).update(sys=stdout, json=json)
    try:
        yield
    finally:
        vars(logs).update(before)


@contextmanager
def _in_time() -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
