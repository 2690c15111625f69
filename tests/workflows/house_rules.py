"""What Holdfast asks of its workflows beyond the language: figures, comments, and payloads that fit their tasks."""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final

from oms.contracts import tasks

from tests.workflows.machines import KINDS, Level, Machine, Placed, State, Violations, ends, is_callback

_FUNCTIONS: Final = Path(__file__).parents[2] / "functions"
_PLAIN: Final = re.compile(r"[A-Z][a-z]+([A-Z][a-z]+)*")
_SUBSTITUTION: Final = re.compile(r"\$\{([^}]*)\}")
_NOT_NAMES: Final = {"Yes", "No", "On", "Off", "True", "False", "Null", "Y", "N"}
"""YAML 1.1 reads these as values."""
_IGNORED: Final[Mapping[str, set[str]]] = {
    "Choice": {"Output"},
    "Succeed": {"Output"},
    "Parallel": {"Output", "Assign", "Arguments"},
    "Task": {"HeartbeatSeconds"},
}
"""Legal on AWS, and passed over in silence by the local engine: what ran here would not be what runs there."""
_SERVICE_ERRORS: Final = {
    "NotWaiting",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
}
_PERSONAL: Final = {
    "address", "city", "client_ip", "customer", "email", "latitude", "line1", "line2", "longitude", "name",
    "payment_token", "phone", "postal_code", "region", "ship_to", "street",
}  # fmt: skip
"""Words for what identifies a person; histories of executions are kept for 90 days and read by support."""


def commands() -> Mapping[str, type]:
    """What the tasks take, by the name of the task."""
    found = vars(tasks).values()
    return {one.__name__: one for one in found if isinstance(one, type) and is_dataclass(one)}


def known_targets() -> set[str]:
    """What a workflow may call: every function, and every workflow."""
    folders = [handler.parent.name for handler in _FUNCTIONS.glob("*/*/handler.py")]
    return {"".join(word.capitalize() for word in name.split("_")) for name in (*folders, *KINDS)}


def everything_has_a_comment(machine: Machine) -> Violations:
    """The file reads as the business process."""
    if not machine.document.get("Comment"):
        yield f"{machine.name}: says nothing about itself"
    for placed in machine.states():
        if not placed.state.get("Comment"):
            yield f"{placed.label}: has no Comment"


def names_are_plain_words(machine: Machine) -> Violations:
    """CamelCase words, and none that YAML takes for a value."""
    for placed in machine.states():
        if placed.name in _NOT_NAMES or not _PLAIN.fullmatch(str(placed.name)):
            yield f"{placed.label}: is no plain name"


def tasks_have_a_time_out(machine: Machine) -> Violations:
    for placed in _tasks(machine):
        seconds = placed.state.get("TimeoutSeconds")
        if not isinstance(seconds, int) or seconds < 1:
            yield f"{placed.label}: has no TimeoutSeconds"
        elif seconds > machine.document.get("TimeoutSeconds", 0):
            yield f"{placed.label}: may take longer than its workflow"


def tasks_are_retried(machine: Machine) -> Violations:
    """With jitter and a cap, or a partner's outage ends in a herd. Retrying a token task repeats a wait."""
    for placed in _tasks(machine):
        rules = placed.state.get("Retry", ())
        if not rules:
            yield f"{placed.label}: is not retried"
        for rule in rules:
            if rule.get("JitterStrategy") != "FULL" or "MaxDelaySeconds" not in rule:
                yield f"{placed.label}: is retried without jitter or without a cap"
        errors = {name for rule in rules for name in rule.get("ErrorEquals", ())}
        if is_callback(placed.state) and not errors <= _SERVICE_ERRORS:
            yield f"{placed.label}: waits with a token and retries {sorted(errors - _SERVICE_ERRORS)}"
        if not is_callback(placed.state) and "States.ALL" not in errors:
            yield f"{placed.label}: does not retry every error"


