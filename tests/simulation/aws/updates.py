"""Updates: SET of whole attributes to a value, an attribute, if_not_exists, or the sum or difference of two of them."""

from collections.abc import Callable
from typing import NamedTuple

from tests.simulation.aws.grammar import Names, Operand, Values, Words, giving, reading
from tests.simulation.aws.refusals import Refusal
from tests.simulation.aws.values import Item, Value, total

Term = Callable[[Item, Names, Values], Value]
"""What an attribute is set to. Raises Refusal where the item as it was does not have what it takes."""


class Update(NamedTuple):
    """Which attributes (as the expression writes them) are set to what."""

    terms: tuple[tuple[str, Term], ...]

    def targets(self, names: Names) -> list[str]:
        """The attributes that are set. Raises Refusal where one is set twice."""
        targets = [names[word] if word[0] == "#" else word for word, _ in self.terms]
        if len(set(targets)) < len(targets):
            twice = next(name for name in targets if targets.count(name) > 1)
            raise Refusal(
                "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite "
                f"one of these paths; path one: [{twice}], path two: [{twice}]"
            )
        return targets

    def applied(self, item: Item, names: Names, values: Values) -> Item:
        """The item afterwards; `item` stays as it is. All terms read what was there before. Raises Refusal."""
        targets = self.targets(names)
        return item | {
            name: term(item, names, values) for name, (_, term) in zip(targets, self.terms, strict=True)
        }


def update(words: Words) -> Update:
    """Parse an update."""
    if not words.skip("SET"):
        raise words.unsupported()
    terms = [_assignment(words)]
    while words.skip(","):
        terms.append(_assignment(words))
    return Update(tuple(terms))


def _assignment(words: Words) -> tuple[str, Term]:
    target = words.attribute()
    words.take("=")
    first = _operand(words)
    for sign in ("+", "-"):
        if words.skip(sign):
            return target, _sum(first, sign, _operand(words))
    return target, _there(first)


def _operand(words: Words) -> Operand:
    if words.peek()[:1] == ":":
        return giving(words.value())
    if words.peek() == "if_not_exists":
        words.take()
        words.take("(")
        found = reading(words.attribute())
        words.take(",")
        otherwise = _operand(words)
        words.take(")")
        return lambda item, names, values: found(item, names, values) or otherwise(item, names, values)
    return reading(words.attribute())


def _there(operand: Operand) -> Term:
    def term(item: Item, names: Names, values: Values) -> Value:
        value = operand(item, names, values)
        if value is None:
            raise Refusal("The provided expression refers to an attribute that does not exist in the item")
        return value

    return term


def _sum(left: Operand, sign: str, right: Operand) -> Term:
    first, second = _there(left), _there(right)

    def term(item: Item, names: Names, values: Values) -> Value:
        mine, other = first(item, names, values), second(item, names, values)
        if "N" not in mine or "N" not in other:
            raise Refusal("An operand in the update expression has an incorrect data type")
        return {"N": total(mine["N"], sign, other["N"])}

    return term
