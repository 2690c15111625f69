"""What inventory tells the others. `lines` are (location, sku, quantity)."""

from dataclasses import dataclass

Lines = tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class StockReserved:
    """Units moved from available to reserved. A large reservation states one fact per chunk."""

    order_id: str
    reservation_id: str
    chunk: int
    chunks: int
    lines: Lines


@dataclass(frozen=True, slots=True)
class StockReleased:
    """Units moved from reserved back to available."""

    order_id: str
    reservation_id: str
    chunk: int
    lines: Lines


@dataclass(frozen=True, slots=True)
class StockShipped:
    """Units moved from reserved to shipped, by one shipment."""

    order_id: str
    shipment_id: str
    reservation_id: str
    chunk: int
    lines: Lines


@dataclass(frozen=True, slots=True)
class StockAdjusted:
    """Stock on hand changed by `delta` units: goods received, or a count corrected."""

    sku: str
    location: str
    delta: int
    kind: str
    adjustment_id: str


@dataclass(frozen=True, slots=True)
class LocationRegistered:
    """A location exists, or its description changed. Coordinates are decimal degrees as text."""

    code: str
    name: str
    country: str
    region: str
    postal_code: str
    latitude: str
    longitude: str
    priority: int
    version: int
