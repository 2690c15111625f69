"""JSONata's common expressions as Python closures, some fifty times as fast as jsonata-python.

A closure answers only where the rules are plain: texts, whole numbers, truth values and objects. Wherever
JSONata would map over an array, convert a type or refuse one, it raises Unsure and jsonata-python decides.
So the compiler can be slow by mistake, and `test_asl_expressions.py` holds that it is never wrong.
"""

from collections.abc import Callable
from typing import Any, Final

import jsonata

from tests.simulation.asl.functions import FUNCTIONS
from tests.simulation.asl.kinds import SIMPLE, text_of, truth, whole
from tests.simulation.asl.scopes import UNDEFINED, Closure, NotCompiled, Scope, Unsure

_PLAIN: Final = (
    "predicate", "stages", "group", "focus", "tuple", "keep_array", "keep_singleton_array", "consarray",
    "next_function", "seeking_parent", "ancestor",
)  # fmt: skip
"""Marks on a syntax node that change what it means. A node that has one is not compiled."""


def compiled(node: Any) -> Closure:
    """The closure of a syntax tree. Raises NotCompiled."""
    if any(getattr(node, mark, None) for mark in _PLAIN):
        raise NotCompiled
    make = _MAKERS.get(node.type)
    if make is None:
        raise NotCompiled
    return make(node)


def _literal(node: Any) -> Closure:
    value = node.value
    return lambda scope: value


def _variable(node: Any) -> Closure:
    name = str(node.value)
    if name == "states":
        return lambda scope: scope.states
    if not name or name == "$":
        raise NotCompiled
    if jsonata.Jsonata.static_frame.lookup(name) is not None:
        return _variable_or_function(name)
    return lambda scope: scope.variables.get(name, UNDEFINED)


def _variable_or_function(name: str) -> Closure:
    """A variable with the name of a function of JSONata: where it is not assigned, the function stands there."""

    def found(scope: Scope) -> Any:
        if name not in scope.variables:
            raise Unsure
        return scope.variables[name]

    return found


def _path(node: Any) -> Closure:
    first, *rest = node.steps
    begin = compiled(first)
    if any(step.type != "name" or any(getattr(step, mark, None) for mark in _PLAIN) for step in rest):
        raise NotCompiled
    names = tuple(str(step.value) for step in rest)

    def walk(scope: Scope) -> Any:
        value = begin(scope)
        for name in names:
            if type(value) is dict:
                value = value.get(name, UNDEFINED)
            elif type(value) is list:
                raise Unsure
            else:
                return UNDEFINED
        return value

    return walk


def _binary(node: Any) -> Closure:
    operator = str(node.value)
    if operator == "in":
        return _member(node)
    make = _OPERATORS.get(operator)
    if make is None:
        raise NotCompiled
    return make(compiled(node.lhs), compiled(node.rhs))


def _equal(left: Closure, right: Closure) -> Closure:
    def equal(scope: Scope) -> bool:
        one, other = left(scope), right(scope)
        if isinstance(one, SIMPLE) and isinstance(other, SIMPLE):
            return bool(one == other)
        return whole(one) == whole(other)

    return equal


def _less(left: Closure, right: Closure) -> Closure:
    return lambda scope: whole(left(scope)) < whole(right(scope))


def _plus(left: Closure, right: Closure) -> Closure:
    return lambda scope: whole(left(scope)) + whole(right(scope))


def _joined(left: Closure, right: Closure) -> Closure:
    return lambda scope: text_of(left(scope), missing="") + text_of(right(scope), missing="")


def _both(left: Closure, right: Closure) -> Closure:
    return lambda scope: truth(left(scope)) and truth(right(scope))


def _either(left: Closure, right: Closure) -> Closure:
    return lambda scope: truth(left(scope)) or truth(right(scope))


def _member(node: Any) -> Closure:
    """`$x in ['A', 'B']`, for texts that are written out."""
    one = compiled(node.lhs)
    items = getattr(node.rhs, "expressions", None) or ()
    if not items or any(item.type != "string" for item in items):
        raise NotCompiled
    known = frozenset(str(item.value) for item in items)

    def member(scope: Scope) -> bool:
        value = one(scope)
        if type(value) is not str:
            raise Unsure
        return value in known

    return member


def _condition(node: Any) -> Closure:
    asked, then = compiled(node.condition), compiled(node.then)
    otherwise = _nothing if node._else is None else compiled(node._else)
    return lambda scope: then(scope) if truth(asked(scope)) else otherwise(scope)


def _nothing(scope: Scope) -> Any:
    return UNDEFINED


def _constructor(node: Any) -> Closure:
    if str(node.value) == "{":
        return _object(node)
    if str(node.value) == "[":
        return _array(node)
    raise NotCompiled


def _object(node: Any) -> Closure:
    pairs = [(key, compiled(value)) for key, value in node.lhs_object]
    if any(key.type != "string" for key, _ in pairs):
        raise NotCompiled
    fields = tuple((str(key.value), value) for key, value in pairs)
    if len(dict(fields)) < len(fields):
        raise NotCompiled
    return lambda scope: {key: found for key, value in fields if (found := value(scope)) is not UNDEFINED}


def _array(node: Any) -> Closure:
    """Arrays inside an array are flattened unless they are written out; neither is compiled."""
    items = tuple(compiled(item) for item in node.expressions)

    def array(scope: Scope) -> list[Any]:
        values = [value for item in items if (value := item(scope)) is not UNDEFINED]
        if any(type(value) is list for value in values):
            raise Unsure
        return values

    return array


def _function(node: Any) -> Closure:
    known = FUNCTIONS.get(str(node.procedure.value)) if node.procedure.type == "variable" else None
    if known is None or len(node.arguments) != known.takes:
        raise NotCompiled
    return known.make(*(compiled(argument) for argument in node.arguments))


def _block(node: Any) -> Closure:
    """Parentheses around one expression."""
    if len(node.expressions) != 1:
        raise NotCompiled
    return compiled(node.expressions[0])


_MAKERS: Final[dict[str, Callable[[Any], Closure]]] = {
    "string": _literal,
    "number": _literal,
    "value": _literal,
    "variable": _variable,
    "path": _path,
    "binary": _binary,
    "condition": _condition,
    "unary": _constructor,
    "function": _function,
    "block": _block,
}
_OPERATORS: Final[dict[str, Callable[[Closure, Closure], Closure]]] = {
    "=": _equal,
    "<": _less,
    "+": _plus,
    "&": _joined,
    "and": _both,
    "or": _either,
}
