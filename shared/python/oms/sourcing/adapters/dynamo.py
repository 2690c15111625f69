"""Supplies and sites from the inventory table.

A deliberate shortcut past inventory's own code, so that contexts do not import each other;
tests/contract/inventory holds the two views of the same rows together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oms.aws.items import Item
from oms.aws.table import Table
from oms.sourcing.domain.question import Site, Supply


@dataclass(frozen=True, slots=True)
class DynamoSupplies:
    """`Sites` and `StockSource`: one query, then one BatchGetItem per 100 (SKU, location)."""

    table: Table

    def all(self) -> Sequence[Site]:
        items = self.table.collection("LOCATIONS", "LOC#", consistent=False)
        return [_site(item) for item in items]

    def levels(self, skus: Iterable[str], locations: Iterable[str]) -> Iterable[Supply]:
        codes = list(locations)
        items = self.table.get_many((f"SKU#{sku}", f"LOC#{code}") for sku in skus for code in codes)
        return sorted(map(_supply, items), key=lambda supply: (supply.sku, supply.location))


def _supply(item: Item) -> Supply:
    sku, location = item["pk"].removeprefix("SKU#"), item["sk"].removeprefix("LOC#")
    return Supply(sku, location, item["available"])


def _site(item: Item) -> Site:
    return Site(
        code=item["code"],
        country=item["country"],
        region=item["region"],
        latitude=_degrees(item["latitude"]),
        longitude=_degrees(item["longitude"]),
        priority=item["priority"],
    )


def _degrees(text: str) -> float | None:
    return float(text) if text else None
