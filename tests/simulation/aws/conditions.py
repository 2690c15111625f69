"""Conditions: AND, OR, parentheses, comparisons with a value, attribute_exists, attribute_not_exists, size."""

from collections.abc import Callable
from typing import Final

from tests.simulation.aws.grammar import Names, Operand, Values, Words, reading
from tests.simulation.aws.refusals import Unsupported
from tests.simulation.aws.values import Item, Value, comparison

Condition = Callable[[Item, Names, Values], bool]
"""Whether an item (empty where there is none) meets a request's condition."""

_SIGNS: Final = ("=", "<>", "<", "<=", ">", ">=")


def condition(words: Words, ordered: set[str]) -> Condition:
    """Parse a condition. Adds to `ordered` the values that something is to be less or more than."""
    return _either(words, ordered)


def _either(words: Words, ordered: set[str]) -> Condition:
    holds = _both(words, ordered)
    while words.skip("OR"):
        holds = _or(holds, _both(words, ordered))
    return holds


def _both(words: Words, ordered: set[str]) -> Condition:
    holds = _single(words, ordered)
    while words.skip("AND"):
        holds = _and(holds, _single(words, ordered))
    return holds


def _single(words: Words, ordered: set[str]) -> Condition:
    if words.skip("("):
        holds = _either(words, ordered)
        words.take(")")
        return holds
    match words.peek():
        case "attribute_exists":
            found = reading(_argument(words))
            return lambda item, names, values: found(item, names, values) is not None
        case "attribute_not_exists":
            found = reading(_argument(words))
            return lambda item, names, values: found(item, names, values) is None
        case "size":
            return _compared(_size(reading(_argument(words))), words, ordered)
    return _compared(reading(words.attribute()), words, ordered)


def _argument(words: Words) -> str:
    words.take()
    words.take("(")
    attribute = words.attribute()
    words.take(")")
    return attribute


def _compared(operand: Operand, words: Words, ordered: set[str]) -> Condition:
    sign = words.take(*_SIGNS)
    value = words.value()
    if sign not in ("=", "<>"):
        ordered.add(value)
    compare = comparison(sign)
    return lambda item, names, values: compare(operand(item, names, values), values[value])


def _size(operand: Operand) -> Operand:
    def size(item: Item, names: Names, values: Values) -> Value | None:
        value = operand(item, names, values)
        if value is None:
            return None
        ((kind, content),) = value.items()
        if kind == "S":
            return {"N": str(len(content.encode("utf-16-le")) // 2)}
        if kind in ("B", "L", "M"):
            return {"N": str(len(content))}
        raise Unsupported(f"size of a value of type {kind}")

    return size


def _or(left: Condition, right: Condition) -> Condition:
    return lambda item, names, values: left(item, names, values) or right(item, names, values)


def _and(left: Condition, right: Condition) -> Condition:
    return lambda item, names, values: left(item, names, values) and right(item, names, values)
