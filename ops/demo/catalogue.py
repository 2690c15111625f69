"""What the demonstration sells, and where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from oms.inventory.application.locating import register_location
from oms.inventory.domain.location import Location
from oms.kernel.events import Actor

from ops.stack import Stack

SEEDER: Final = Actor("system", "demonstration")

LOCATIONS: Final = (
    Location(
        code="LON",
        name="London fulfilment centre",
        line1="1 Dock Road",
        city="London",
        postal_code="E16 1AA",
        country="GB",
        latitude=51.508,
        longitude=0.024,
        priority=10,
    ),
    Location(
        code="MAN",
        name="Manchester fulfilment centre",
        line1="20 Canal Street",
        city="Manchester",
        postal_code="M1 1AA",
        country="GB",
        latitude=53.478,
        longitude=-2.236,
        priority=20,
    ),
    Location(
        code="DUB",
        name="Dublin store",
        line1="3 Quay Street",
        city="Dublin",
        postal_code="D02 X285",
        country="IE",
        latitude=53.346,
        longitude=-6.262,
        priority=30,
    ),
)

PRICES: Final[Mapping[str, int]] = {
    "TENT-2P": 18_900,
    "TENT-4P": 32_900,
    "STOVE-GAS": 4_550,
    "MUG-ENAMEL": 899,
    "LAMP-LED": 2_495,
    "ROPE-30M": 6_200,
    "BOOT-42": 11_995,
    "BOOT-43": 11_995,
    "PACK-40L": 8_750,
    "BOTTLE-1L": 1_450,
    "KAYAK-SEA": 74_900,
    "LANTERN-BRASS": 5_600,
}
"""SKU -> price in pence."""

_STOCK: Final[Mapping[str, Mapping[str, int]]] = {
    "TENT-2P": {"LON": 400, "MAN": 400},
    "TENT-4P": {"LON": 200, "MAN": 200, "DUB": 100},
    "STOVE-GAS": {"LON": 500, "MAN": 500, "DUB": 200},
    "MUG-ENAMEL": {"LON": 2_000, "MAN": 2_000, "DUB": 500},
    "LAMP-LED": {"LON": 800, "DUB": 300},
    "ROPE-30M": {"MAN": 600},
    "BOOT-42": {"LON": 300, "MAN": 300},
    "BOOT-43": {"LON": 300, "MAN": 300},
    "PACK-40L": {"LON": 250},
    "BOTTLE-1L": {"LON": 1_500, "MAN": 1_500, "DUB": 400},
    "KAYAK-SEA": {"DUB": 40},
    "LANTERN-BRASS": {"MAN": 2},
}
"""SKU -> location -> units. Packs are in London only and kayaks in Dublin only: together they ship as two parcels."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Goods that come in."""

    sku: str
    location: str
    units: int

    @property
    def key(self) -> str:
        """Booked once, however often the catalogue is seeded."""
        return f"opening-stock-{self.sku}-{self.location}"


def receipts() -> Iterator[Receipt]:
    """The opening stock."""
    for sku, places in _STOCK.items():
        for location, units in places.items():
            yield Receipt(sku, location, units)


def register_locations(stack: Stack) -> None:
    """Make the locations known. There is no API for it: opening a warehouse is an operator's work."""
    for location in LOCATIONS:
        register_location(stack.locations, location, now=datetime.now(UTC), actor=SEEDER)


def book(stack: Stack, receipt: Receipt) -> None:
    """One receipt through the HTTP API, as the warehouse does it. Raises ApiRefused."""
    adjustment = {
        "sku": receipt.sku,
        "location": receipt.location,
        "delta": receipt.units,
        "kind": "receipt",
        "note": "opening stock",
    }
    stack.api("warehouse").adjust(adjustment, key=receipt.key)
