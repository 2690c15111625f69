"""One seed, one round: a fresh copy of the past, and events one after the other. The same seed, the same round."""

import json
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Final

from tests.fuzz.backstage import Backstage
from tests.fuzz.deliveries import Deliveries
from tests.fuzz.given import Given
from tests.fuzz.history import history
from tests.fuzz.judging import Verdict, judged
from tests.fuzz.requests import Requests
from tests.fuzz.shrinking import shrunk

EVENTS: Final = 50
"""Per round: enough that rubbish meets what earlier rubbish has left."""
_MIX: Final = {"http": 45, "queue": 22, "task": 24, "stream": 6, "schedule": 3}
_ALONE: Final = "honest"
"""What is honest may rightly fail after rubbish has been believed; only alone it must not."""

_SHRUNK: Final = 2
"""Events made small per handler and kind of fault: of a bug that is everywhere nobody needs more."""
_SEEN: Counter[tuple[str, frozenset[str]]] = Counter()


@dataclass(frozen=True)
class Violation:
    """`event`: the smallest that still shows it; `alone`: on a fresh copy, without the events before it."""

    seed: int
    number: int
    folder: str
    how: str
    faults: tuple[str, ...]
    event: str
    alone: bool


@dataclass
class Round:
    """What became of one seed."""

    seed: int
    events: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(folder, outcome) -> events."""
    ways: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    digest: str = ""
    """Of all that was done and came of it: the same for the same seed and the same code."""


def play(seed: int) -> Round:
    """One round. Where the fuzzer itself cannot, what it raises names the seed."""
    try:
        return _played(seed)
    except BaseException as error:
        error.add_note(f"seed {seed}")
        raise


def _played(seed: int) -> Round:
    chance, past = Random(seed), history()
    requests, deliveries = Requests(chance, past), Deliveries(chance, past)
    draw = {
        "http": requests.draw, "queue": deliveries.queue, "task": deliveries.task, "stream": deliveries.stream,
        "schedule": deliveries.schedule,
    }  # fmt: skip
    round_, world, told = Round(seed), Backstage(past), sha256()
    for number in range(EVENTS):
        kind = chance.choices(list(_MIX), list(_MIX.values()))[0]
        given = draw[kind]()
        with world.reached():
            verdict = judged(world, given)
        told.update(repr((given.folder, given.event, verdict)).encode(errors="backslashreplace"))
        round_.events += 1
        round_.outcomes[given.folder, verdict.outcome] += 1
        round_.ways[f"{kind}: {given.how}"] += 1
        if verdict.faults:
            if violation := _examined(seed, number, given, verdict):
                round_.violations.append(violation)
            world = Backstage(past)  # what broke must not show again and again
    round_.digest = told.hexdigest()[:16]
    return round_


def _examined(seed: int, number: int, given: Given, verdict: Verdict) -> Violation | None:
    """The violation, as small as it can be made; None where it is none."""
    again = alone(given)
    if not again.names & verdict.names:
        if verdict.names == {_ALONE}:
            return None
        return Violation(seed, number, given.folder, given.how, verdict.faults, _text(given), alone=False)
    # What is honest stays as it is: with less in it, it would be something else.
    shown = again.names - {_ALONE}
    _SEEN[given.folder, again.names] += 1
    worth = shown and _SEEN[given.folder, again.names] <= _SHRUNK
    small = shrunk(given, lambda other: bool(alone(other).names & shown)) if worth else given
    return Violation(seed, number, given.folder, given.how, alone(small).faults, _text(small), alone=True)


def alone(given: Given) -> Verdict:
    """The verdict on a fresh copy of the past."""
    world = Backstage(history())
    with world.reached():
        return judged(world, given)


def _text(given: Given) -> str:
    return json.dumps(given.event, ensure_ascii=True)
