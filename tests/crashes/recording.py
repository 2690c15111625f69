"""What is called in a flow: recorded from a run of it without faults, by proxy and sandbox."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from infra.names import PARTNERS
from tests.crashes.calls import NAMELESS, Call, agent, naming
from tests.crashes.playing import Flow, Playing
from tests.crashes.references import without_references
from tests.crashes.stage import FUNCTIONS, Stage

Json = dict[str, Any]
_QUIET_SECONDS: Final = 1.3
"""How long nothing must be called until a step counts as over: a stream gathers events for a second."""
_MANY: Final = 10_000
_ANYBODY: Final = ""
"""Is in every request to a partner, also in those that name no order: a listing of the newest payments."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A call, in the step of a flow that led to it."""

    flow: Flow
    step: int
    call: Call

    @property
    def identity(self) -> tuple[tuple[str, ...], Call]:
        """The same call after the same history is the same case, whichever flow it was recorded in.

        One that names no order knows of no history.
        """
        return (self.flow.history(self.step) if self.call.named else ()), self.call


def record(stage: Stage, flow: Flow) -> list[Recorded]:
    """Play a flow alone, and tell every call of it. Raises what `Playing.play` raises."""
    playing = Playing(stage, flow)
    recorded: list[Recorded] = []

    @contextmanager
    def listening(step: int) -> Iterator[None]:
        ears = _Ears(stage, playing)
        yield
        recorded.extend(Recorded(flow, step, call) for call in ears.heard())

    try:
        playing.play(listening)
    finally:
        stage.proxy.replace_all([])
        stage.system.heal()
    return recorded


def distinct(recorded: Iterable[Recorded]) -> list[Recorded]:
    """Each once, in the flow that was recorded first."""
    found: dict[tuple[tuple[str, ...], Call], Recorded] = {}
    for one in recorded:
        found.setdefault(one.identity, one)
    return list(found.values())


class _Ears:
    """Rules and faults without effect, which note every request of one step that meets them."""

    def __init__(self, stage: Stage, playing: Playing) -> None:
        self._stage = stage
        self._playing = playing
        self._tables = {name: context for context, name in stage.system.stack.outputs.tables.items()}
        bodies = (naming(playing.names()), NAMELESS)
        numbers = stage.proxy.replace_all(
            [{"headers": agent(name), "body": body} for body in bodies for name in FUNCTIONS]
        )
        told = [(name, is_named) for is_named in (True, False) for name in FUNCTIONS]
        self._rules = dict(zip(numbers, told, strict=True))
        matches = (playing.key, _ANYBODY)
        for match in matches:  # behind what the flow itself has set
            stage.system.heal(match)
            for partner in PARTNERS:
                stage.system.fault(partner, "pass", match=match, times=_MANY)
        self._struck_before = {match: len(stage.system.struck(match)) for match in matches}

    def heard(self) -> list[Call]:
        """What was called in the step, once it is quiet."""
        aws, partners = self._settled()
        calls = [self._of_aws(one) for one in aws] + [_of_partner(one) for one in partners]
        return list(_counted(calls))

    def _settled(self) -> tuple[list[Json], list[Json]]:
        requests = self._requests()
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < _QUIET_SECONDS:
            time.sleep(0.1)
            again = self._requests()
            # A function that begins anew is quiet for long: its message is not gone meanwhile, its workflow at work.
            if again != requests or self._stage.system.queued() or self._playing.is_worked_on():
                requests, quiet_since = again, time.monotonic()
        return requests

    def _requests(self) -> tuple[list[Json], list[Json]]:
        """Those of AWS and those of partners, each in the order in which they came."""
        struck = [self._stage.system.struck(match)[before:] for match, before in self._struck_before.items()]
        return self._stage.proxy.notes(), [one for found in struck for one in found]

    def _of_aws(self, request: Json) -> Call:
        function, named = self._rules[request["rule_id"]]
        target = self._tables.get(request["resource"], "")
        return Call(function, str(request["service"]), str(request["operation"]), 0, named, target)


def _of_partner(request: Json) -> Call:
    partner = str(request["partner"])
    operation = f"{request['method']} {without_references(str(request['path']))}"
    return Call(partner, partner, operation, 0, named=request["match"] != _ANYBODY)


def _counted(calls: Iterable[Call]) -> Iterator[Call]:
    """Every call that names the order, and the first of those that name none: they are all alike."""
    counts: Counter[tuple[str, str, str, bool]] = Counter()
    nameless: set[Call] = set()
    for call in calls:
        counted = (call.function, call.service, call.operation, call.named)
        counts[counted] += 1
        if call.named:
            yield call.at(counts[counted])
        elif call not in nameless:
            nameless.add(call)
            yield call.at(counts[counted])
