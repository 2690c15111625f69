"""Tasks ReserveStock and ReleaseStock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from oms.contracts.tasks import ReserveStock
from oms.inventory.application.outcomes import Refused, Reserved
from oms.inventory.application.ports import Reservations, StockLevels
from oms.inventory.application.releasing import release
from oms.inventory.application.reserving import reserve
from oms.inventory.domain.stock import StockKey
from oms.orders.application.ports import Orders
from oms.orders.domain.fulfilment import committed_units
from oms.runtime.assessing.placed import SYSTEM, document
from oms.sourcing.domain.answer import Plan


def hold_stock(
    command: ReserveStock, *, orders: Orders, reservations: Reservations, levels: StockLevels, now: datetime
) -> dict[str, Any]:
    """RESERVED, or REFUSED with what to leave out of the next plan."""
    order = document(orders, command.order_id)
    skus = {line.number: line.sku for line in order.lines}
    plan = Plan.from_json(command.plan)
    wanted = [(box.location, skus[number], units) for box in plan.boxes for number, units in box.lines]
    answer = reserve(
        reservations,
        levels,
        order_id=order.order_id,
        channel=order.channel,
        reservation_id=command.reservation_id,
        wanted=wanted,
        now=now,
        actor=SYSTEM,
    )
    if isinstance(answer, Reserved):
        return {"outcome": "RESERVED"}
    shortages = answer.shortages if isinstance(answer, Refused) else ()
    return {"outcome": "REFUSED", "exclusions": [list(pair) for pair in shortages]}


def give_back_stock(
    order_id: str, *, orders: Orders, reservations: Reservations, now: datetime
) -> dict[str, Any]:
    """RELEASED: everything the order holds beyond what its locations have shipped or still owe."""
    kept: Mapping[StockKey, int] = committed_units(orders.fulfilment_orders(order_id))
    released = release(reservations, order_id=order_id, shipped=kept, now=now, actor=SYSTEM)
    return {"outcome": "RELEASED", "units": released.units}
