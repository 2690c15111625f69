"""What Amazon States Language asks of every workflow in JSONata, field by field.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html and
https://states-language.net. The local engine takes more than AWS does, so nothing else would tell.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from tests.workflows.machines import KINDS, Machine, State, Violations, branches, ends, is_callback

_ANY: Final = {"Type", "Comment", "QueryLanguage"}
_MOVES: Final = {"Next", "End", "Output", "Assign"}
_GUARDED: Final = {"Retry", "Catch"}
FIELDS: Final[Mapping[str, set[str]]] = {
    "Task": _ANY
    | _MOVES
    | _GUARDED
    | {"Resource", "Arguments", "Credentials", "TimeoutSeconds", "HeartbeatSeconds"},
    "Parallel": _ANY | _MOVES | _GUARDED | {"Branches", "Arguments"},
    "Map": _ANY
    | _MOVES
    | _GUARDED
    | {"Items", "ItemProcessor", "ItemSelector", "MaxConcurrency", "ToleratedFailureCount"},
    "Pass": _ANY | _MOVES,
    "Wait": _ANY | _MOVES | {"Seconds", "Timestamp"},
    "Choice": _ANY | {"Choices", "Default", "Output", "Assign"},
    "Succeed": _ANY | {"Output"},
    "Fail": _ANY | {"Error", "Cause"},
}
"""What each type of state may have. Fields of the JSONPath language are in none."""
_NEEDED: Final[Mapping[str, set[str]]] = {
    "Task": {"Resource", "Arguments"},
    "Parallel": {"Branches"},
    "Map": {"ItemProcessor"},
    "Choice": {"Choices", "Default"},
}
_PARTS: Final[Mapping[str, set[str]]] = {
    "Choices": {"Condition", "Next", "Assign", "Output", "Comment"},
    "Catch": {"ErrorEquals", "Next", "Assign", "Output", "Comment"},
    "Retry": {
        "ErrorEquals",
        "IntervalSeconds",
        "BackoffRate",
        "MaxAttempts",
        "MaxDelaySeconds",
        "JitterStrategy",
        "Comment",
    },
}
_TOP: Final = {"Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"}
_SDK: Final = re.compile(r"arn:aws:states:::aws-sdk:[a-z0-9]+:[a-z][A-Za-z0-9]+(\.waitForTaskToken)?")
_OPTIMISED: Final[Mapping[str, set[str]]] = {
    "lambda:invoke": {"", ".waitForTaskToken"},
    "states:startExecution": {"", ".sync", ".sync:2", ".waitForTaskToken"},
    "sqs:sendMessage": {"", ".waitForTaskToken"},
    "sns:publish": {"", ".waitForTaskToken"},
    "events:putEvents": {"", ".waitForTaskToken"},
}
"""Integrations of their own that AWS offers and this project may want, with the patterns each knows."""
_LONGEST_EXPRESS: Final = 300
_LONGEST_NAME: Final = 80


def fields_are_known(machine: Machine) -> Violations:
    """A state has the fields of its type, and what it cannot do without."""
    for field in machine.document.keys() - _TOP:
        yield f"{machine.name}: no field {field} at the top"
    for placed in machine.states():
        kind = str(placed.state.get("Type"))
        if kind not in FIELDS:
            yield f"{placed.label}: no type {kind}"
            continue
        for field in placed.state.keys() - FIELDS[kind]:
            yield f"{placed.label}: a {kind} has no {field}"
        for field in _NEEDED.get(kind, set()) - placed.state.keys():
            yield f"{placed.label}: a {kind} needs {field}"
        yield from _unknown_parts(placed.label, placed.state)


def _unknown_parts(label: str, state: State) -> Violations:
    for field, known in _PARTS.items():
        for part in state.get(field, ()):
            for name in part.keys() - known:
                yield f"{label}: a part of {field} has no {name}"


def language_is_jsonata(machine: Machine) -> Violations:
    """One query language, said once."""
    if machine.document.get("QueryLanguage") != "JSONata":
        yield f"{machine.name}: the query language is not JSONata"
    for placed in machine.states():
        if placed.state.get("QueryLanguage", "JSONata") != "JSONata":
            yield f"{placed.label}: another query language"


def states_lead_on(machine: Machine) -> Violations:
    """Next or End, exactly one, but for states that choose or finish by nature."""
    for placed in machine.states():
        given = placed.state.keys() & {"Next", "End"}
        by_nature = placed.state.get("Type") in ("Choice", "Succeed", "Fail")
        if by_nature and given:
            yield f"{placed.label}: a {placed.state['Type']} has no {sorted(given)}"
        if not by_nature and len(given) != 1:
            yield f"{placed.label}: needs Next or End, has {sorted(given)}"
        if placed.state.get("End", True) is not True:
            yield f"{placed.label}: End is true or absent"


def targets_exist(machine: Machine) -> Violations:
    """StartAt and every Next name a state of the same level."""
    for level in machine.levels():
        if level.start not in level.states:
            yield f"{level.label}: StartAt {level.start!r} is no state"
        for edge in level.edges():
            if edge.target not in level.states:
                yield f"{level.label}.{edge.source}: leads to {edge.target!r}, which is no state here"


def states_are_reachable(machine: Machine) -> Violations:
    """Every state is reached from the start, and the end from every state."""
    for level in machine.levels():
        forward = {name: [e.target for e in level.edges() if e.source == name] for name in level.states}
        backward = {name: [e.source for e in level.edges() if e.target == name] for name in level.states}
        last = [name for name, state in level.states.items() if ends(state)]
        for name in level.states.keys() - _closure([level.start], forward):
            yield f"{level.label}.{name}: is never reached"
        for name in level.states.keys() - _closure(last, backward):
            yield f"{level.label}.{name}: never comes to an end"


def _closure(begin: list[str], leads_to: Mapping[str, list[str]]) -> set[str]:
    found: set[str] = set()
    pending = list(begin)
    while pending:
        if (name := pending.pop()) not in found:
            found.add(name)
            pending += leads_to.get(name, ())
    return found


def names_are_legal(machine: Machine) -> Violations:
    """At most 80 characters, unique in the whole machine. YAML reads Yes, No and On as no names at all."""
    seen: set[object] = set()
    for placed in machine.states():
        if not isinstance(placed.name, str) or not 0 < len(placed.name) <= _LONGEST_NAME:
            yield f"{placed.label}: {placed.name!r} is no name"
        if placed.name in seen:
            yield f"{placed.label}: the name is used twice"
        seen.add(placed.name)


def choices_have_conditions(machine: Machine) -> Violations:
    """A Choice asks something and each of its rules has a condition."""
    for placed in machine.states():
        if placed.state.get("Type") != "Choice":
            continue
        if not placed.state.get("Choices"):
            yield f"{placed.label}: asks nothing"
        for rule in placed.state.get("Choices", ()):
            if not {"Condition", "Next"} <= rule.keys():
                yield f"{placed.label}: a rule needs Condition and Next"


def integrations_exist(machine: Machine) -> Violations:
    """The resource is one that AWS offers, in a pattern it offers, for this kind of workflow."""
    for placed in machine.states():
        if placed.state.get("Type") != "Task":
            continue
        resource = str(placed.state.get("Resource", ""))
        service, _, pattern = resource.removeprefix("arn:aws:states:::").partition(".")
        pattern = f".{pattern}" if pattern else ""
        if not _SDK.fullmatch(resource) and pattern not in _OPTIMISED.get(service, set()):
            yield f"{placed.label}: AWS offers no {resource}"
        if machine.kind == "EXPRESS" and pattern:
            yield f"{placed.label}: an Express workflow cannot wait ({pattern})"
        if pattern.startswith(".sync") and _child(placed.state) == "EXPRESS":
            yield f"{placed.label}: {pattern} does not take an Express child"


def _child(state: State) -> str | None:
    arguments = state.get("Arguments")
    target = str(arguments.get("StateMachineArn", "")) if isinstance(arguments, Mapping) else ""
    words = re.findall(r"[A-Z][a-z]*", target)
    return KINDS.get("_".join(words).lower())


def time_is_limited(machine: Machine) -> Violations:
    """The whole machine has a time-out; an Express one ends within five minutes."""
    seconds = machine.document.get("TimeoutSeconds")
    if not isinstance(seconds, int) or seconds < 1:
        yield f"{machine.name}: has no TimeoutSeconds"
    elif machine.kind == "EXPRESS" and seconds > _LONGEST_EXPRESS:
        yield f"{machine.name}: an Express workflow lives {_LONGEST_EXPRESS} s, not {seconds}"


def errors_are_well_named(machine: Machine) -> Violations:
    """States.ALL stands alone, and last: what follows it would never be looked at."""
    for placed in machine.states():
        for field in ("Retry", "Catch"):
            rules: list[Mapping[str, Any]] = list(placed.state.get(field, ()))
            for number, rule in enumerate(rules, start=1):
                errors = rule.get("ErrorEquals") or []
                if not errors:
                    yield f"{placed.label}: {field} {number} names no error"
                if "States.ALL" in errors and (len(errors) > 1 or number < len(rules)):
                    yield f"{placed.label}: {field} {number} has States.ALL beside others or before the last"


def retries_are_legal(machine: Machine) -> Violations:
    """The figures of a Retry are within AWS's limits."""
    for placed in machine.states():
        for rule in placed.state.get("Retry", ()):
            interval, cap = rule.get("IntervalSeconds", 1), rule.get("MaxDelaySeconds", 31_622_399)
            sane = (
                isinstance(interval, int)
                and 1 <= interval < 99_999_999
                and interval < cap < 31_622_400
                and rule.get("BackoffRate", 2) >= 1
                and 0 <= rule.get("MaxAttempts", 3) < 99_999_999
                and rule.get("JitterStrategy", "NONE") in ("FULL", "NONE")
            )
            if not sane:
                yield f"{placed.label}: a Retry is out of bounds: {dict(rule)}"


def callbacks_pass_their_token(machine: Machine) -> Violations:
    """A task that waits for a token has to give it away; no other task has one."""
    for placed in machine.states():
        mentions = "$states.context.Task.Token" in str(placed.state.get("Arguments", ""))
        if is_callback(placed.state) and not mentions:
            yield f"{placed.label}: waits for a token that nobody gets"
        if mentions and not is_callback(placed.state):
            yield f"{placed.label}: has no token to give"


def branches_are_whole(machine: Machine) -> Violations:
    """Every branch is a machine of its own."""
    for placed in machine.states():
        for number, branch in enumerate(branches(placed.state), start=1):
            for field in {"StartAt", "States"} - branch.keys():
                yield f"{placed.label}[{number}]: has no {field}"
