"""From the flows to the report: record, choose, play, and examine the laws."""

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from infra.names import PARTNERS
from tests.crashes.calls import Call
from tests.crashes.matrix import Case, Outcome, broken, cases_of, run
from tests.crashes.playing import Flow
from tests.crashes.recording import Recorded, distinct, record
from tests.crashes.report import Report
from tests.crashes.resting import broken_laws
from tests.crashes.stage import FUNCTIONS, Stage


@dataclass(frozen=True, slots=True)
class Choice:
    """What is played. `function`: part of a function's or partner's name; `share`: one case of every kind.

    `minutes`: how long after the recording cases still begin; what is left then is only counted.
    """

    flows: tuple[Flow, ...]
    function: str = ""
    share: bool = False
    minutes: float = math.inf


class Watcher(Protocol):
    """Who is told how far a rehearsal has come."""

    def begins(self, what: str, total: int) -> None: ...
    def advances(self) -> None: ...
    def hears(self, outcome: Outcome) -> None: ...


def rehearse(stage: Stage, choice: Choice, watcher: Watcher) -> Report:
    """Raises what a flow without faults raises: then there is nothing to record.

    Interrupted while it breaks off calls, it tells what it has played until then.
    """
    began = time.monotonic()
    recorded = distinct(_record(stage, choice, watcher))
    cases = [case for case in cases_of(recorded) if choice.function in case.call.function]
    cases = list(one_of_each_kind(cases)) if choice.share else cases
    watcher.begins("break off", len(cases))
    until = time.monotonic() + 60 * choice.minutes
    outcomes: list[Outcome] = []

    def hear(outcome: Outcome) -> None:
        outcomes.append(outcome)
        watcher.hears(outcome)

    try:
        run(stage, cases, until=until, done=hear)
        interrupted = False
    except KeyboardInterrupt:
        interrupted = True
    watcher.begins("examine", 1)
    violations = broken_laws(stage)
    watcher.advances()
    outcomes = [broken(one, violations) for one in outcomes]
    ours = {one.order_id for one in outcomes}
    besides = [text for text in violations if not any(order_id in text for order_id in ours)]
    spent = time.monotonic() - began
    return Report(
        outcomes,
        besides,
        len(choice.flows),
        len(recorded),
        cases,
        spent,
        never_called(recorded),
        interrupted,
    )


def never_called(recorded: Iterable[Recorded]) -> tuple[str, ...]:
    """Deployed functions and partners of which no flow made anybody call anything."""
    called = {one.call.function for one in recorded}
    return tuple(name for name in (*FUNCTIONS, *PARTNERS) if name not in called)


def one_of_each_kind(cases: Iterable[Case]) -> Iterable[Case]:
    """For every function, operation and table the first call, broken off in one way; the ways take turns.

    Without those that would have the stage to themselves.
    """
    by_kind: dict[Call, list[Case]] = {}
    for case in cases:
        if not case.needs_the_stage:
            by_kind.setdefault(case.call.at(0), []).append(case)
    return [found[turn % len(found[0].call.ways)] for turn, found in enumerate(by_kind.values())]


def _record(stage: Stage, choice: Choice, watcher: Watcher) -> list[Recorded]:
    watcher.begins("record", len(choice.flows))
    recorded: list[Recorded] = []
    for flow in choice.flows:
        recorded += record(stage, flow)
        watcher.advances()
    return recorded
