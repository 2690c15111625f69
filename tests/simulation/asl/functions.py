"""Functions of JSONata that the compiler knows. Each is sure of few types and leaves the others to jsonata-python."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.asl.failures import QUERY, StateFailed
from tests.simulation.asl.kinds import text_of
from tests.simulation.asl.scopes import UNDEFINED, Closure, Scope, Unsure


@dataclass(frozen=True, slots=True)
class Function:
    """`takes` so many arguments; `make` turns their closures into that of the call."""

    takes: int
    make: Callable[..., Closure]


def parse(text: str) -> Any:
    """`$parse`, which Step Functions adds to JSONata. Raises StateFailed where the text is not JSON."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise StateFailed(QUERY, f"$parse: {error}") from None


def _string(one: Closure) -> Closure:
    return lambda scope: text_of(one(scope), missing=UNDEFINED)


def _exists(one: Closure) -> Closure:
    return lambda scope: one(scope) is not UNDEFINED


def _parse(one: Closure) -> Closure:
    def parsed(scope: Scope) -> Any:
        text = one(scope)
        if type(text) is not str:
            raise Unsure
        return parse(text)

    return parsed


def _lookup(where: Closure, key: Closure) -> Closure:
    def found(scope: Scope) -> Any:
        place, name = where(scope), key(scope)
        if type(place) is not dict or type(name) is not str:
            raise Unsure
        return place.get(name, UNDEFINED)

    return found


def _append(first: Closure, second: Closure) -> Closure:
    def appended(scope: Scope) -> list[Any]:
        one, other = first(scope), second(scope)
        if type(one) is not list or type(other) is not list:
            raise Unsure
        return [*one, *other]

    return appended


def _merge(one: Closure) -> Closure:
    def merged(scope: Scope) -> dict[str, Any]:
        parts = one(scope)
        if type(parts) is not list:
            raise Unsure
        whole: dict[str, Any] = {}
        for part in parts:
            if type(part) is not dict:
                raise Unsure
            whole.update(part)
        return whole

    return merged


FUNCTIONS: Final = {
    "string": Function(1, _string),
    "exists": Function(1, _exists),
    "parse": Function(1, _parse),
    "lookup": Function(2, _lookup),
    "append": Function(2, _append),
    "merge": Function(1, _merge),
}
