"""The stock of one SKU at one location."""

from collections.abc import Iterable
from dataclasses import dataclass

StockKey = tuple[str, str]
"""(location, sku)."""

Quantities = dict[StockKey, int]
"""Units per (location, sku)."""


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Counters in units. All but `adjusted` are never negative.

    `available`, `reserved` and `quarantined` are on the shelf, `shipped` has left it;
    `received`, `restocked` and `adjusted` say where the units came from.
    """

    sku: str
    location: str
    available: int = 0
    reserved: int = 0
    shipped: int = 0
    received: int = 0
    adjusted: int = 0
    """Sum of corrections, which take away as well as add."""
    restocked: int = 0
    quarantined: int = 0

    @property
    def key(self) -> StockKey:
        return (self.location, self.sku)


def summed(wanted: Iterable[tuple[str, str, int]]) -> Quantities:
    """Units per (location, sku) of `wanted` = (location, sku, quantity), in key order.

    Raises ValueError for a quantity below one.
    """
    total: Quantities = {}
    for location, sku, quantity in wanted:
        if quantity < 1:
            raise ValueError(f"{quantity} units of {sku} at {location} cannot be moved")
        total[location, sku] = total.get((location, sku), 0) + quantity
    return dict(sorted(total.items()))


def as_lines(quantities: Quantities) -> tuple[tuple[str, str, int], ...]:
    """The shape events carry: (location, sku, quantity), in key order."""
    return tuple((location, sku, units) for (location, sku), units in sorted(quantities.items()))
