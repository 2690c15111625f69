"""The compiler of expressions says what jsonata-python says, or leaves it to jsonata-python."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulation.asl.expressions import Expression, expression
from tests.simulation.asl.failures import QUERY, StateFailed
from tests.simulation.asl.scopes import UNDEFINED, Scope, Unsure
from tests.simulation.asl.templates import template
from tests.workflows.expressions import is_expression, read
from tests.workflows.machines import KINDS, machine

MANY: Final = settings(deadline=None, suppress_health_check=list(HealthCheck))


@cache
def expressions() -> list[str]:
    """Every expression of the workflow files, marks included."""
    found = (text for name in KINDS for text in texts(machine(name).document))
    return sorted({text for text in found if is_expression(text)})


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one)


PARSED: Final = ["null", "{", '{"decision": "CONFIRMED"}', "[1, [2]]", '"é"']
VARIABLES: Final = sorted(frozenset[str]().union(*(read(text).variables for text in expressions())))


def keys(path: str) -> list[str]:
    """What the expressions read of `$x` or of `$states.x`."""
    pattern = re.compile(re.escape(path) + r"\.(\w+)")
    return sorted({word for text in expressions() for word in pattern.findall(text)})


leaves = (
    st.none()
    | st.booleans()
    | st.integers(-3, 10**16)
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
    | st.sampled_from([*PARSED, ""])
    | st.text(max_size=3)
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=5,
)
pairs = st.lists(st.lists(st.text(max_size=2), min_size=2, max_size=2), max_size=2)


@cache
def near(path: str) -> st.SearchStrategy[Any]:
    """Texts of the expressions that read `$x.y`; where there is none, numbers and lists."""
    found = re.compile(re.escape(path) + r"\b")
    words = {word for text in expressions() if found.search(text) for word in re.findall(r"'([^']*)'", text)}
    return st.sampled_from(sorted(words)) if words else st.integers(0, 4) | pairs


@st.composite
def likely(draw: st.DrawFn, path: str) -> Any:
    """Something that fits, three times of four."""
    return draw(near(path) if draw(st.integers(0, 3)) else values)


@st.composite
def bound(draw: st.DrawFn, path: str) -> Any:
    """Mostly an object with most of what is read of it; now and then a list of such, or something else."""
    fields = [*keys(path), "tax", "screening"] if keys(path) else []
    if not fields or not draw(st.integers(0, 9)):
        return draw(likely(path))
    made = {key: draw(likely(f"{path}.{key}")) for key in fields if draw(st.integers(0, 5))}
    return made if draw(st.integers(0, 3)) else [made, {"screening": draw(values)}]


BOUND: Final = {name: bound(f"${name}") for name in VARIABLES}
PARTS: Final = {part: bound(f"$states.{part}") for part in ("input", "result", "errorOutput")}
CONTEXTS: Final = st.fixed_dictionaries(
    {"State": st.fixed_dictionaries({"Name": st.just("S"), "RetryCount": st.integers(0, 9)})},
    optional={"Task": st.fixed_dictionaries({"Token": st.text(max_size=3)})},
)


@st.composite
def scopes(draw: st.DrawFn, names: Sequence[str]) -> Scope:
    """Scopes in which any variable and any part of `$states` may be missing, or of the wrong type."""
    variables = {name: draw(BOUND[name]) for name in names if draw(st.integers(0, 6))}
    parts = {name: draw(part) for name, part in PARTS.items() if draw(st.integers(0, 6))}
    return Scope(variables, {**parts, "context": draw(CONTEXTS)})


def outcome(evaluate: Callable[[Scope], Any], scope: Scope) -> str:
    """What comes out, types and order included."""
    try:
        value = evaluate(scope)
    except StateFailed as failure:
        return failure.error
    return "undefined" if value is UNDEFINED else json.dumps(value)


def agree(one: Expression, scope: Scope) -> None:
    try:
        found = outcome(one.by_closure, scope)
    except Unsure:
        return
    assert found == outcome(one.by_jsonata, scope), (one.text, scope.variables, scope.states)


def holding(**variables: Any) -> Scope:
    return Scope(variables, {"input": {}})


@pytest.mark.parametrize("text", expressions())
def test_every_expression_of_the_workflows_is_compiled(text: str) -> None:
    assert expression(text).compiled


@settings(MANY, max_examples=200)
@given(scope=scopes(VARIABLES))
def test_the_compiler_agrees_with_jsonata_on_every_expression_of_the_workflows(scope: Scope) -> None:
    for text in expressions():
        agree(expression(text), scope)


NAMES: Final = ("sourcing", "round", "assessed", "exclusions")
CONSTANTS: Final = ("'x'", "''", "1", "0", "true", "null")
atoms = st.sampled_from(
    [
        *(f"${name}" for name in NAMES),
        "$sourcing.outcome",
        "$assessed.plan.x",
        "$states.input.run",
        *CONSTANTS,
    ]
)


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operator = st.sampled_from(["=", "<", "+", "&", "and", "or"])
    return st.one_of(
        st.builds(lambda one, sign, other: f"({one} {sign} {other})", inner, operator, inner),
        st.builds(lambda one: f"({one} in ['x', 'SUCCEEDED'])", inner),
        st.builds(lambda one, then, other: f"({one} ? {then} : {other})", inner, inner, inner),
        st.builds(lambda one, then: f"({one} ? {then})", inner, inner),
        st.builds(lambda name, one: f"${name}({one})", st.sampled_from(["string", "exists", "parse"]), inner),
        st.builds(lambda name, one, other: f"${name}({one}, {other})", st.just("append"), inner, inner),
        st.builds(lambda one, other: f"$lookup({{'x': {one}}}, {other})", inner, inner),
        st.builds(lambda one, other: f"$merge([{{'a': {one}}}, {other}])", inner, inner),
        st.builds(lambda one, other: f"{{'a': {one}, 'outcome': {other}}}", inner, inner),
        st.builds(lambda one, other: f"[{one}, {other}]", inner, inner),
    )


@settings(MANY, max_examples=400)
@given(text=st.recursive(atoms, larger, max_leaves=6), scope=scopes(NAMES))
def test_the_compiler_agrees_with_jsonata_on_any_expression_of_the_subset(text: str, scope: Scope) -> None:
    agree(Expression(text), scope)


def test_a_null_is_a_value_and_a_missing_one_is_an_error() -> None:
    assert expression("{% $a %}").value(holding(a=None)) is None
    assert expression("{% $a.b %}").value(holding(a={"b": None})) is None
    for text in ("{% $a %}", "{% $a.b %}", "{% $states.result %}"):
        with pytest.raises(StateFailed) as failed:
            expression(text).value(holding())
        assert failed.value.error == QUERY


def test_what_the_compiler_is_not_sure_about_is_left_to_jsonata() -> None:
    scope = holding(boxes=[{"at": "LON"}, {"at": "LEEDS"}])
    mapped = Expression("$boxes.at")
    with pytest.raises(Unsure):
        mapped.by_closure(scope)
    assert mapped.value(scope) == ["LON", "LEEDS"]


def test_what_the_compiler_does_not_know_is_left_to_jsonata() -> None:
    counted = Expression("$count($boxes[at = 'LON'])")
    assert not counted.compiled
    assert counted.value(holding(boxes=[{"at": "LON"}, {"at": "LEEDS"}])) == 1


def test_jsonata_leaves_the_values_of_the_workflow_as_they_are() -> None:
    boxes = [{"at": None}]
    assert Expression("$merge($boxes[0])").value(holding(boxes=boxes)) == {"at": None}
    assert boxes == [{"at": None}]


@pytest.mark.parametrize("text", ["$a + 1", "$parse($a)", "$a < 1", "$sum($a)"])
def test_a_wrong_type_is_an_error_of_the_query(text: str) -> None:
    with pytest.raises(StateFailed) as failed:
        Expression(text).value(holding(a="no number, and no JSON"))
    assert failed.value.error == QUERY


def test_json_is_parsed_null_included() -> None:
    assert Expression("$parse($a)").value(holding(a='{"b": [1, null]}')) == {"b": [1, None]}
    assert Expression("$parse($a)").value(holding(a="null")) is None
    assert Expression("$count($parse($a))").value(holding(a="[1, 2]")) == 2


def test_an_expression_is_read_once() -> None:
    assert expression("{% $a %}") is expression("{% $a %}")


def test_text_that_is_no_expression_stands_for_itself() -> None:
    made = template({"a": "{% $a %}", "b": ["$a", 1, None]})
    assert made(holding(a=2)) == {"a": 2, "b": ["$a", 1, None]}


def test_every_evaluation_makes_new_containers() -> None:
    made = template({"exclusions": []})
    made(holding())["exclusions"].append("changed")
    assert made(holding()) == {"exclusions": []}
