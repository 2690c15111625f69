"""What inventory must answer, worked out in the simplest way: dictionaries, no versions, no chunks in flight.

Where a client crashed nobody knows what it did; then the model believes what is stored, until an answer tells.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from oms.inventory.application.outcomes import Refused, Reserved, Withdrawn
from oms.inventory.domain.reservation import Reservation
from oms.inventory.domain.stock import StockKey, summed

TURNS: Mapping[str, int] = {"1-0-1": 1, "1-0-2": 1, "2-0-1": 2}
"""Of each reservation an order may ask for."""
Lines = list[tuple[str, str, int]]
State = Literal["new", "held", "refused", "gone", "unknown"]


@dataclass
class Promise:
    """One attempt of one order."""

    state: State = "new"
    wanted: Mapping[StockKey, int] = field(default_factory=dict)
    held: Counter[StockKey] = field(default_factory=Counter)
    short: frozenset[StockKey] = frozenset()


@dataclass
class Model:
    """The books as they must be. `size`: stock rows per chunk."""

    size: int
    available: Counter[StockKey]
    promises: dict[tuple[str, str], Promise] = field(default_factory=dict)
    fences: Counter[str] = field(default_factory=Counter)
    shipped: Counter[StockKey] = field(default_factory=Counter)

    def promise(self, order: str, attempt: str) -> Promise:
        return self.promises.setdefault((order, attempt), Promise())

    def of_order(self, order: str) -> list[tuple[str, Promise]]:
        """In the order in which they are consumed."""
        return sorted((attempt, one) for (whose, attempt), one in self.promises.items() if whose == order)

    def unsure(self, order: str) -> bool:
        return any(one.state == "unknown" for _, one in self.of_order(order))

    def held(self, order: str) -> Counter[StockKey]:
        return sum((one.held for _, one in self.of_order(order)), Counter[StockKey]())

    def reserve(self, order: str, attempt: str, lines: Lines) -> Reserved | Refused | Withdrawn | None:
        """The answer to expect, and what follows from it; None where nobody can know."""
        one = self.promise(order, attempt)
        match one.state:
            case "unknown":
                return None
            case "held":
                return Reserved()
            case "gone":
                return Withdrawn()
            case "refused":
                return _refused(one.short | self._short(one.wanted))
        if TURNS[attempt] < self.fences[order]:
            return Withdrawn()
        one.wanted = summed(lines)
        if missing := self._short(one.wanted):
            self._refuse(one)
            return _refused(missing)
        one.state, one.held = "held", Counter(one.wanted)
        self.available.subtract(one.wanted)
        return Reserved()

    def release(self, order: str, before: int) -> int:
        """Units that must come back."""
        self.fences[order] = max(before, self.fences[order])
        units = 0
        for attempt, one in self.of_order(order):
            if TURNS[attempt] < before and one.state == "held":
                units += one.held.total()
                self.available.update(one.held)
                # The head answers for the whole: where all of it has shipped, it stays what it was.
                one.state = "gone" if any(one.held[key] for key in self._head(one)) else "held"
                one.held = Counter()
        return units

    def ship(self, order: str, leaving: Mapping[StockKey, int]) -> bool:
        """Whether it can leave; then it has."""
        if any(self.held(order)[key] < units for key, units in leaving.items()):
            return False
        left = Counter(leaving)
        for _, one in self.of_order(order):
            taken = one.held & left
            one.held -= taken
            left -= taken
        self.shipped.update(leaving)
        return True

    def believe(self, available: Mapping[StockKey, int], stored: Iterable[Reservation]) -> None:
        """Take over what is stored."""
        self.available = Counter(available)
        held: dict[tuple[str, str], Counter[StockKey]] = {}
        for chunk in stored:
            held.setdefault((chunk.order_id, chunk.reservation_id), Counter()).update(chunk.held)
        for name, one in self.promises.items():
            one.held = held.get(name, Counter())

    def reserved(self) -> Counter[StockKey]:
        return sum((one.held for one in self.promises.values()), Counter[StockKey]())

    def _refuse(self, one: Promise) -> None:
        """The first chunk that is short says why, for ever."""
        keys = list(one.wanted)
        for start in range(0, len(keys), self.size):
            part = {key: one.wanted[key] for key in keys[start : start + self.size]}
            if missing := self._short(part):
                one.state, one.short = "refused", missing
                return

    def _head(self, one: Promise) -> list[StockKey]:
        return list(one.wanted)[: self.size]

    def _short(self, wanted: Mapping[StockKey, int]) -> frozenset[StockKey]:
        return frozenset(key for key, units in wanted.items() if self.available[key] < units)


def _refused(missing: Iterable[StockKey]) -> Refused:
    return Refused(tuple(sorted((sku, location) for location, sku in missing)))
