"""Letting go of stock that an order will not ship."""

from collections.abc import Callable, Mapping
from datetime import datetime

from oms.inventory.application import recording
from oms.inventory.application.outcomes import Released
from oms.inventory.application.ports import Reservations
from oms.inventory.domain.promise import releases
from oms.inventory.domain.reservation import EVER, State
from oms.inventory.domain.stock import StockKey
from oms.kernel.errors import BrokenInvariant, WriteConflict
from oms.kernel.events import Actor

_ROUNDS = 8
"""Readings before we leave it to the next attempt; each lost one means that somebody else moved."""


def release(
    reservations: Reservations,
    *,
    order_id: str,
    shipped: Callable[[], Mapping[StockKey, int]],
    now: datetime,
    actor: Actor,
    reason: str = "",
    before: int = EVER,
) -> Released:
    """Put back on sale whatever turns below `before` hold of the order and has not shipped, and fence
    the order against them: a reservation of theirs that is still on its way finds itself withdrawn.

    `shipped` asks the order what has shipped in its whole life, per (location, sku); inventory
    may not have heard of all of it yet and keeps those units for the shipment to come. It is asked after
    the reservations are read, and again where the two do not fit: somebody else acted in between.
    Idempotent. Raises Retryable errors; BrokenInvariant when the order shipped what it did not hold.
    """
    reservations.fence(order_id, before)
    units = 0
    for _ in range(_ROUNDS):
        freed, finished = _round(reservations, order_id, before, shipped, now, actor, reason)
        units += freed
        if finished:
            return Released(units)
    raise WriteConflict(f"the reservations of order {order_id} keep changing")


def _round(
    reservations: Reservations,
    order_id: str,
    before: int,
    shipped: Callable[[], Mapping[StockKey, int]],
    now: datetime,
    actor: Actor,
    reason: str,
) -> tuple[int, bool]:
    """One reading and the steps that follow from it: units freed, and whether nothing can be left."""
    units, read_again = 0, False
    held, owed = reservations.of_order(order_id), shipped()
    try:
        steps = releases(held, owed)
    except BrokenInvariant:
        if (reservations.of_order(order_id), shipped()) == (held, owed):
            raise
        return units, False  # the two were read at different moments, and something happened in between
    for step in steps:
        if step.after.turn >= before:
            continue
        event = recording.released(step, now=now, actor=actor, reason=reason)
        if not reservations.give_back(step, event):
            return units, False
        units += step.units
        # A chunk may have joined between our reading and the end of its head.
        read_again = read_again or (step.after.chunk == 0 and step.after.state is State.ABANDONED)
    return units, not read_again
