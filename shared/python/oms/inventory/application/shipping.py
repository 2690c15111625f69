"""Stock that leaves."""

from collections.abc import Iterable
from datetime import datetime

from oms.inventory.application import recording
from oms.inventory.application.outcomes import Shipped
from oms.inventory.application.ports import Reservations
from oms.inventory.domain.promise import shipments, without
from oms.inventory.domain.stock import Quantities, summed
from oms.kernel.errors import WriteConflict
from oms.kernel.events import Actor

_ROUNDS = 8


def ship(
    reservations: Reservations,
    *,
    order_id: str,
    shipment_id: str,
    location: str,
    lines: Iterable[tuple[str, int]],
    now: datetime,
    actor: Actor,
) -> Shipped:
    """Move (sku, quantity) `lines` from reserved to shipped at `location`, once per shipment id.

    Raises Retryable errors (repeat); BrokenInvariant when the order does not hold the stock, or the
    shipment was recorded before with other contents.
    """
    leaving = summed((location, sku, quantity) for sku, quantity in lines)
    units = sum(leaving.values())
    for attempt in range(_ROUNDS):
        finished, moved = _round(reservations, order_id, shipment_id, leaving, now, actor)
        if finished:
            return Shipped(units, replayed=not moved and attempt == 0)
    raise WriteConflict(f"the reservations of order {order_id} keep changing")


def _round(
    reservations: Reservations,
    order_id: str,
    shipment_id: str,
    leaving: Quantities,
    now: datetime,
    actor: Actor,
) -> tuple[bool, bool]:
    """Whether all of it has left, and whether this reading moved anything.

    The chunks are read before the shipment's own past: a movement between the two readings then
    makes a chunk look too old, which its version catches. The other way round it would be lost.
    """
    held = reservations.of_order(order_id)
    steps = shipments(held, without(leaving, reservations.shipped_by(order_id, shipment_id)))
    for step in steps:
        event = recording.shipped(step, shipment_id, now=now, actor=actor)
        if not reservations.send_out(step, event):
            return False, False
    return True, bool(steps)
