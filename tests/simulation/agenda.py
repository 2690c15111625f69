"""Simulated time: what is to be done when, and work that can pause in the middle.

One thread, one order of events: whatever is due next happens next, and of two things due at the same
moment the one that was put down first. Nothing here knows a clock or chance.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any

from greenlet import getcurrent, greenlet

Ended = Callable[[Any, BaseException | None], None]


class Killed(BaseException):
    """Ends a process where it stands, as a crash does. No handler catches it."""


class Agenda:
    """`now` is in seconds since the run began."""

    def __init__(self) -> None:
        self.now = 0.0
        self.steps = 0
        self.current: Process | None = None
        """The process whose code runs; None while the agenda itself acts."""
        self.living: set[Process] = set()
        self._hub = getcurrent()
        self._idle: list[greenlet] = []
        self._until = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        heappush(self._due, (self.now + seconds, next(self._numbers), action))

    def run(self, until: float) -> None:
        """Do everything that is due up to `until` seconds, then stand there."""
        self._until = until
        due = self._due
        while due and due[0][0] <= until:
            self.now, _, action = heappop(due)
            self.steps += 1
            action()
        self.now = until

    def spawn(self, work: Callable[[], Any], ended: Ended) -> "Process":
        """Begin `work` at once. `ended` hears its result, or what it raised; Killed too."""
        process = Process(self, work, ended)
        self.living.add(process)
        self.after(0.0, process.resume)
        return process

    def pause(self, seconds: float) -> None:
        """Let `seconds` pass for the process that calls; others act meanwhile. Raises Killed."""
        process = self.current
        assert process is not None, "only a process can pause"
        then = self.now + seconds
        if then <= self._until and (not self._due or then < self._due[0][0]):
            # Nobody acts before it does: to put it on the agenda and take it off again would change nothing.
            self.now = then
            self.steps += 1
        else:
            self.after(seconds, process.resume)
            self.current = None
            self._hub.switch()
        if process.killed:
            raise Killed

    def close(self) -> None:
        """Kill what still lives, so that nothing of this run is left behind."""
        self._due.clear()
        for process in sorted(self.living, key=lambda one: one.number):
            process.kill()
            process.resume()
        self._due.clear()
        for idle in self._idle:
            idle.switch(None)
        self._idle.clear()

    def staffed(self) -> greenlet:
        """A greenlet that works off the process it is switched to with, and then those that come after it.

        To make one takes longer than most processes work.
        """
        return self._idle.pop() if self._idle else greenlet(self._work, self._hub)

    def _work(self, process: "Process | None") -> None:
        while process is not None:
            process.run()
            self._idle.append(getcurrent())
            process = self._hub.switch()


class Process:
    """Work that can pause."""

    _numbers = count()

    def __init__(self, agenda: Agenda, work: Callable[[], Any], ended: Ended) -> None:
        self.number = next(self._numbers)
        self.killed = False
        self._agenda = agenda
        self._work = work
        self._ended = ended
        self._over = False
        self._greenlet: greenlet | None = None

    def kill(self) -> None:
        """It ends at its next step, without having heard of it."""
        self.killed = True

    def resume(self) -> None:
        if not self._over:
            if self._greenlet is None:
                self._greenlet = self._agenda.staffed()
            self._agenda.current = self
            self._greenlet.switch(self)
            self._agenda.current = None

    def run(self) -> None:
        """The work and what follows it, in the greenlet that calls."""
        value: Any = None
        failure: BaseException | None = None
        try:
            if self.killed:
                raise Killed
            value = self._work()
        except (Exception, Killed) as error:
            failure = error
        self._over = True
        self._agenda.living.discard(self)
        self._agenda.current = None
        ended = self._ended
        del self._work, self._ended, self._greenlet  # they refer to the process, and it lives on in time-outs
        ended(value, failure)
        del failure  # its traceback refers to this frame, and so to all of the run
