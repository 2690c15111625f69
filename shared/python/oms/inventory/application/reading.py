"""What can be sold, where. Advice: only a reservation is a promise."""

from collections.abc import Iterable

from oms.inventory.application.ports import Locations, StockLevels
from oms.inventory.domain.stock import StockLevel


def availability(levels: StockLevels, sku: str) -> list[StockLevel]:
    """The levels of a SKU at every location that has ever had it; empty for an unknown SKU."""
    return levels.of_sku(sku)


def levels_for(levels: StockLevels, locations: Locations, skus: Iterable[str]) -> list[StockLevel]:
    """The levels of `skus` at every location, a moment old."""
    codes = [location.code for location in locations.all()]
    return levels.at((code, sku) for sku in dict.fromkeys(skus) for code in codes)
