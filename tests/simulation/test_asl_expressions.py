"""The compiler of expressions says what jsonata-python says, or leaves it to jsonata-python."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulation.asl.expressions import Expression, expression
from tests.simulation.asl.failures import QUERY, StateFailed
from tests.simulation.asl.scopes import UNDEFINED, Scope, Unsure
from tests.simulation.asl.templates import template
from tests.simulation.asl_strategies import VARIABLES, expressions, scopes

MANY: Final = settings(deadline=None, suppress_health_check=list(HealthCheck))


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


TRICKY: Final[dict[str, list[Any]]] = {
    "[$a, 1]": [[2, 3], "x"],
    "[[1], $a]": [[2]],
    "$a[0]": [[2, 3], {"x": 1}],
    "$a[]": [1, [1]],
    "$a.x[]": [{"x": 1}, {"x": [1]}],
    "$a.x[0]": [{"x": [1, 2]}, [{"x": 1}]],
    "$a.x": [[{"x": 1}], [{"x": 1}, {"x": 2}], [], {"x": []}, {"x": [[1]]}, None],
    "$a{x: y}": [{"x": "k", "y": 1}],
    "$a^(x)": [[{"x": 2}, {"x": 1}]],
    "$a + 1": [2**53, 10**15 - 1, -(10**16), 0.5, True, None],
    "$a < 2": [2**53, 1.5, "1", None, True],
    "$a = 1": [1, 1.0, True, "1", None, [1]],
    "$a = true": [1, True, "true", None],
    "$a = null": [None, "", False, 0],
    "$a in ['1', 'x']": ["x", 1, ["x"], None],
    "$string($a)": [
        2**53,
        10**16,
        0.1,
        [1],
        {"b": 0.5},
        {"b": 10**16},
        {"b": None},
        None,
        True,
        "é",
        {"b": "é"},
    ],
    "$a & 'x'": [None, 1.0, [1], {}, True],
    "$a ? 1 : 2": [None, 0, "", "x", [], [0], {}, {"b": 1}],
    "$a and true": [None, 0, "x", [], [True]],
    "$merge($a)": [[], [{"x": 1}, {"x": None}], {"x": 1}, [1]],
    "$append($a, [1])": [[], [[1]], 1, {"x": 1}, None],
    "$lookup($a, 'x')": [{"x": None}, {}, [{"x": 1}], None, "x"],
    "{'k': $a, 'k': 1}": [1],
    "{$a: 1}": ["k", 1],
    "($a; 1)": [1],
    "$exists($a)": [None, [], ""],
}
"""Expressions with values at which JSONata and Python part ways."""


@pytest.mark.parametrize(
    ("text", "value"), [(text, value) for text, some in TRICKY.items() for value in some]
)
def test_where_jsonata_and_python_part_ways_jsonata_is_followed(text: str, value: Any) -> None:
    agree(Expression(text), holding(a=value))
    agree(Expression(text), holding())


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
