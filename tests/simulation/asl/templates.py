"""JSON with expressions in it, as Arguments, Assign and Output have it."""

from typing import Any

from tests.simulation.asl.expressions import expression
from tests.simulation.asl.scopes import Closure, Scope
from tests.workflows.expressions import is_expression


def template(value: Any) -> Closure:
    """A closure that makes the value anew, so that nobody who changes it changes the workflow.

    It raises StateFailed where one of the expressions fails or has no result.
    """
    if isinstance(value, str) and is_expression(value):
        return expression(value).value
    if isinstance(value, dict):
        return _object({key: template(one) for key, one in value.items()})
    if isinstance(value, list):
        return _array([template(one) for one in value])
    return lambda scope: value


def _object(parts: dict[str, Closure]) -> Closure:
    items = tuple(parts.items())

    def make(scope: Scope) -> dict[str, Any]:
        return {key: part(scope) for key, part in items}

    return make


def _array(parts: list[Closure]) -> Closure:
    return lambda scope: [part(scope) for part in parts]