def failures_are_caught(machine: Machine) -> Violations:
    """Every failure ends with an owner: the last Catch takes them all."""
    for placed in _tasks(machine):
        rules = placed.state.get("Catch") or [{}]
        if rules[-1].get("ErrorEquals") != ["States.ALL"]:
            yield f"{placed.label}: does not catch States.ALL last"


def nothing_is_ignored_here(machine: Machine) -> Violations:
    for placed in machine.states():
        for field in sorted(placed.state.keys() & _IGNORED.get(str(placed.state.get("Type")), set())):
            yield f"{placed.label}: the local engine ignores {field}"


def tables_belong_to_code(machine: Machine) -> Violations:
    """Direct DynamoDB calls would pass by the owner of the table, its conditions and its events."""
    for placed in _tasks(machine):
        if "dynamodb" in str(placed.state.get("Resource", "")):
            yield f"{placed.label}: writes a table itself"


def substitutions_are_known(machine: Machine) -> Violations:
    for placed in machine.states():
        bare = {name: value for name, value in placed.state.items() if name != "Branches"}
        for name in sorted(set(_SUBSTITUTION.findall(str(bare))) - known_targets()):
            yield f"{placed.label}: nobody offers ${{{name}}}"


def payloads_fit_their_tasks(machine: Machine) -> Violations:
    """A payload has exactly the fields of the command its function parses."""
    for placed in _tasks(machine):
        if "lambda:invoke" not in str(placed.state.get("Resource")):
            continue
        arguments = placed.state.get("Arguments")
        if not isinstance(arguments, Mapping) or arguments.keys() != {"FunctionName", "Payload"}:
            yield f"{placed.label}: a function takes FunctionName and Payload"
            continue
        yield from _misfits(placed.label, target(placed.state), arguments["Payload"])


def _misfits(label: str, name: str, payload: Mapping[str, Any]) -> Violations:
    command = commands().get(name)
    if command is None:
        yield f"{label}: no command {name} in oms.contracts.tasks"
        return
    known = {field.name for field in fields(command)}
    for key in sorted(payload.keys() ^ known):
        yield f"{label}: {key} is in the {'payload' if key in payload else 'command'} only"


def target(state: State) -> str:
    """The function a state calls, as its name stands between `${` and `}`."""
    arguments = state.get("Arguments")
    name = str(arguments.get("FunctionName", "")) if isinstance(arguments, Mapping) else ""
    found = _SUBSTITUTION.fullmatch(name)
    return found[1] if found else name


def nothing_personal_travels(machine: Machine) -> Violations:
    """Workflows carry ids and figures."""
    for placed in machine.states():
        parts = (placed.state, *placed.state.get("Catch", ()), *placed.state.get("Choices", ()))
        for part in parts:
            carried = [part.get(field) for field in ("Arguments", "Assign", "Output")]
            for key in sorted(_keys(carried) & _PERSONAL):
                yield f"{placed.label}: carries {key}"


def _keys(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return set(value) | {key for one in value.values() for key in _keys(one)}
    return {key for one in value for key in _keys(one)} if isinstance(value, list) else set()


def steps_by_way_of(machine: Machine, stops: Sequence[str]) -> int:
    """States on the shortest way from the start to an end that visits `stops` in this order."""
    level = next(machine.levels())
    count, here = 1, level.start
    for stop in stops:
        count += _distance(level, here, {stop})
        here = stop
    return count + _distance(level, here, {name for name, state in level.states.items() if ends(state)})


def _distance(level: Level, start: str, goals: set[str]) -> int:
    pending, seen = deque([(start, 0)]), {start}
    while pending:
        name, steps = pending.popleft()
        if name in goals:
            return steps
        for edge in level.edges():
            if edge.source == name and edge.target not in seen:
                seen.add(edge.target)
                pending.append((edge.target, steps + 1))
    raise ValueError(f"no way from {start} to {sorted(goals)}")


def _tasks(machine: Machine) -> Iterator[Placed]:
    return (placed for placed in machine.states() if placed.state.get("Type") == "Task")
