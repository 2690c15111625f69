"""A machine from its file in `statemachines/`, or from a document in a test.

The files have YAML's anchors, and ${CamelCase} where the stack puts the ARN of a function or of a nested machine.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tests.simulation.asl import states, tasks
from tests.simulation.asl.effects import Entered
from tests.simulation.asl.interpreter import Machine
from tests.simulation.asl.states import Exit, Level, State
from tests.simulation.asl.subset import refusals
from tests.simulation.asl.templates import template
from tests.workflows import machines
from tests.workflows.machines import FOLDER, KINDS, Kind

_PLACEHOLDER: Final = re.compile(r"\$\{([A-Za-z]+)\}")
_WORD: Final = re.compile(r"[A-Z][a-z]*")
Document = Mapping[str, Any]


class NotAMachine(ValueError):
    """The interpreter cannot run it as AWS would. The message has every reason."""


def load(
    source: Path | Document,
    substitutions: Mapping[str, str] | None = None,
    *,
    name: str = "machine",
    kind: Kind = "STANDARD",
) -> Machine:
    """`substitutions` are names for the placeholders, e.g. ARNs.

    Without any, ${PlanFulfilment} is plan_fulfilment: the folder of a function, the stem of a machine's file.
    The name of a file says which machine it is and of which kind. Raises NotAMachine, also for a
    placeholder that has no substitution.
    """
    if isinstance(source, Path):
        stem = source.name.removesuffix(".asl.yaml")
        file = machines.Machine(
            stem, KINDS.get(stem, kind), yaml.safe_load(source.read_text(encoding="utf-8"))
        )
    else:
        file = machines.Machine(name, kind, source)
    refused = list(refusals(file))
    if refused:
        raise NotAMachine("\n".join(refused))
    document = _substituted(file.document, substitutions)
    names = frozenset(placed.name for placed in file.states())
    return Machine(file.name, file.kind, document["TimeoutSeconds"], names, _level(file.name, document))


def load_all(folder: Path = FOLDER) -> dict[str, Machine]:
    """Every machine of the project by its name; functions and nested machines have their plain names."""
    return {name: load(folder / f"{name}.asl.yaml") for name in KINDS}


def plain_name(placeholder: str) -> str:
    """plan_fulfilment for PlanFulfilment."""
    return "_".join(_WORD.findall(placeholder)).lower()


def _substituted(value: Any, names: Mapping[str, str] | None) -> Any:
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: _named(found[1], names), value)
    if isinstance(value, Mapping):
        return {key: _substituted(one, names) for key, one in value.items()}
    return [_substituted(one, names) for one in value] if isinstance(value, list) else value


def _named(placeholder: str, names: Mapping[str, str] | None) -> str:
    if names is None:
        return plain_name(placeholder)
    if placeholder not in names:
        raise NotAMachine(f"${{{placeholder}}} stands for nothing; offered are {sorted(names)}")
    return names[placeholder]


def _level(machine: str, document: Document) -> Level:
    return Level(
        document["StartAt"],
        {name: (Entered(machine, name), _state(machine, one)) for name, one in document["States"].items()},
    )


def _state(machine: str, state: Document) -> State:
    match state["Type"]:
        case "Pass":
            return states.Pass(_exit(state))
        case "Succeed":
            return states.Succeed(_exit(state))
        case "Wait":
            return tasks.Wait(state["Seconds"], _exit(state))
        case "Fail":
            return states.Fail(template(state.get("Error", "")), template(state.get("Cause", "")))
        case "Choice":
            rules = tuple((template(rule["Condition"]), _exit(rule)) for rule in state["Choices"])
            return states.Choice(rules, _exit(state, to=state["Default"]))
        case "Parallel":
            arguments = template(state["Arguments"]) if "Arguments" in state else None
            branches = tuple(_level(machine, branch) for branch in state["Branches"])
            return tasks.Parallel(*_guards(state), arguments, branches)
        case _:
            return _task(state)


def _task(state: Document) -> State:
    guards, given, timeout = _guards(state), state["Arguments"], state.get("TimeoutSeconds")
    if "StateMachineArn" in given:
        return tasks.MachineTask(*guards, given["StateMachineArn"], template(given["Input"]), timeout)
    waits = state["Resource"].endswith(".waitForTaskToken")
    kind = tasks.TokenTask if waits else tasks.FunctionTask
    return kind(*guards, given["FunctionName"], template(given["Payload"]), timeout)


def _guards(state: Document) -> tuple[Exit, tuple[tasks.Retrier, ...], tuple[tasks.Catcher, ...]]:
    retriers = tuple(_retrier(rule) for rule in state.get("Retry", ()))
    catchers = tuple(
        tasks.Catcher(frozenset(rule["ErrorEquals"]), _exit(rule)) for rule in state.get("Catch", ())
    )
    return _exit(state), retriers, catchers


def _retrier(rule: Document) -> tasks.Retrier:
    return tasks.Retrier(
        errors=frozenset(rule["ErrorEquals"]),
        interval=rule.get("IntervalSeconds", 1),
        rate=rule.get("BackoffRate", 2.0),
        attempts=rule.get("MaxAttempts", 3),
        longest=rule.get("MaxDelaySeconds"),
        jitter=rule.get("JitterStrategy", "NONE") == "FULL",
    )


def _exit(part: Document, *, to: str | None = None) -> Exit:
    assign = template(part["Assign"]) if "Assign" in part else None
    output = template(part["Output"]) if "Output" in part else None
    return Exit(to or part.get("Next"), assign, output)
