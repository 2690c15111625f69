"""Values that break what is careless: extreme, foreign, deep, long and hostile. All drawn from one chance."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from tests.fuzz.history import PERSON

Json = Any
NUMBERS: Final[tuple[Json, ...]] = (
    0, -1, 1, 2, 97, 100, 101, 2**31 - 1, 2**31, -(2**31), 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 10**12,
    10**12 + 1, 10**18, 10**37, 10**38, 10**40, 10**300, 0.0, -0.0, 0.5, 1.0, 1e-320, 1e308, -1e308,
)  # fmt: skip
TEXTS: Final[tuple[str, ...]] = (
    "", " ", "\t", "\n", "0", "1", "-1", "1e9", "0x10", "１２", "٣", "NaN", "null", "true", "None", "undefined",
    "\x00", "a\x00b", "\ud800", "x\udfff", "\ufffe", "\u202e", "\u2028", "\u00a0", "\ufeff", "é", "e\u0301", "ß", "İ", "ﬀ",
    "𝔘", "🏠", "👩\u200d👩\u200d👧", "مرحبا", "Ελλάδα", "京都府", "%s%n", "{0.__class__}", "{sku}", "${jndi:x}", "' OR 1=1 --",
    "../../etc", "<script>", "a#b", "a:b:c", "ORDER#x", "EVENT#000001", "a.b", "a/b", "a|b", "-", "_", ".", "*", "#",
    "2026-11-27T09:00:00.000Z", "2026-02-30T25:61:61.000Z", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z",
    "4242424242424242", "ord_" + "a" * 26, "ord_" + "a" * 26 + "-f1", "ord_" + "a" * 26 + "-f999999", "pm_card_visa",
    "APPROVE", "RECEIVED", "SHIPPED", "LON", "MUG", "web", "marketplace", "GBP", "JPY", "BHD", "XXX", "gbp",
    PERSON, f"{PERSON}@example.com",
)  # fmt: skip
_LONG: Final = (121, 255, 257, 1_025, 2_049, 10_000, 70_000)
_DEEP: Final = (3, 60, 400)
_MANY: Final = (101, 2_001, 5_000)


def value(chance: Random) -> Json:
    """Anything that JSON can say, the nasty first."""
    return chance.choices(_MAKERS, _WEIGHTS)[0](chance)


def text(chance: Random) -> str:
    """A text that somebody did not think of."""
    if chance.random() < 0.85:
        return chance.choice(TEXTS)
    return chance.choice(("x", "9", "é", "\U0001f3e0", f"{PERSON} ")) * chance.choice(_LONG)


def number(chance: Random) -> Json:
    return chance.choice(NUMBERS)


def tree(chance: Random, depth: int = 4) -> Json:
    """Purely random JSON."""
    kind = chance.random()
    if depth == 0 or kind < 0.5:
        return chance.choice((text, number, _constant))(chance)
    inner = range(chance.choice((0, 1, 2, 5)))
    if kind < 0.75:
        return [tree(chance, depth - 1) for _ in inner]
    return {text(chance): tree(chance, depth - 1) for _ in inner}


def deep(chance: Random) -> Json:
    """A box in a box in a box."""
    made: Json = chance.choice((None, 1, "x"))
    name = chance.choice(("", "a", "lines"))
    for _ in range(chance.choice(_DEEP)):
        made = {name: made} if name else [made]
    return made


def many(chance: Random) -> Json:
    """The same thing too often."""
    return [chance.choice((0, "x", None, {}, [1, 1]))] * chance.choice(_MANY)


def _constant(chance: Random) -> Json:
    return chance.choice((None, True, False, [], {}, [[]], [None], {"": None}))


_MAKERS: Final[tuple[Callable[[Random], Json], ...]] = (text, number, _constant, tree, deep, many)
_WEIGHTS: Final = (40, 30, 20, 6, 3, 1)
