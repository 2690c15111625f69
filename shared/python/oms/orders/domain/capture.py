"""From placement to release: receive, hold, release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from oms.kernel.errors import BrokenInvariant
from oms.kernel.ids import fulfilment_order_id
from oms.orders.domain.facts import OrderHeld, OrderReceived, OrderReleased
from oms.orders.domain.fulfilment import FulfilmentOrder, Work
from oms.orders.domain.order import Hold, Line, Order, Stage

Boxes = Mapping[str, Sequence[tuple[int, int]]]
"""Location → [(line number, units)]."""


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """What the transitions need to know of a line as placed. `amount` in minor units, discount deducted."""

    number: int
    sku: str
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True)
class Taxes:
    """Tax per line number and for shipping, minor units."""

    lines: Mapping[int, int]
    shipping: int
    estimated: bool


@dataclass(frozen=True, slots=True)
class Released:
    """The order with its fulfilment orders, new in this transition."""

    order: Order
    fulfilment_orders: tuple[FulfilmentOrder, ...]
    fact: OrderReleased


def receive(
    *,
    order_id: str,
    channel: str,
    external_order_id: str,
    currency: str,
    lines: Sequence[PlacedLine],
    shipping: int,
    at: str,
) -> tuple[Order, OrderReceived]:
    """A new order: every unit still unallocated."""
    states = tuple(Line(line.number, line.quantity, unallocated=line.quantity) for line in lines)
    order = Order(order_id, channel, 1, Stage.RECEIVED, currency, placed_at=at, updated_at=at, lines=states)
    goods, units = sum(line.amount for line in lines), sum(line.quantity for line in lines)
    return order, OrderReceived(order_id, external_order_id, currency, len(lines), units, goods, shipping)


def hold(order: Order, kind: Hold, cause: str, *, at: str) -> tuple[Order, OrderHeld] | None:
    """Put the order on hold; None where it already waits for this or has moved on."""
    if not order.may("hold") or order.hold is kind:
        return None
    return order.moved("hold", at=at, hold=kind), OrderHeld(order.order_id, kind.value, cause)


def release(
    order: Order,
    placed: Sequence[PlacedLine],
    boxes: Boxes,
    taxes: Taxes,
    *,
    shipping: int,
    prices_include_tax: bool,
    at: str,
    why: str = "",
) -> Released:
    """Allocate every unit to its location and hand out the work.

    Raises BrokenInvariant when the plan does not cover the order exactly.
    """
    if _units_by_line(boxes) != {line.number: line.unallocated for line in order.lines}:
        raise BrokenInvariant(f"the plan does not cover {order.order_id} exactly")
    work = _fulfilment_orders(order, placed, boxes, at)
    lines = tuple(
        replace(line, unallocated=0, allocated=line.unallocated, tax=taxes.lines.get(line.number, 0))
        for line in order.lines
    )
    tax = sum(line.tax for line in lines) + taxes.shipping
    total = sum(line.amount for line in placed) + shipping + (0 if prices_include_tax else tax)
    released = order.moved(
        "release",
        at=at,
        hold=None,
        lines=lines,
        shipping_tax=taxes.shipping,
        tax_estimated=taxes.estimated,
        fulfilment_orders=order.fulfilment_orders + len(work),
    )
    summary: list[dict[str, object]] = [
        {"id": one.fulfilment_order_id, "location": one.location, "units": sum(w.quantity for w in one.work)}
        for one in work
    ]
    return Released(released, work, OrderReleased(order.order_id, summary, tax, taxes.estimated, total, why))


def _units_by_line(boxes: Boxes) -> dict[int, int]:
    units: dict[int, int] = {}
    for lines in boxes.values():
        for number, quantity in lines:
            units[number] = units.get(number, 0) + quantity
    return units


def _fulfilment_orders(
    order: Order, placed: Sequence[PlacedLine], boxes: Boxes, at: str
) -> tuple[FulfilmentOrder, ...]:
    return tuple(
        FulfilmentOrder(
            fulfilment_order_id=fulfilment_order_id(order.order_id, order.fulfilment_orders + index),
            order_id=order.order_id,
            channel=order.channel,
            location=location,
            released_at=at,
            work=tuple(Work(number, placed[number - 1].sku, quantity) for number, quantity in lines),
            shipments={},
        )
        for index, (location, lines) in enumerate(sorted(boxes.items()), start=1)
    )
