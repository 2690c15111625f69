"""What AWS asks of a workflow's data: expressions that can be read, variables that exist when they are read."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.workflows.expressions import NotAnExpression, Reading, is_expression, read
from tests.workflows.machines import Level, Machine, Placed, State, Violations, branches

_JSONATA: Final = (
    "abs append assert average base64decode base64encode boolean ceil contains count decodeUrl "
    "decodeUrlComponent distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase "
    "formatInteger formatNumber fromMillis join keys length lookup lowercase map match max merge millis min "
    "not now number pad parseInteger power random reduce replace reverse round shuffle sift single sort split "
    "spread sqrt string substring substringAfter substringBefore sum toMillis trim type uppercase zip"
)
_STEP_FUNCTIONS: Final = "parse partition range hash uuid"
"""What Step Functions adds. It takes `$eval` away."""
_FUNCTIONS: Final = frozenset((*_JSONATA.split(), *_STEP_FUNCTIONS.split()))
_READABLE: Final[Mapping[str, set[str]]] = {
    "Arguments": {"input", "context"},
    "Output": {"input", "context", "result"},
    "Assign": {"input", "context", "result"},
    "Condition": {"input", "context"},
    "Caught": {"input", "context", "errorOutput"},
}
"""Where an expression stands -> the parts of `$states` it may read there."""
_CALLING: Final = ("Task", "Parallel", "Map")
_EVERYTHING: Final = frozenset({"*"})


def expressions_are_readable(machine: Machine) -> Violations:
    """Every expression parses and calls functions that Step Functions has."""
    for placed in machine.states():
        for text in texts(_without_branches(placed.state)):
            if "{%" not in text and "%}" not in text:
                continue
            if not is_expression(text):
                yield f"{placed.label}: text around an expression is no expression: {text}"
                continue
            try:
                unknown = read(text).functions - _FUNCTIONS
            except NotAnExpression as error:
                yield f"{placed.label}: {error}"
                continue
            for name in sorted(unknown):
                yield f"{placed.label}: there is no function ${name}"


def states_are_read_where_they_are(machine: Machine) -> Violations:
    """`$states` has a result after a call and an error in a Catch. Branches of the local engine share one context."""
    for placed in machine.states():
        for where, reading in _readings(placed.state):
            allowed = _READABLE[where] - (set() if placed.state.get("Type") in _CALLING else {"result"})
            for path in sorted(reading.states):
                if not path or path[0] not in allowed:
                    yield f"{placed.label}: no $states.{'.'.join(path)} in {where}"
                if placed.level.within_branch and path[:2] in (("context", "State"), ("context", "Task")):
                    yield f"{placed.label}: $states.{'.'.join(path)} within a branch"


def variables_are_assigned_first(machine: Machine) -> Violations:
    """A variable is read only where every way that leads there has assigned it."""
    yield from _unassigned(machine.name, machine.document, frozenset())


def branches_keep_to_their_variables(machine: Machine) -> Violations:
    """A branch may read what is outside and never assign it."""
    outside = {name for placed in machine.states() if not placed.level.within_branch for name in _own(placed)}
    for placed in machine.states():
        if placed.level.within_branch:
            for name in sorted(_own(placed) & outside):
                yield f"{placed.label}: assigns ${name}, which belongs outside"


def variables_have_names_of_their_own(machine: Machine) -> Violations:
    """`$states` is taken."""
    for placed in machine.states():
        if "states" in _own(placed):
            yield f"{placed.label}: assigns $states"


def _own(placed: Placed) -> set[str]:
    rules = (*placed.state.get("Choices", ()), *placed.state.get("Catch", ()))
    return {name for part in (placed.state, *rules) for name in part.get("Assign", {})}


def _unassigned(label: str, document: Mapping[str, Any], given: frozenset[str]) -> Violations:
    level = Level(label, str(document.get("StartAt", "")), document.get("States", {}), within_branch=False)
    known = _assigned_on_entry(level, given)
    for name, state in level.states.items():
        if known[name] >= _EVERYTHING:
            continue  # never reached; another rule says so
        for _, reading in _readings(state):
            for variable in sorted(reading.variables - known[name]):
                yield f"{label}.{name}: ${variable} may not be assigned here"
        for number, branch in enumerate(branches(state), start=1):
            yield from _unassigned(f"{label}.{name}[{number}]", branch, known[name])


def _assigned_on_entry(level: Level, given: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """State -> what all ways to it have assigned. Begins with everything and takes away until nothing changes."""
    known = dict.fromkeys(level.states, _EVERYTHING)
    pending = {level.start: given} if level.start in known else {}
    while pending:
        name, arriving = pending.popitem()
        before = known[name]
        known[name] = arriving if before >= _EVERYTHING else before & arriving
        if known[name] == before:
            continue
        for edge in level.edges():
            if edge.source == name and edge.target in known:
                leaving = known[name] | edge.assigns
                known_there = pending.get(edge.target, leaving)
                pending[edge.target] = known_there & leaving
    return known


def _readings(state: State) -> Iterator[tuple[str, Reading]]:
    """Every readable expression of a state, with the place whose rules hold for it."""
    for where, part in _places(state):
        for text in texts(part):
            if is_expression(text):
                try:
                    yield where, read(text)
                except NotAnExpression:
                    continue  # another rule says so


def _places(state: State) -> Iterator[tuple[str, Any]]:
    for name, value in state.items():
        if name in ("Output", "Assign"):
            yield name, value
        elif name == "Catch":
            yield "Caught", [[rule.get("Assign"), rule.get("Output")] for rule in value]
        elif name == "Choices":
            yield "Condition", value
        elif name not in ("Branches", "ItemProcessor", "Retry"):
            yield "Arguments", value


def _without_branches(state: State) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name not in ("Branches", "ItemProcessor")}


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
