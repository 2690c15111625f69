"""The words of DynamoDB's expressions, and what all kinds of expressions are made of."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from ministack.services._dynamodb_keywords import AWS_KEYWORDS

from tests.simulation.aws.refusals import Refusal, Unsupported
from tests.simulation.aws.values import Item, Value

Names = Mapping[str, str]
Values = Mapping[str, Value]
Operand = Callable[[Item, Names, Values], Value | None]
"""Reads a value from an item (as it was before the write) or from the request."""

_WORD: Final = re.compile(r"\s*(<>|<=|>=|[=<>(),+-]|[#:]\w+|[A-Za-z_]\w*|\S)", re.ASCII)
_UNKNOWN: Final = ("NOT", "BETWEEN", "IN")
_END: Final = ""


class Words:
    """An expression, read word by word. `names` and `values` are the placeholders met so far."""

    def __init__(self, text: str, slot: str) -> None:
        self.slot = slot
        self.names: set[str] = set()
        self.values: set[str] = set()
        self._text = text
        self._left = _WORD.findall(text)[::-1]
        if not self._left:
            raise Refusal(f"Invalid {slot}: The expression can not be empty;")

    def peek(self) -> str:
        """The next word; empty at the end."""
        return self._left[-1] if self._left else _END

    def take(self, *wanted: str) -> str:
        """The next word, which is one of `wanted` where any are given."""
        word = self.peek()
        if not word or (wanted and word not in wanted):
            raise self.unsupported()
        self._left.pop()
        return word

    def skip(self, word: str) -> bool:
        """Whether the next word is this one; it is taken then. Keywords are the same in small letters."""
        if self.peek().upper() != word:
            return False
        self._left.pop()
        return True

    def attribute(self) -> str:
        """The next word, which names an attribute, by itself or by a placeholder."""
        word = self.take()
        if word[0] == "#":
            self.names.add(word)
        elif not word.isidentifier() or word.upper() in _UNKNOWN:
            self._left.append(word)
            raise self.unsupported()
        elif word.upper() in AWS_KEYWORDS:
            raise Refusal(
                f"Invalid {self.slot}: Attribute name is a reserved keyword; reserved keyword: {word}"
            )
        return word

    def value(self) -> str:
        """The next word, which is the placeholder of a value."""
        word = self.take()
        if word[0] != ":":
            self._left.append(word)
            raise self.unsupported()
        self.values.add(word)
        return word

    def end(self) -> None:
        """Nothing may follow."""
        if self._left:
            raise self.unsupported()

    def unsupported(self) -> Unsupported:
        """What to raise where the next word does not fit."""
        return Unsupported(f"{self.slot} {self._text!r} at {self.peek() or 'its end'!r}")


def reading(attribute: str) -> Operand:
    """The item's value of an attribute."""
    if attribute[0] == "#":
        return lambda item, names, _: item.get(names[attribute])
    return lambda item, _names, _values: item.get(attribute)


def giving(value: str) -> Operand:
    """A value of the request."""
    return lambda _item, _names, values: values[value]
