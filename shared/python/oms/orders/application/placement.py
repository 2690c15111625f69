"""Taking an order in: validate nothing but its shape, store it, call nobody."""

from datetime import datetime

from oms.contracts.snapshots import OrderSnapshot
from oms.kernel.clock import stamp
from oms.kernel.events import Actor, record
from oms.orders.application.ports import AlreadyPlaced, KeyReused, Orders, Replayed, RequestKey, Stored
from oms.orders.domain.capture import PlacedLine, receive


def placed_lines(snapshot: OrderSnapshot) -> tuple[PlacedLine, ...]:
    """The snapshot's lines as the transitions need them."""
    return tuple(PlacedLine(line.number, line.sku, line.quantity, line.amount) for line in snapshot.lines)


def place_order(
    snapshot: OrderSnapshot, request: RequestKey, *, orders: Orders, now: datetime, actor: Actor
) -> Stored | Replayed | KeyReused | AlreadyPlaced:
    """Store the order once, however often it is sent."""
    order, fact = receive(
        order_id=snapshot.order_id,
        channel=snapshot.channel,
        external_order_id=snapshot.external_order_id,
        currency=snapshot.currency,
        lines=placed_lines(snapshot),
        shipping=snapshot.shipping,
        at=stamp(now),
    )
    event = record(
        fact,
        context="orders",
        subject=order.order_id,
        key=f"{order.version:06d}",
        channel=order.channel,
        now=now,
        actor=actor,
    )
    return orders.place(order, snapshot, event, request)
