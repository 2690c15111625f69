"""Tasks ReserveStock and ReleaseStock.

A run of the assessment may outlive the workflow that asked for it. What it still reserves after a later
run has begun would belong to nobody, and what it still gives back would be the later run's: so each
acts for its own turn, and the later one fences the order against the earlier.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from oms.contracts.tasks import ReleaseStock, ReserveStock
from oms.inventory.application.outcomes import Refused, Reserved
from oms.inventory.application.ports import Reservations, StockLevels
from oms.inventory.application.releasing import release
from oms.inventory.application.reserving import reserve
from oms.inventory.domain.reservation import EVER
from oms.inventory.domain.stock import StockKey
from oms.orders.application.ports import Orders
from oms.orders.domain.fulfilment import committed_units
from oms.runtime.assessing.placed import SYSTEM, document
from oms.runtime.assessing.turns import assessment_of, turn
from oms.sourcing.domain.answer import Plan


def hold_stock(
    command: ReserveStock, *, orders: Orders, reservations: Reservations, levels: StockLevels, now: datetime
) -> dict[str, Any]:
    """RESERVED, REFUSED with what to leave out of the next plan, or WITHDRAWN: a later run has taken over."""
    order = document(orders, command.order_id)
    skus = {line.number: line.sku for line in order.lines}
    plan = Plan.from_json(command.plan)
    wanted = [(box.location, skus[number], units) for box in plan.boxes for number, units in box.lines]
    answer = reserve(
        reservations,
        levels,
        order_id=order.order_id,
        channel=order.channel,
        reservation_id=f"{command.run}-{command.round}",
        turn=turn(command.run),
        wanted=wanted,
        now=now,
        actor=SYSTEM,
    )
    if isinstance(answer, Reserved):
        return {"outcome": "RESERVED"}
    if isinstance(answer, Refused):
        return {"outcome": "REFUSED", "exclusions": [list(pair) for pair in answer.shortages]}
    return {"outcome": "WITHDRAWN"}


def give_back_stock(
    command: ReleaseStock, *, orders: Orders, reservations: Reservations, now: datetime
) -> dict[str, Any]:
    """RELEASED: everything those runs hold beyond what its locations have shipped or still owe.

    From then on no earlier assessment hands the order out: its goods may be somebody else's.
    """
    if command.run and not command.own:
        orders.take_over(command.order_id, assessment_of(command.run))

    def kept() -> Mapping[StockKey, int]:
        return committed_units(orders.fulfilment_orders(command.order_id))

    released = release(
        reservations,
        order_id=command.order_id,
        shipped=kept,
        now=now,
        actor=SYSTEM,
        before=_before(command),
    )
    return {"outcome": "RELEASED", "units": released.units}


def _before(command: ReleaseStock) -> int:
    return turn(command.run) + int(command.own) if command.run else EVER
