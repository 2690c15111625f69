"""Cancelling: anyone may ask at any time; the order's workflow carries it out."""

from dataclasses import dataclass
from datetime import datetime

from oms.kernel.clock import stamp
from oms.kernel.events import Actor
from oms.orders.application.ports import Orders
from oms.orders.application.transitions import commit, existing, until_it_holds
from oms.orders.domain.cancellation import (
    CancellationKnown,
    CancellationRefused,
    CancellationRequested,
    cancel_open,
    request,
)


@dataclass(frozen=True, slots=True)
class LinesCancelled:
    """CANCELLED, also where it was; NOTHING_OPEN where everything had shipped in the meantime."""

    outcome: str


def request_cancellation(
    order_id: str, code: str, *, orders: Orders, now: datetime, actor: Actor, reason: str = ""
) -> CancellationRequested | CancellationKnown | CancellationRefused | None:
    """Note the wish to cancel. None where the order does not exist."""

    def attempt() -> CancellationRequested | CancellationKnown | CancellationRefused | None:
        order = orders.load(order_id)
        if order is None:
            return None
        result = request(order, code, at=stamp(now))
        if isinstance(result, CancellationRequested):
            commit(orders, result.order, result.fact, now=now, actor=actor, reason=reason)
        return result

    return until_it_holds(attempt)


def cancel_lines(
    order_id: str, *, orders: Orders, now: datetime, actor: Actor, reason: str = ""
) -> LinesCancelled:
    """Call off every open unit of the order and of its locations' work."""

    def attempt() -> LinesCancelled:
        order = existing(orders, order_id)
        done = cancel_open(order, orders.fulfilment_orders(order_id), at=stamp(now))
        if done is None:
            cancelled = any(line.cancelled for line in order.lines)
            return LinesCancelled("CANCELLED" if cancelled else "NOTHING_OPEN")
        commit(
            orders,
            done.order,
            done.fact,
            now=now,
            actor=actor,
            reason=reason,
            fulfilment_orders=done.fulfilment_orders,
        )
        return LinesCancelled("CANCELLED")

    return until_it_holds(attempt)
