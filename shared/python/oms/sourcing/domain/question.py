"""What the planner is asked."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

Counts = dict[str, int]
"""Units per SKU."""


@dataclass(frozen=True, slots=True)
class Line:
    """`quantity` units of `sku`; `number` is the line's place in the order."""

    number: int
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Site:
    """A location that can ship."""

    code: str
    country: str
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None
    priority: int = 100
    """Among equals the lower number ships first."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where it goes."""

    country: str
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """Units of `sku` that `location` can sell now."""

    sku: str
    location: str
    sellable: int


@dataclass(frozen=True, slots=True)
class Question:
    """`exclusions` are (sku, location) that refused a reservation; `safety_stock` units stay unsold everywhere."""

    lines: Sequence[Line]
    sites: Sequence[Site]
    supplies: Sequence[Supply]
    destination: Destination
    exclusions: Collection[tuple[str, str]] = field(default_factory=frozenset)
    safety_stock: int = 0

    def demand(self) -> Counts:
        """Units wanted per SKU, over all lines."""
        wanted: Counts = {}
        for line in self.lines:
            wanted[line.sku] = wanted.get(line.sku, 0) + line.quantity
        return wanted

    def known(self) -> set[str]:
        """SKUs that some location has or has had."""
        return {supply.sku for supply in self.supplies}

    def sellable(self, demand: Counts) -> dict[str, Counts]:
        """Per site code: what it can contribute of each SKU, never more than the demand, never zero."""
        offers: dict[str, Counts] = {site.code: {} for site in self.sites}
        for supply in self._usable():
            units = min(supply.sellable - self.safety_stock, demand.get(supply.sku, 0))
            if units > 0 and supply.location in offers:
                offers[supply.location][supply.sku] = units
        return offers

    def _usable(self) -> Iterable[Supply]:
        banned = frozenset(self.exclusions)
        return (each for each in self.supplies if (each.sku, each.location) not in banned)
