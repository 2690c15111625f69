"""An order on its way through the domain, without any store."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oms.contracts.snapshots import OrderSnapshot
from oms.orders.application.placement import placed_lines
from oms.orders.domain.cancellation import Cancelled, cancel_open
from oms.orders.domain.capture import Boxes, Taxes, release
from oms.orders.domain.facts import ShipmentRecorded
from oms.orders.domain.fulfilment import FulfilmentOrder
from oms.orders.domain.order import Order
from oms.orders.domain.shipping import AlreadyRecorded, Parcel, ShipmentRefused, Shipped, Terms, ship

from tests.builders import AT, UNTAXED, all_from, an_order


def a_parcel(
    shipment_id: str = "p1", sent: Mapping[int, int] | None = None, *, fingerprint: str = "same"
) -> Parcel:
    """Units by line number."""
    return Parcel(shipment_id, "DHL", "JD01", sent or {}, fingerprint)


@dataclass
class Warehouse:
    """Keeps the newest state and everything that was charged."""

    snapshot: OrderSnapshot
    order: Order
    work: dict[str, FulfilmentOrder] = field(default_factory=dict)
    charges: list[ShipmentRecorded] = field(default_factory=list)

    @classmethod
    def received(cls, snapshot: OrderSnapshot) -> "Warehouse":
        return cls(snapshot, an_order(snapshot))

    @classmethod
    def released(
        cls, snapshot: OrderSnapshot, boxes: Boxes | None = None, taxes: Taxes = UNTAXED
    ) -> "Warehouse":
        warehouse = cls.received(snapshot)
        warehouse.release(boxes or all_from(snapshot), taxes)
        return warehouse

    def release(self, boxes: Boxes, taxes: Taxes = UNTAXED) -> None:
        done = release(
            self.order,
            placed_lines(self.snapshot),
            boxes,
            taxes,
            shipping=self.snapshot.shipping,
            prices_include_tax=self.snapshot.prices_include_tax,
            at=AT,
        )
        self.order = done.order
        self.work = {one.fulfilment_order_id: one for one in done.fulfilment_orders}

    def at(self, location: str) -> FulfilmentOrder:
        """The location's work."""
        return next(one for one in self.work.values() if one.location == location)

    def ship(self, location: str, parcel: Parcel) -> Shipped | AlreadyRecorded | ShipmentRefused:
        snapshot = self.snapshot
        terms = Terms(
            placed_lines(snapshot), snapshot.shipping, snapshot.prices_include_tax, snapshot.prepaid
        )
        result = ship(self.order, self.at(location), parcel, terms, at=AT)
        if isinstance(result, Shipped):
            self.order = result.order
            self.work[result.fulfilment_order.fulfilment_order_id] = result.fulfilment_order
            self.charges.append(result.fact)
        return result

    def sent(self, location: str, parcel: Parcel) -> ShipmentRecorded:
        """The charge of a parcel that is taken in."""
        result = self.ship(location, parcel)
        assert isinstance(result, Shipped), result
        return result.fact

    def cancel(self) -> Cancelled | None:
        result = cancel_open(self.order, list(self.work.values()), at=AT)
        if result:
            self.order = result.order
            self.work |= {one.fulfilment_order_id: one for one in result.fulfilment_orders}
        return result
