"""Fulfilment orders: the part of an order that one location works on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class FulfilmentState(StrEnum):
    OPEN = "OPEN"
    SHIPPED = "SHIPPED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Work:
    """Units of one order line at this location."""

    number: int
    sku: str
    quantity: int
    shipped: int = 0
    cancelled: int = 0

    @property
    def open(self) -> int:
        return self.quantity - self.shipped - self.cancelled


@dataclass(frozen=True, slots=True)
class FulfilmentOrder:
    """Work at one location. `shipments` maps a shipment id to the fingerprint of its report."""

    fulfilment_order_id: str
    order_id: str
    channel: str
    location: str
    released_at: str
    work: tuple[Work, ...]
    shipments: Mapping[str, str]
    version: int = 1

    @property
    def state(self) -> FulfilmentState:
        """OPEN while a unit is owed; then SHIPPED, or CANCELLED where nothing went out."""
        if any(work.open for work in self.work):
            return FulfilmentState.OPEN
        if any(work.shipped for work in self.work):
            return FulfilmentState.SHIPPED
        return FulfilmentState.CANCELLED

    def after_shipment(
        self, shipment_id: str, fingerprint: str, sent: Mapping[int, int]
    ) -> "FulfilmentOrder":
        """With `sent` (line number → units) gone out."""
        work = tuple(replace(one, shipped=one.shipped + sent.get(one.number, 0)) for one in self.work)
        shipments = {**self.shipments, shipment_id: fingerprint}
        return replace(self, work=work, shipments=shipments, version=self.version + 1)

    def after_cancellation(self) -> "FulfilmentOrder":
        """With everything open called off."""
        work = tuple(replace(one, cancelled=one.cancelled + one.open) for one in self.work)
        return replace(self, work=work, version=self.version + 1)


def committed_units(fulfilment_orders: Sequence[FulfilmentOrder]) -> dict[tuple[str, str], int]:
    """Units the locations have shipped or still owe, by (location, SKU): all that was not called off."""
    committed: dict[tuple[str, str], int] = {}
    for order in fulfilment_orders:
        for work in order.work:
            key = (order.location, work.sku)
            committed[key] = committed.get(key, 0) + work.quantity - work.cancelled
    return {key: units for key, units in committed.items() if units}
