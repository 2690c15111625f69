"""Read orders, their timelines and the work of locations."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from oms.contracts.api import ALL_CHANNELS, CHANNELS
from oms.contracts.problems import Problem
from oms.contracts.snapshots import OrderSnapshot
from oms.kernel.events import Event
from oms.orders.application.ports import OrderListings, Orders, Position
from oms.orders.domain.fulfilment import FulfilmentOrder
from oms.orders.domain.order import STATUSES
from oms.runtime.api.capture import visible_order
from oms.runtime.api.cursors import START, decode, encode
from oms.runtime.api.views import fulfilment_view, order_row, order_view, timeline_entry
from oms.runtime.http import Answer, Request
from oms.runtime.logs import failure, metric

T = TypeVar("T")


def get_order(request: Request, *, orders: Orders) -> Answer:
    """GET /v1/orders/{order_id}"""
    order = visible_order(request, request.path.get("order_id", ""), orders=orders)
    return Answer(
        order_view(order, _document(orders, order.order_id), orders.fulfilment_orders(order.order_id))
    )


def get_timeline(request: Request, *, orders: Orders, events_of: Callable[[str], Iterable[Event]]) -> Answer:
    """GET /v1/orders/{order_id}/timeline: what every context recorded of the order, in order of time."""
    order = visible_order(request, request.path.get("order_id", ""), orders=orders)
    events = sorted(events_of(order.order_id), key=lambda event: (event.occurred_at, event.event_id))
    return Answer({"order_id": order.order_id, "entries": [timeline_entry(event) for event in events]})


def list_orders(request: Request, *, listings: OrderListings) -> Answer:
    """GET /v1/orders?status="""
    status = request.parameter("status", allowed=STATUSES)

    def page(
        channel: str, limit: int, after: Position | None
    ) -> tuple[list[dict[str, object]], Position | None]:
        orders, position = listings.by_status(channel, status, limit=limit, after=after, trouble=_unlisted)
        return [order_row(order) for order in orders], position

    rows, cursor = _across_channels(request, page)
    return Answer({"orders": rows, "cursor": cursor})


def list_fulfilment_orders(request: Request, *, orders: Orders, listings: OrderListings) -> Answer:
    """GET /v1/fulfilment-orders?location="""
    location = request.parameter("location")

    def page(
        channel: str, limit: int, after: Position | None
    ) -> tuple[list[dict[str, object]], Position | None]:
        work, position = listings.by_location(channel, location, limit=limit, after=after, trouble=_unlisted)
        return [row for one in work if (row := _work_row(one, orders))], position

    rows, cursor = _across_channels(request, page)
    return Answer({"fulfilment_orders": rows, "cursor": cursor})


def _across_channels(
    request: Request, page: Callable[[str, int, Position | None], tuple[list[T], Position | None]]
) -> tuple[list[T], str | None]:
    """One page over the channels this client may see, channel by channel."""
    channels = CHANNELS if request.channel == ALL_CHANNELS else (request.channel,)
    limit = request.limit()
    after = decode(request.query.get("cursor", ""), channels=channels)
    remaining = channels[channels.index(after.channel) :] if after else channels
    rows: list[T] = []
    for index, channel in enumerate(remaining):
        start = after if after and after.channel == channel and after.item_id != START else None
        found, position = page(channel, limit - len(rows), start)
        rows += found
        if position is None and len(rows) >= limit and index + 1 < len(remaining):
            position = Position(remaining[index + 1], START, START)
        if position is not None:
            return rows, encode(position)
    return rows, None


def _work_row(work: FulfilmentOrder, orders: Orders) -> dict[str, object] | None:
    """None for work whose order cannot be read: it keeps no other from the warehouse."""
    try:
        return fulfilment_view(work, _document(orders, work.order_id))
    except (Problem, AttributeError, LookupError, TypeError, ValueError) as error:
        _unlisted(f"the order as placed of {work.order_id}", error)
        return None


def _unlisted(name: str, error: Exception) -> None:
    """An answer goes out without it, so that nobody hears of it there: the operators' alarm counts it."""
    failure("read_orders", error, unread=name)
    metric("read_orders", {"UnreadableRows": 1})


def _document(orders: Orders, order_id: str) -> OrderSnapshot:
    snapshot = orders.snapshot(order_id)
    if snapshot is None:
        raise Problem("not_found")
    return snapshot
