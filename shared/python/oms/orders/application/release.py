"""Workflow tasks of the way to release: hold, release, wait."""

from dataclasses import dataclass
from datetime import datetime

from oms.kernel.clock import stamp
from oms.kernel.errors import BrokenInvariant
from oms.kernel.events import Actor
from oms.orders.application.placement import placed_lines
from oms.orders.application.ports import Orders
from oms.orders.application.transitions import commit, existing, until_it_holds
from oms.orders.domain import capture
from oms.orders.domain.order import Hold, Stage


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the workflow reads. `outcome` is one of the values each function names."""

    outcome: str


def hold_order(
    order_id: str, kind: Hold, cause: str, *, assessment: int, orders: Orders, now: datetime, actor: Actor
) -> Outcome:
    """HELD, also where it was; UNCHANGED where the order has moved on, or a later assessment has begun."""

    def attempt() -> Outcome:
        order = existing(orders, order_id)
        if order.assessment > assessment:
            return Outcome("UNCHANGED")
        held = capture.hold(order, kind, cause, at=stamp(now))
        if held is None:
            return Outcome("HELD" if order.hold is kind else "UNCHANGED")
        commit(orders, held[0], held[1], now=now, actor=actor, reason=cause)
        return Outcome("HELD")

    return until_it_holds(attempt)


def release_order(
    order_id: str,
    boxes: capture.Boxes,
    taxes: capture.Taxes,
    *,
    assessment: int,
    orders: Orders,
    now: datetime,
    actor: Actor,
    why: str = "",
) -> Outcome:
    """RELEASED, also where it was; CANCELLATION_REQUESTED where the customer was faster.

    OVERTAKEN where a later assessment has begun: it has given back what this one's plan was made for.
    """

    def attempt() -> Outcome:
        order = existing(orders, order_id)
        if order.stage in (Stage.RELEASED, Stage.SHIPPED):
            return Outcome("RELEASED")
        if order.cancel_requested or not order.may("release"):
            return Outcome("CANCELLATION_REQUESTED")
        if order.assessment > assessment:
            return Outcome("OVERTAKEN")
        snapshot = orders.snapshot(order_id)
        if snapshot is None:
            raise BrokenInvariant(f"{order_id} has lost its document")
        done = capture.release(
            order,
            placed_lines(snapshot),
            boxes,
            taxes,
            shipping=snapshot.shipping,
            prices_include_tax=snapshot.prices_include_tax,
            at=stamp(now),
            why=why,
        )
        commit(orders, done.order, done.fact, now=now, actor=actor, fulfilment_orders=done.fulfilment_orders)
        return Outcome("RELEASED")

    return until_it_holds(attempt)


@dataclass(frozen=True, slots=True)
class Interruption:
    """Why a waiting workflow goes on: everything has SHIPPED, or a CANCELLATION was requested."""

    kind: str


def wait_for_fulfilment(order_id: str, token: str, turn: str, *, orders: Orders) -> Interruption | None:
    """Keep the token first, look second: what happened in between is seen here or by who made it happen."""
    orders.keep_token(order_id, token, turn)
    return interruption(order_id, orders=orders)


def interruption(order_id: str, *, orders: Orders) -> Interruption | None:
    """What the order's waiting workflow should be told now; None while there is nothing to tell."""
    order = existing(orders, order_id)
    if any(line.cancelled for line in order.lines):
        return Interruption("CANCELLATION")  # called off before an outage: stock and money may still be held
    if order.stage is Stage.SHIPPED:
        return Interruption("SHIPPED")
    return Interruption("CANCELLATION") if order.cancel_requested else None
