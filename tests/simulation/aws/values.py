"""Typed values as DynamoDB takes, measures and compares them. Sets are left out: Holdfast stores none."""

import operator
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from decimal import Context, Decimal
from typing import Any, Final

from tests.simulation.aws.refusals import Refusal, Unsupported

Value = Mapping[str, Any]
Item = dict[str, Any]
"""Attribute -> typed value. Requests, answers and tables share values, so nobody may change one in place."""

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_EXACT: Final = Context(prec=200)
_MOST_DIGITS: Final = 38
_MOST_KNOWN: Final = 65_536
_EXPONENTS: Final = range(-130, 126)
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class _Sizes(dict[str, int]):
    """Bytes by number as DynamoDB writes it; 0 for one that is written otherwise."""

    def __missing__(self, text: str) -> int:
        written, size = _number(text)
        if written != text:
            return 0
        if len(self) > _MOST_KNOWN:
            self.clear()
        self[text] = size
        return size


_SIZES: Final = _Sizes()


def measured(values: Iterable[Value], notes: list[str]) -> int:
    """Bytes of values, as the size of their item counts them. Raises Refusal for one that DynamoDB would not take.

    Notes "B" for each binary inside, and "N" for each number that is not written as DynamoDB writes it.
    """
    size = 0
    for value in values:
        ((kind, content),) = value.items()
        if kind == "S":
            size += len(content) if content.isascii() else len(content.encode())
        elif kind == "N":
            size += _SIZES[content] or _strange_number(content, notes)
        elif kind == "L":
            size += 3 + len(content) + measured(content, notes)
        elif kind == "M":
            size += 3 + len(content) + text_bytes(content) + measured(content.values(), notes)
        else:
            size += _rare(kind, content, notes)
    return size


def text_bytes(texts: Iterable[str]) -> int:
    """Bytes of all of them together."""
    return len("".join(texts).encode())


def _strange_number(text: str, notes: list[str]) -> int:
    notes.append("N")
    return _number(text)[1]


def _rare(kind: str, content: Any, notes: list[str]) -> int:
    if kind == "B" and isinstance(content, bytes):
        notes.append(kind)
        return len(content)
    if (kind == "BOOL" and isinstance(content, bool)) or (kind == "NULL" and content is True):
        return 1
    raise Unsupported(f"a value of type {kind} that holds a {type(content).__name__}")


def _number(text: str) -> tuple[str, int]:
    """The number as DynamoDB writes it, and its bytes: one for two digits about the point, and one or two more."""
    if not _NUMBER.fullmatch(text):
        raise Refusal(f"The parameter cannot be converted to a numeric value: {text}")
    sign, digits, exponent = Decimal(text).normalize(_EXACT).as_tuple()
    assert isinstance(exponent, int)
    if digits == (0,):
        return "0", 1
    if len(digits) > _MOST_DIGITS:
        raise Refusal("Attempting to store more than 38 significant digits in a Number")
    if exponent + len(digits) - 1 not in _EXPONENTS:
        raise Refusal("Number overflow. Attempting to store a number with magnitude out of supported range")
    pairs = (len(digits) + exponent % 2 + 1) // 2
    return f"{Decimal((sign, digits, exponent)):f}", 1 + pairs + sign


def normalised(value: Value) -> Value:
    """The value with its numbers as DynamoDB writes them."""
    ((kind, content),) = value.items()
    if kind == "N":
        return {"N": _number(content)[0]}
    if kind == "L":
        return {"L": [normalised(one) for one in content]}
    if kind == "M":
        return {"M": {name: normalised(one) for name, one in content.items()}}
    return value


def for_lambda(value: Value) -> Value:
    """The value as a stream's mapping hands it to a function: binary is base-64 text."""
    ((kind, content),) = value.items()
    if kind == "B":
        return {"B": b64encode(content).decode()}
    if kind == "L":
        return {"L": [for_lambda(one) for one in content]}
    if kind == "M":
        return {"M": {name: for_lambda(one) for name, one in content.items()}}
    return value


def comparison(sign: str) -> Callable[[Value | None, Value], bool]:
    """Whether an attribute (None: the item has none) stands so to a value. Types that differ have no order."""
    if sign == "=":
        return operator.eq
    if sign == "<>":
        return operator.ne
    compare = _COMPARE[sign]

    def holds(mine: Value | None, other: Value) -> bool:
        if mine is None or mine.keys() != other.keys():
            return False
        ((kind, left),) = mine.items()
        right = other[kind]
        return compare(amount(left), amount(right)) if kind == "N" else compare(left, right)

    return holds


def amount(text: str) -> int | Decimal:
    """A stored number."""
    try:
        return int(text)
    except ValueError:
        return Decimal(text)


def total(left: str, sign: str, right: str) -> str:
    """The sum or difference of two stored numbers, written as DynamoDB writes it. Raises Refusal beyond its range."""
    mine, other = amount(left), amount(right)
    if isinstance(mine, int) and isinstance(other, int):
        text = str(mine + other if sign == "+" else mine - other)
        return text if len(text) <= _MOST_DIGITS else _number(text)[0]
    exact = (_EXACT.add if sign == "+" else _EXACT.subtract)(Decimal(mine), Decimal(other))
    return _number(str(exact))[0]
