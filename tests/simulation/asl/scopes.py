"""What an expression reads, and how a missing value differs from null."""

from collections.abc import Callable
from typing import Any, Final


class Undefined:
    """JSONata's nothing. Null is None."""

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED: Final = Undefined()


class Scope:
    """Variables by name, and `$states` with what it has at this point: input, context, result, errorOutput."""

    __slots__ = ("states", "variables")

    def __init__(self, variables: dict[str, Any], states: dict[str, Any]) -> None:
        self.variables = variables
        self.states = states


Closure = Callable[[Scope], Any]
"""A value in a scope, UNDEFINED included."""


class Unsure(Exception):
    """A closure has met values for which JSONata's own rules are needed."""


class NotCompiled(Exception):
    """An expression is outside the subset that the compiler knows."""
