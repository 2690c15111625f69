"""Letting go of stock that an order will not ship."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from oms.inventory.application import recording
from oms.inventory.application.outcomes import Released
from oms.inventory.application.ports import Reservations
from oms.inventory.domain.promise import releases
from oms.inventory.domain.reservation import State, withdrawn
from oms.inventory.domain.stock import StockKey
from oms.kernel.errors import WriteConflict
from oms.kernel.events import Actor

_ROUNDS = 8
"""Readings before we leave it to the next attempt; each lost one means that somebody else moved."""


def release(
    reservations: Reservations,
    *,
    order_id: str,
    shipped: Mapping[StockKey, int],
    now: datetime,
    actor: Actor,
    reason: str = "",
    forbid: Sequence[str] = (),
) -> Released:
    """Put back on sale whatever the order holds and has not shipped, in all its reservations.

    `shipped` is what the order says has shipped in its whole life, per (location, sku); inventory
    may not have heard of all of it yet and keeps those units for the shipment to come. `forbid` names
    reservations whose request may still be on its way: they will find themselves withdrawn.
    Idempotent. Raises Retryable errors; BrokenInvariant when the order shipped what it did not hold.
    """
    for reservation_id in forbid:
        reservations.forbid(withdrawn(order_id, reservation_id))
    units = 0
    for _ in range(_ROUNDS):
        freed, finished = _round(reservations, order_id, shipped, now, actor, reason)
        units += freed
        if finished:
            return Released(units)
    raise WriteConflict(f"the reservations of order {order_id} keep changing")


def _round(
    reservations: Reservations,
    order_id: str,
    shipped: Mapping[StockKey, int],
    now: datetime,
    actor: Actor,
    reason: str,
) -> tuple[int, bool]:
    """One reading and the steps that follow from it: units freed, and whether nothing can be left."""
    units, read_again = 0, False
    for step in releases(reservations.of_order(order_id), shipped):
        event = recording.released(step, now=now, actor=actor, reason=reason)
        if not reservations.give_back(step, event):
            return units, False
        units += step.units
        # A chunk may have joined between our reading and the end of its head.
        read_again = read_again or (step.after.chunk == 0 and step.after.state is State.ABANDONED)
    return units, not read_again
