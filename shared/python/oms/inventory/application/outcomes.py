"""The answers of inventory. Each is a business outcome: nobody has to catch anything."""

from dataclasses import dataclass

from oms.inventory.domain.adjustment import Adjustment, Refusal


@dataclass(frozen=True, slots=True)
class Reserved:
    """Every unit is held for the order."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is held. `shortages` are the (sku, location) that had too little, sorted."""

    shortages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Nothing is held and nothing will be: this reservation was released before the request came."""


@dataclass(frozen=True, slots=True)
class Released:
    """`units` went back on sale through this call; a repeat has none left to return."""

    units: int


@dataclass(frozen=True, slots=True)
class Shipped:
    """`units` of the shipment have left; `replayed` when they all had before this call."""

    units: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The adjustment stands; `replayed` when it stood before this call.

    `available` is what can be sold there as of this answer, so a replay may tell a newer figure.
    """

    adjustment: Adjustment
    available: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class AdjustmentRefused:
    """Nothing changed."""

    reason: Refusal


@dataclass(frozen=True, slots=True)
class AdjustmentConflict:
    """Nothing changed: the id belongs to `stored`, which says something else."""

    stored: Adjustment
