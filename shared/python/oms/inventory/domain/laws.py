"""Laws 1 and 2 of the system, as checks on a whole table."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from oms.inventory.domain.reservation import Reservation
from oms.inventory.domain.stock import StockKey, StockLevel


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken law, in words an operator can act on."""

    law: int
    subject: str
    """`<sku>@<location>`."""
    text: str


def conservation(levels: Iterable[StockLevel]) -> list[Violation]:
    """Law 1: received + restocked + adjusted = available + reserved + shipped + quarantined; none negative.

    `adjusted` is the one counter that may be negative: a correction takes away, too.
    """
    return [violation for level in levels for violation in _conservation(level)]


def promises(levels: Iterable[StockLevel], reservations: Iterable[Reservation]) -> list[Violation]:
    """Law 2: what all orders hold of a stock row is what the row says is reserved."""
    held: Counter[StockKey] = Counter()
    for reservation in reservations:
        held.update(reservation.held)
    reserved = {level.key: level.reserved for level in levels}
    return [
        Violation(2, f"{sku}@{location}", f"orders hold {held[key]}, the stock says {reserved.get(key, 0)}")
        for key in sorted(held.keys() | reserved.keys())
        for location, sku in [key]
        if held[key] != reserved.get(key, 0)
    ]


def _conservation(level: StockLevel) -> list[Violation]:
    subject = f"{level.sku}@{level.location}"
    came = level.received + level.restocked + level.adjusted
    went = level.available + level.reserved + level.shipped + level.quarantined
    found = [] if came == went else [Violation(1, subject, f"{came} came in, {went} are accounted for")]
    for name in ("available", "reserved", "shipped", "received", "restocked", "quarantined"):
        if getattr(level, name) < 0:
            found.append(Violation(1, subject, f"{name} is {getattr(level, name)}"))
    return found
