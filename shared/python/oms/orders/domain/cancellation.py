"""Calling off what has not shipped. A shipped order is never cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from oms.orders.domain.facts import OrderCancellationRequested, OrderCancelled
from oms.orders.domain.fulfilment import FulfilmentOrder, FulfilmentState
from oms.orders.domain.order import Order, Stage


@dataclass(frozen=True, slots=True)
class CancellationRequested:
    order: Order
    fact: OrderCancellationRequested


@dataclass(frozen=True, slots=True)
class CancellationKnown:
    """Asked for before, or already done."""

    order: Order


@dataclass(frozen=True, slots=True)
class CancellationRefused:
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    order: Order
    fulfilment_orders: tuple[FulfilmentOrder, ...]
    """Those that changed."""
    fact: OrderCancelled


def request(
    order: Order, code: str, *, at: str
) -> CancellationRequested | CancellationKnown | CancellationRefused:
    """Note the wish; the order's workflow carries it out at the next safe point."""
    # An order of which a part had left ends as shipped too: who asks again has got what could be had.
    called_off = any(line.cancelled for line in order.lines)
    if order.stage is Stage.SHIPPED and not called_off:
        return CancellationRefused(
            "order_already_shipped", "Everything has shipped: ask for a return instead."
        )
    if order.cancel_requested or called_off:
        return CancellationKnown(order)
    noted = order.noted(at=at, cancel_requested=True)
    return CancellationRequested(noted, OrderCancellationRequested(order.order_id, code))


def cancel_open(order: Order, fulfilment_orders: Sequence[FulfilmentOrder], *, at: str) -> Cancelled | None:
    """Call off every open unit; None where none is open any more."""
    called_off = [[line.number, line.open] for line in order.lines if line.open]
    if not called_off:
        return None
    lines = tuple(
        replace(line, unallocated=0, allocated=0, cancelled=line.cancelled + line.open)
        for line in order.lines
    )
    complete = not any(line.shipped for line in lines)
    move = "cancel_all" if complete else "cancel_rest"
    changed = tuple(
        one.after_cancellation() for one in fulfilment_orders if one.state is FulfilmentState.OPEN
    )
    fact = OrderCancelled(order.order_id, called_off, complete, order.shipped_total)
    return Cancelled(order.moved(move, at=at, hold=None, lines=lines), changed, fact)
