"""Key conditions of a query: the partition, and =, <=, >= or begins_with of the sort key."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

from tests.simulation.aws.grammar import Names, Values, Words
from tests.simulation.aws.indexes import Place
from tests.simulation.aws.refusals import Refusal
from tests.simulation.aws.statements import Placeholders, used
from tests.simulation.aws.values import comparison

P = TypeVar("P", str, Place)
Sort = Callable[[P], str] | None
_SIGNS: Final = ("=", "<=", ">=")


class Clause(NamedTuple):
    """One condition; `attribute` and `value` as the expression writes them."""

    attribute: str
    sign: str
    value: str


class Span(NamedTuple):
    """Which sort keys of a partition are wanted; all of them where `sign` is empty."""

    partition: str
    sign: str = ""
    bound: str = ""

    def admits(self, sort: str) -> bool:
        """Whether a sort key is among the wanted ones."""
        if self.sign == "begins_with":
            return sort.startswith(self.bound)
        return not self.sign or comparison(self.sign)({"S": sort}, {"S": self.bound})

    def within(
        self, order: Sequence[P], sort_key: Sort[P], after: P | None, *, backwards: bool
    ) -> Iterable[P]:
        """The wanted ones of the places in `order`, those behind the admitted place `after` where it is given.

        `sort_key` gives the sort key of a place; None where the place is one.
        """
        low, high = self._bounds(order, sort_key)
        if after is not None and backwards:
            high = bisect_left(order, after)
        elif after is not None:
            low = bisect_right(order, after)
        return reversed(order[low:high]) if backwards else order[low:high]

    def _bounds(self, order: Sequence[Any], sort_key: Sort[Any]) -> tuple[int, int]:
        low, high = 0, len(order)
        if self.sign not in ("", "<="):
            low = bisect_left(order, self.bound, key=sort_key)
        if self.sign in ("=", "<="):
            high = bisect_right(order, self.bound, low, key=sort_key)
        if self.sign == "begins_with":
            length = len(self.bound)
            high = bisect_right(
                order, self.bound, low, key=lambda place: (sort_key(place) if sort_key else place)[:length]
            )
        return low, high


class KeyCondition:
    """A compiled key condition."""

    def __init__(self, clauses: Sequence[Clause], placeholders: Placeholders) -> None:
        self._clauses = clauses
        self._placeholders = placeholders

    def span(self, names: Names | None, values: Values | None, keys: tuple[str, str]) -> Span:
        """What the request wants of the table or index with these keys (partition, sort). Raises Refusal."""
        names, values = self._placeholders.bound(names, values)
        partition, bounds = "", ("", "")
        for word, sign, placeholder in self._clauses:
            attribute = names[word] if word[0] == "#" else word
            bound = _text(attribute, values[placeholder])
            if attribute == keys[0] and sign == "=" and not partition:
                partition = bound
            elif attribute == keys[1] and not bounds[0]:
                bounds = sign, bound
            else:
                raise Refusal("Query key condition not supported")
        if not partition:
            raise Refusal(f"Query condition missed key schema element: {keys[0]}")
        return Span(partition, *bounds)


@cache
def key_condition(text: str) -> KeyCondition:
    """Compile a key condition. Raises Refusal, or Unsupported for what the simulation does not know."""
    words = Words(text, "KeyConditionExpression")
    clauses = [_clause(words)]
    while words.skip("AND"):
        clauses.append(_clause(words))
    words.end()
    return KeyCondition(tuple(clauses), Placeholders([used(words)]))


def _clause(words: Words) -> Clause:
    if words.peek() != "begins_with":
        return Clause(words.attribute(), words.take(*_SIGNS), words.value())
    sign = words.take()
    words.take("(")
    attribute = words.attribute()
    words.take(",")
    clause = Clause(attribute, sign, words.value())
    words.take(")")
    return clause


def _text(attribute: str, value: Any) -> str:
    if "S" not in value:
        raise Refusal(
            "One or more parameter values were invalid: Condition parameter type does not match schema type"
        )
    if not value["S"]:
        raise Refusal(
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            f"cannot contain an empty string value. Key: {attribute}"
        )
    return str(value["S"])
