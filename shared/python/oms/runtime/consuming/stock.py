"""Book the stock of a shipment out."""

from datetime import datetime

from oms.inventory.application.ports import Reservations
from oms.inventory.application.shipping import ship
from oms.kernel.events import Actor, Event


def ship_stock(event: Event, *, reservations: Reservations, now: datetime) -> None:
    """Book a shipment's units out of stock."""
    ship(
        reservations,
        order_id=event.subject,
        shipment_id=event.data["shipment_id"],
        location=event.data["location"],
        lines=[(sku, units) for _, sku, units, _, _ in event.data["lines"]],
        now=now,
        actor=Actor("system", "ship_stock"),
    )
