"""What a JSONata expression reads: its variables, its functions and its paths into `$states`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import jsonata

_SKIPPED: Final = {"_outer_instance", "ancestor", "seeking_parent", "environment", "input"}
"""Attributes of a syntax node that lead back up, or nowhere."""


class NotAnExpression(ValueError):
    """JSONata cannot read it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Free names of one expression, without the dollar. `states` holds paths such as ("input", "order_id")."""

    variables: frozenset[str]
    functions: frozenset[str]
    states: frozenset[tuple[str, ...]]


def is_expression(text: str) -> bool:
    """Whether Step Functions evaluates the text. It must begin and end with the marks, blanks included."""
    return text.startswith("{%") and text.endswith("%}")


def read(text: str) -> Reading:
    """What `{% … %}` reads. Raises NotAnExpression."""
    try:
        tree = jsonata.Jsonata(text[2:-2].strip()).ast
    except jsonata.JException as error:
        raise NotAnExpression(f"{text}: {error}") from error
    nodes = list(_nodes(tree, set()))
    called = {id(node.procedure) for node in nodes if node.procedure is not None}
    bound = {name for node in nodes for name in _bound(node)}
    used = {
        str(node.value) for node in nodes if node.type == "variable" and node.value and id(node) not in called
    }
    functions = {str(node.procedure.value) for node in nodes if node.procedure is not None}
    paths = {tuple(_names(node)) for node in nodes if node.type == "path" and _begins_with_states(node)}
    return Reading(frozenset(used - bound - {"states"}), frozenset(functions - bound), frozenset(paths))


def _nodes(node: Any, seen: set[int]) -> Iterator[Any]:
    if isinstance(node, list | tuple):
        for one in node:
            yield from _nodes(one, seen)
    elif hasattr(node, "lbp") and id(node) not in seen:
        seen.add(id(node))
        yield node
        for name, value in vars(node).items():
            if name not in _SKIPPED:
                yield from _nodes(value, seen)


def _bound(node: Any) -> Iterator[str]:
    """Names that the expression itself gives a value: `$x := …` and a function's parameters."""
    if node.type == "bind":
        yield str(node.lhs.value)
    if node.type == "lambda":
        yield from (str(argument.value) for argument in node.arguments)


def _begins_with_states(node: Any) -> bool:
    return bool(node.steps) and node.steps[0].type == "variable" and node.steps[0].value == "states"


def _names(node: Any) -> Iterator[str]:
    for step in node.steps[1:]:
        if step.type != "name":
            return
        yield str(step.value)
