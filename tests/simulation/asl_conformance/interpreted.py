"""The same stories in the interpreter."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from tests.simulation.asl.effects import Effect, Ended, Entered, StartSync
from tests.simulation.asl.interpreter import Machine
from tests.simulation.asl.scripted import Driver
from tests.simulation.asl_conformance.documents import loaded
from tests.simulation.asl_conformance.scripts import Story, Trace, masked, told
from tests.workflows import machines
from tests.workflows.machines import KINDS

Move = tuple[str, str, str]
"""A machine, a state of it, and the next."""


def trace(order_id: str, story: Story) -> Trace:
    driver, machine = _driver(story), story_machine(story)
    return _trace(machine, driver, driver.finish(machine, story.given, order_id))


def moves(order_id: str, story: Story) -> set[Move]:
    """Which state came after which, at every level of both machines."""
    driver = _driver(story)
    driver.finish(story_machine(story), story.given, order_id)
    return {
        (name, before, after)
        for name in KINDS
        for level in machines.machine(name).levels()
        for before, after in pairwise(state for state in driver.entered(name) if state in level.states)
    }


def payloads(story: Story, function: str) -> list[Any]:
    """What the function was called with."""
    driver = _driver(story)
    driver.finish(story_machine(story), story.given, "ord_1")
    return driver.calls(function)


def story_machine(story: Story) -> Machine:
    return loaded(story.workflow, story.variant)


def _driver(story: Story) -> Driver:
    nested = {} if story.variant == "lost" else {"assess_order": loaded("assess_order", "as it is")}
    return Driver(story.reactions(), nested)


def _trace(machine: Machine, driver: Driver, ended: Ended) -> Trace:
    runs = _runs(driver.effects) if machine.name == "order_capture" else []
    return Trace(
        states=_outside_branches(machine, driver.entered(machine.name)),
        payloads={name: [masked(one) for one in driver.calls(name)] for name in driver.counts},
        status=ended.status,
        output=ended.output,
        error=ended.error,
        cause=told(ended.error, ended.cause),
        inner=[_outside_branches(loaded("assess_order", "as it is"), run) for run in runs],
    )


def _runs(effects: Iterable[Effect]) -> list[list[str]]:
    """The states of every run of the nested machine that took place."""
    runs: list[list[str]] = []
    for effect in effects:
        if isinstance(effect, StartSync):
            runs.append([])
        elif isinstance(effect, Entered) and effect.workflow == "assess_order":
            runs[-1].append(effect.state)
    return [run for run in runs if run]


def _outside_branches(machine: Machine, entered: Iterable[str]) -> list[str]:
    return [state for state in entered if state in machine.level.states]
