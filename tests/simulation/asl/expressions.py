"""`{% … %}`: read once, then evaluated by the compiler's closure, or by jsonata-python where that is unsure."""

from functools import cache
from typing import Any, Final

import jsonata
from jsonata.utils import Utils

from tests.simulation.asl.compiler import compiled
from tests.simulation.asl.failures import QUERY, StateFailed
from tests.simulation.asl.functions import parse
from tests.simulation.asl.scopes import UNDEFINED, Closure, NotCompiled, Scope, Unsure


class Expression:
    """One expression, without its marks. Raises jsonata.JException where it cannot be read."""

    __slots__ = ("_closure", "_parsed", "compiled", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._parsed = jsonata.Jsonata(text)
        self._parsed.set_output_convert_nulls(False)
        self._parsed.register_lambda("parse", _parse)
        self.compiled = True
        try:
            self._closure: Closure = compiled(self._parsed.ast)
        except NotCompiled:
            self.compiled = False
            self._closure = self.by_jsonata

    def value(self, scope: Scope) -> Any:
        """Never UNDEFINED. Raises StateFailed (States.QueryEvaluationError), as AWS does for an undefined result."""
        try:
            value = self._closure(scope)
        except Unsure:
            value = self.by_jsonata(scope)
        if value is UNDEFINED:
            raise StateFailed(QUERY, f"the expression has no result: {self.text}")
        return value

    def by_jsonata(self, scope: Scope) -> Any:
        """The value as jsonata-python finds it, UNDEFINED included. Raises StateFailed."""
        bindings = {name: _bound(value) for name, value in scope.variables.items()}
        try:
            value = self._parsed.evaluate(None, {**bindings, "states": scope.states})
        except StateFailed:
            raise
        except Exception as error:  # it raises whatever Python raises, beside its own
            code = getattr(error, "error", None)
            raise StateFailed(QUERY, f"{code}: {error}" if code else str(error)) from error
        return UNDEFINED if value is None else _json(value, self.text)

    def by_closure(self, scope: Scope) -> Any:
        """The value as the compiler finds it, UNDEFINED included. Raises Unsure, StateFailed."""
        return self._closure(scope)


@cache
def expression(text: str) -> Expression:
    """The expression between the marks of `{% … %}`."""
    return Expression(text[2:-2].strip())


_NULL: Final = Utils.NULL_VALUE
"""How jsonata-python writes null where None means undefined."""


def _bound(value: Any) -> Any:
    return _NULL if value is None else value


def _parse(text: Any = None) -> Any:
    if not isinstance(text, str):
        raise StateFailed(QUERY, "$parse takes a text")
    return _bound(parse(text))


def _json(value: Any, text: str) -> Any:
    """A value of jsonata-python as plain JSON. The parts are copied, for they may be those of the workflow."""
    if value is _NULL:
        return None
    if isinstance(value, dict):
        return {key: _json(one, text) for key, one in value.items()}
    if isinstance(value, list):
        return [_json(one, text) for one in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise StateFailed(QUERY, f"the result is no JSON: {text}")
