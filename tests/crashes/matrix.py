"""Every recorded call, broken off in every way: each case an order of its own, and many at once."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from random import Random
from typing import Final

from infra.names import function_name
from ops.cli.signals import undisturbed
from tests.crashes.calls import Call, Way, faults, rules
from tests.crashes.playing import Playing
from tests.crashes.recording import Recorded
from tests.crashes.stage import SWEEPER, WATCHDOG, Stage

_THREADS: Final = 40
"""Cases that have begun, most of them waiting for a place on the stage or for minutes to pass."""
_PASSES: Final = 5
"""How often a case begins beside others until it gets orders of its own. What nothing has met may be met in another
minute: the watchdog's parts take turns by it, and what is read of an order depends on which of them comes to it."""
_TRIES: Final = 2
"""Orders that a case gets alone until its fault counts as one that nothing meets."""
_LAST_SECONDS: Final = 15.0
"""How long after an order has come to its end something may still be called for it: the tax of its last parcel."""
_SETTLING_SECONDS: Final = 0.7
"""What the step before may still have on its way when a case's step begins."""
_BY_SCHEDULE: Final = {function_name(folder): folder for folder in (SWEEPER, WATCHDOG)}


class Verdict(Enum):
    SURVIVED = "survived"
    NOT_HIT = "not hit"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Case:
    """One call that breaks off in one way."""

    recorded: Recorded
    way: Way

    @property
    def call(self) -> Call:
        return self.recorded.call

    @property
    def needs_the_stage(self) -> bool:
        """Whether only one order may be on its way: a request that names no order could be anybody's.

        Rounds of sweeper and watchdog follow each other anyway.
        """
        return not self.call.named and self.call.function not in _BY_SCHEDULE

    def __str__(self) -> str:
        step = self.recorded.flow.steps[self.recorded.step].name
        return f"{self.recorded.flow.name} / {step} / {self.call} {self.way.value}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case. `decided`: what sweeper, watchdog or support had to do for it."""

    case: Case
    verdict: Verdict
    order_id: str
    seconds: float
    detail: str = ""
    decided: tuple[str, ...] = ()


def cases_of(recorded: Iterable[Recorded]) -> list[Case]:
    return [Case(one, way) for one in recorded for way in one.call.ways]


def run(stage: Stage, cases: Sequence[Case], *, until: float, done: Callable[[Outcome], None]) -> None:
    """Play all cases. Where nothing has met the fault, again beside others; then alone, with a function that begins anew.

    `done` hears of every case when nothing more is tried for it. No case begins after `until`
    (of `time.monotonic`). Interrupted, it lets those end that have begun; of them nobody hears.
    """
    together = [case for case in cases if not case.needs_the_stage]
    alone = [case for case in cases if case.needs_the_stage]
    # What is alike is slow together: cases of the relay keep all others waiting.
    Random(len(cases)).shuffle(together)
    for _ in range(_PASSES):
        again: list[Case] = []
        for outcome in _played(stage, together, until, play, _THREADS):
            if outcome.verdict is Verdict.NOT_HIT:
                again.append(outcome.case)
            else:
                done(outcome)
        together = again
    alone += together
    for outcome in _played(stage, alone, until, _alone, 1):
        done(outcome)


def _played(
    stage: Stage,
    cases: Sequence[Case],
    until: float,
    one: Callable[[Stage, Case], Outcome],
    threads: int,
) -> Iterator[Outcome]:
    def in_time(case: Case) -> Outcome | None:
        return one(stage, case) if time.monotonic() <= until else None

    pool = ThreadPoolExecutor(threads)
    try:
        for future in as_completed([pool.submit(in_time, case) for case in cases]):
            if outcome := future.result():
                yield outcome
    finally:
        with undisturbed():
            pool.shutdown(wait=True, cancel_futures=True)


