"""What the interpreter refuses: what AWS would refuse, and what AWS has and the interpreter has not.

A machine is judged when it is loaded, so that nothing is left out in silence while it runs.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import jsonata

from tests.simulation.asl import failures
from tests.workflows.data_rules import texts
from tests.workflows.expressions import is_expression, read
from tests.workflows.machines import Machine, Placed, State, Violations
from tests.workflows.rules import OF_AWS

_TYPES: Final = {"Task", "Pass", "Choice", "Wait", "Parallel", "Succeed", "Fail"}
_FIELDS: Final = {"HeartbeatSeconds", "Credentials", "Timestamp"}
"""Fields of these types that the interpreter does not know."""
ARGUMENTS: Final[Mapping[str, set[str]]] = {
    "arn:aws:states:::lambda:invoke": {"FunctionName", "Payload"},
    "arn:aws:states:::lambda:invoke.waitForTaskToken": {"FunctionName", "Payload"},
    "arn:aws:states:::aws-sdk:sfn:startSyncExecution": {"StateMachineArn", "Input"},
}
"""Resources, with exactly the arguments that a task has."""
_IMPURE: Final = {"now", "millis", "random", "shuffle", "eval"}
"""Functions that answer differently every time, or that AWS does not have."""
_STATES: Final = re.compile(
    r"\$states(?!\.(input|result|errorOutput)\b"
    r"|\.context\.(Execution\.(Id|Name|Input)|State\.(Name|EnteredTime|RetryCount)|Task\.Token|StateMachine\.Name)\b)"
)
"""`$states` without one of the parts that the interpreter fills in."""


def refusals(machine: Machine) -> Violations:
    """Every reason not to run the machine."""
    for rule in OF_AWS:
        yield from rule(machine)
    yield from _odd_time_outs(machine.name, machine.document)
    yield from _hidden_functions(machine)
    for placed in machine.states():
        yield from _unsupported(placed)


def _unsupported(placed: Placed) -> Violations:
    state = placed.state
    if state.get("Type") not in _TYPES:
        yield f"{placed.label}: the interpreter has no {state.get('Type')}"
    for field in sorted(_FIELDS & state.keys()):
        yield f"{placed.label}: the interpreter has no {field}"
    if state.get("Type") == "Wait" and not isinstance(state.get("Seconds"), int):
        yield f"{placed.label}: waits for a number of seconds that is written out"
    yield from _odd_time_outs(placed.label, state)
    if state.get("Type") == "Task":
        yield from _odd_calls(placed)
    for rule in (*state.get("Retry", ()), *state.get("Catch", ())):
        for name in rule.get("ErrorEquals", ()):
            if name.startswith("States.") and name not in failures.NAMED:
                yield f"{placed.label}: the interpreter never reports {name}"
    yield from _odd_expressions(placed)


def _odd_time_outs(label: str, document: Mapping[str, Any]) -> Violations:
    if not isinstance(document.get("TimeoutSeconds", 1), int):
        yield f"{label}: has a time-out that is not written out"


def _odd_calls(placed: Placed) -> Violations:
    wanted = ARGUMENTS.get(str(placed.state.get("Resource")))
    arguments = placed.state.get("Arguments")
    if wanted is None:
        yield f"{placed.label}: the interpreter has no {placed.state.get('Resource')}"
    elif not isinstance(arguments, Mapping) or arguments.keys() != wanted:
        yield f"{placed.label}: takes {sorted(wanted)} and nothing else"
    elif any(is_expression(str(arguments.get(name))) for name in ("FunctionName", "StateMachineArn")):
        yield f"{placed.label}: calls what is not written out"


def _odd_expressions(placed: Placed) -> Violations:
    own = {name: value for name, value in placed.state.items() if name != "Branches"}
    for text in texts(own):
        if not is_expression(text):
            continue
        for name in sorted(_functions(text)):
            known = name == "parse" or jsonata.Jsonata.static_frame.lookup(name) is not None
            if not known or name in _IMPURE:
                yield f"{placed.label}: the interpreter has no function ${name}"
        if _STATES.search(text):
            yield f"{placed.label}: reads what the interpreter does not fill in: {text}"


def _hidden_functions(machine: Machine) -> Violations:
    """A variable takes the name of a function, which is harmless while nobody calls the function."""
    expressions = [text for text in texts(machine.document) if is_expression(text)]
    called = {name for text in expressions for name in _functions(text)}
    for placed in machine.states():
        for name in sorted(_assigned(placed.state) & called):
            yield f"{placed.label}: ${name} would hide the function that is called elsewhere"


def _assigned(state: State) -> set[str]:
    parts = (state, *state.get("Choices", ()), *state.get("Catch", ()))
    return {name for part in parts for name in part.get("Assign", {})}


def _functions(text: str) -> frozenset[str]:
    try:
        return read(text).functions
    except ValueError:
        return frozenset()  # a rule of AWS's says so
