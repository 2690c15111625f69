"""One way to make a transition: read, decide, write on condition, and again where someone was faster."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from oms.kernel.errors import BrokenInvariant, WriteConflict
from oms.kernel.events import Actor, Fact, record
from oms.orders.application.ports import Orders
from oms.orders.domain.fulfilment import FulfilmentOrder
from oms.orders.domain.order import Order

T = TypeVar("T")
_TRIES = 8
"""A person's click and a workflow can meet on one order; hundreds cannot."""


def existing(orders: Orders, order_id: str) -> Order:
    """The order, which a workflow task may rely on. Raises BrokenInvariant where it is missing."""
    order = orders.load(order_id)
    if order is None:
        raise BrokenInvariant(f"no order {order_id}")
    return order


def commit(
    orders: Orders,
    order: Order,
    fact: Fact,
    *,
    now: datetime,
    actor: Actor,
    reason: str = "",
    fulfilment_orders: Sequence[FulfilmentOrder] = (),
) -> None:
    """Write one transition with its event. Raises WriteConflict where another came first."""
    event = record(
        fact,
        context="orders",
        subject=order.order_id,
        key=f"{order.version:06d}",
        channel=order.channel,
        now=now,
        actor=actor,
        reason=reason,
    )
    orders.save(order, event, fulfilment_orders=fulfilment_orders)


def until_it_holds(attempt: Callable[[], T]) -> T:
    """Repeat a read-decide-write as long as others write in between. Raises WriteConflict in the end."""
    for _ in range(_TRIES - 1):
        try:
            return attempt()
        except WriteConflict:
            continue
    return attempt()