def play(stage: Stage, case: Case, *, cold: bool = False) -> Outcome:
    """One order through the case's flow, with the case's fault; `cold`: in a function that begins anew."""
    playing = Playing(stage, case.recorded.flow)
    trap = Trap(stage, case, playing, cold=cold)
    began = time.monotonic()
    verdict, detail = Verdict.BROKEN, ""
    try:
        playing.play(trap.around)
        verdict = Verdict.SURVIVED if trap.strikes_at_last() else Verdict.NOT_HIT
    except Exception as error:  # whatever it is, it is this case's
        detail = f"{type(error).__name__}: {error}"
    finally:
        trap.remove()
    spent = time.monotonic() - began
    return Outcome(case, verdict, playing.order.order_id, spent, detail, tuple(playing.decided))


def _alone(stage: Stage, case: Case) -> Outcome:
    for _ in range(_TRIES):
        outcome = play(stage, case, cold=not case.call.is_partners)
        if outcome.verdict is not Verdict.NOT_HIT:
            break
    return outcome


class Trap:
    """The fault of one case: set when its step begins, or for the length of a round."""

    def __init__(self, stage: Stage, case: Case, playing: Playing, *, cold: bool) -> None:
        self._stage = stage
        self._cold = cold
        self._case = case
        self._playing = playing
        self._number: int | None = None
        self._bodies: list[str] = []
        self._match = playing.key if case.call.named else ""
        self._struck_before = 0
        self._struck = 0
        self._in_step = False
        playing.guard = self._around_round

    @contextmanager
    def around(self, step: int) -> Iterator[None]:
        self._in_step = step == self._case.recorded.step
        if self._in_step and self._case.call.function not in _BY_SCHEDULE:
            time.sleep(_SETTLING_SECONDS)
            self._set()
        yield

    @contextmanager
    def _around_round(self, folder: str, asker: str) -> Iterator[None]:
        if not self._is_for(folder, asker):
            yield
            return
        self._set()
        try:
            yield
        finally:
            self.has_struck()
            self.remove()

    def _is_for(self, folder: str, asker: str) -> bool:
        """Another order's round may look after this one too; but what names no order would be broken off for the other."""
        call = self._case.call
        is_meant = self._in_step and not self._struck and _BY_SCHEDULE.get(call.function) == folder
        return is_meant and (call.named or asker == self._playing.key)

    def has_struck(self) -> bool:
        if self._case.call.is_partners:
            self._struck = self._strikes() - self._struck_before
        elif self._number is not None:
            self._struck = max(self._struck, self._stage.proxy.struck(self._number))
        return self._struck > 0

    def strikes_at_last(self) -> bool:
        """Whether it has struck, or does so soon."""
        began = time.monotonic()
        while not self.has_struck() and time.monotonic() - began < _LAST_SECONDS:
            time.sleep(_SETTLING_SECONDS)
        return self.has_struck()

    def remove(self) -> None:
        if self._case.call.is_partners:
            self._stage.system.heal(self._match)
        elif self._bodies:
            self._stage.proxy.remove(self._bodies)
            self._bodies, self._number = [], None

    def _set(self) -> None:
        call, way = self._case.call, self._case.way
        if call.is_partners:
            self._struck_before = self._strikes()
            for fault in faults(call, way, self._match):
                self._stage.system.fault(**fault)
            return
        wanted = rules(call, way, self._playing.names())
        self._bodies = sorted({str(rule["body"]) for rule in wanted})
        self._number = self._stage.proxy.add(wanted)[-1]
        if self._cold:  # after the trap is set: what an order before has left behind may come first
            self._stage.chill(call.function)

    def _strikes(self) -> int:
        """How often a partner has misbehaved for whom the case means."""
        return sum(one["fault"] != "pass" for one in self._stage.system.struck(self._match))


def broken(outcome: Outcome, violations: Sequence[str]) -> Outcome:
    """The outcome with the laws that its order breaks."""
    own = [text for text in violations if outcome.order_id in text]
    return replace(outcome, verdict=Verdict.BROKEN, detail="; ".join(own)) if own else outcome
