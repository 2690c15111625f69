"""Workflow files as the rules see them: levels of states, and what leads from one state to the next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import yaml

FOLDER: Final = Path(__file__).parents[2] / "statemachines"
Kind = Literal["STANDARD", "EXPRESS"]
KINDS: Final[Mapping[str, Kind]] = {"order_capture": "STANDARD", "assess_order": "EXPRESS"}
"""Every workflow file by its stem, with the kind that the stack makes of it."""

State = Mapping[str, Any]
Violations = Iterator[str]


@dataclass(frozen=True, slots=True)
class Machine:
    """One workflow file."""

    name: str
    kind: Kind
    document: Mapping[str, Any]

    def levels(self) -> Iterator["Level"]:
        """The machine itself, then the branches inside it."""
        yield from _levels(self.name, self.document, within_branch=False)

    def states(self) -> Iterator["Placed"]:
        for level in self.levels():
            for name, state in level.states.items():
                yield Placed(f"{level.label}.{name}", name, state, level)


@dataclass(frozen=True, slots=True)
class Level:
    """States that can lead to one another: those of a machine, or of one branch."""

    label: str
    start: str
    states: Mapping[str, State]
    within_branch: bool

    def edges(self) -> Iterator["Edge"]:
        for name, state in self.states.items():
            yield from _edges(name, state)


@dataclass(frozen=True, slots=True)
class Placed:
    """A state with its place: `label` names it in messages."""

    label: str
    name: str
    state: State
    level: Level


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a state to another; `assigns` are the variables it sets."""

    source: str
    target: str
    assigns: frozenset[str]


def machine(name: str) -> Machine:
    """The machine in `statemachines/<name>.asl.yaml`."""
    text = (FOLDER / f"{name}.asl.yaml").read_text(encoding="utf-8")
    return Machine(name, KINDS[name], yaml.safe_load(text))


def branches(state: State) -> list[Mapping[str, Any]]:
    """The machines inside a Parallel or a Map."""
    inner = list(state.get("Branches", ()))
    return [*inner, state["ItemProcessor"]] if "ItemProcessor" in state else inner


def ends(state: State) -> bool:
    return bool(state.get("End")) or state.get("Type") in ("Succeed", "Fail")


def is_callback(state: State) -> bool:
    return str(state.get("Resource", "")).endswith(".waitForTaskToken")


def _levels(label: str, document: Mapping[str, Any], *, within_branch: bool) -> Iterator[Level]:
    states: Mapping[str, State] = document.get("States", {})
    yield Level(label, str(document.get("StartAt", "")), states, within_branch)
    for name, state in states.items():
        for number, branch in enumerate(branches(state), start=1):
            yield from _levels(f"{label}.{name}[{number}]", branch, within_branch=True)


def _edges(name: str, state: State) -> Iterator[Edge]:
    own = frozenset(state.get("Assign", {}))
    for field in ("Next", "Default"):
        if field in state:
            yield Edge(name, str(state[field]), own)
    for rule in (*state.get("Choices", ()), *state.get("Catch", ())):
        yield Edge(name, str(rule.get("Next", "")), frozenset(rule.get("Assign", {})))
