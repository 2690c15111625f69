"""A write's expressions, compiled once, and the placeholders of each request held against them."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final, NamedTuple

from tests.simulation.aws.conditions import Condition, condition
from tests.simulation.aws.grammar import Names, Values, Words
from tests.simulation.aws.refusals import Refusal
from tests.simulation.aws.updates import Update, update
from tests.simulation.aws.values import measured, normalised

_NOTHING: Final[Mapping[str, str]] = {}
_ORDERED: Final = ("S", "N", "B")


class Used(NamedTuple):
    """The placeholders in one expression."""

    slot: str
    names: frozenset[str]
    values: frozenset[str]


def used(words: Words) -> Used:
    """The placeholders met while an expression was parsed."""
    return Used(words.slot, frozenset(words.names), frozenset(words.values))


class Placeholders:
    """The placeholders of a request's expressions."""

    def __init__(self, expressions: Iterable[Used]) -> None:
        self._expressions = tuple(expressions)
        self._names = frozenset().union(*(each.names for each in self._expressions))
        self._values = frozenset().union(*(each.values for each in self._expressions))

    def bound(self, names: Names | None, values: Values | None) -> tuple[Names, Values]:
        """The request's names and values. Raises Refusal where one is missing, unused, or no value at all."""
        if names == {} or values == {}:
            raise Refusal(f"ExpressionAttribute{'Names' if names == {} else 'Values'} must not be empty")
        names, values = names or _NOTHING, values or {}
        if names.keys() != self._names or values.keys() != self._values:
            self._refuse(names, values)
        notes: list[str] = []
        measured(values.values(), notes)
        return names, {word: normalised(value) for word, value in values.items()} if "N" in notes else values

    def _refuse(self, names: Names, values: Values) -> None:
        for kind, given, wanted in (("Values", values, self._values), ("Names", names, self._names)):
            if unused := sorted(given.keys() - wanted):
                raise Refusal(
                    f"Value provided in ExpressionAttribute{kind} unused in expressions: keys: {{{', '.join(unused)}}}"
                )
        for slot, its_names, its_values in self._expressions:
            refusal = f"Invalid {slot}: An expression attribute"
            for value in sorted(its_values - values.keys()):
                raise Refusal(f"{refusal} value used in expression is not defined; attribute value: {value}")
            for name in sorted(its_names - names.keys()):
                raise Refusal(
                    f"{refusal} name used in the document path is not defined; attribute name: {name}"
                )


class Statement(NamedTuple):
    """The condition and the update of a write; None where it has none."""

    condition: Condition | None
    update: Update | None
    placeholders: Placeholders
    ordered: Iterable[str]
    """Placeholders of the values that something is to be less or more than."""

    def bound(self, names: Names | None, values: Values | None) -> tuple[Names, Values]:
        """As Placeholders does it. Raises Refusal also where a value has no order and needs one."""
        bound = self.placeholders.bound(names, values)
        for word in self.ordered:
            (kind,) = bound[1][word]
            if kind not in _ORDERED:
                raise Refusal(
                    "Invalid ConditionExpression: Incorrect operand type for operator or function; "
                    f"operator or function: comparison, operand type: {kind}"
                )
        return bound


@cache
def statement(condition_text: str | None, update_text: str | None) -> Statement:
    """Compile the expressions of a write. Raises Refusal, or Unsupported for what the simulation does not know."""
    expressions: list[Used] = []
    holds = change = None
    ordered: set[str] = set()
    if condition_text is not None:
        words = Words(condition_text, "ConditionExpression")
        holds = condition(words, ordered)
        words.end()
        expressions.append(used(words))
    if update_text is not None:
        words = Words(update_text, "UpdateExpression")
        change = update(words)
        words.end()
        expressions.append(used(words))
    return Statement(holds, change, Placeholders(expressions), sorted(ordered))
