"""Events of the inventory context."""

from typing import Annotated, Literal

from pydantic import Field

from oms.contracts.events._fact import Count, Fact, OrderId

Units = Annotated[int, Field(ge=1)]
Lines = Annotated[list[tuple[str, str, Units]], Field(description="Location, SKU, units.")]
Chunk = Annotated[int, Field(ge=0, description="A large reservation states one fact per chunk.")]


class StockReserved(Fact):
    """Units moved from available to reserved."""

    order_id: OrderId
    reservation_id: str
    chunk: Chunk
    chunks: Count
    lines: Lines


class StockReleased(Fact):
    """Units moved from reserved back to available."""

    order_id: OrderId
    reservation_id: str
    chunk: Chunk
    lines: Lines


class StockShipped(Fact):
    """Units moved from reserved to shipped, by one shipment."""

    order_id: OrderId
    shipment_id: str
    reservation_id: str
    chunk: Chunk
    lines: Lines


class StockAdjusted(Fact):
    """Stock on hand changed: goods received, or a count corrected."""

    sku: str
    location: str
    delta: int
    kind: Literal["receipt", "correction"]
    adjustment_id: str


class LocationRegistered(Fact):
    """A location of the merchant exists, or its description changed."""

    code: str
    name: str
    country: Annotated[str, Field(description="ISO 3166-1 alpha-2.")]
    region: str
    postal_code: str
    latitude: Annotated[str, Field(description="Decimal degrees; empty where unknown.")]
    longitude: Annotated[str, Field(description="Decimal degrees; empty where unknown.")]
    priority: int
    version: int


FACTS = (StockReserved, StockReleased, StockShipped, StockAdjusted, LocationRegistered)
