"""The orders store in memory. The contract suite in tests/contract/orders holds it to DynamoOrders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from oms.aws.items import Unreadable, readable
from oms.contracts.snapshots import OrderSnapshot
from oms.kernel.errors import Trouble, WriteConflict
from oms.kernel.events import Event
from oms.orders.application.ports import AlreadyPlaced, KeyReused, Position, Replayed, RequestKey, Stored
from oms.orders.domain.fulfilment import FulfilmentOrder, FulfilmentState
from oms.orders.domain.order import Order

T = TypeVar("T")


@dataclass
class FakeOrders:
    """`Orders` and `OrderListings`."""

    orders: dict[str, Order] = field(default_factory=dict)
    snapshots: dict[str, OrderSnapshot] = field(default_factory=dict)
    requests: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    work: dict[str, FulfilmentOrder] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    tokens: dict[str, tuple[str, str]] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)
    """Rows that stand in every list and cannot be read."""
    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    """What others do just before each of the next writes."""

    def place(
        self, order: Order, snapshot: OrderSnapshot, event: Event, request: RequestKey
    ) -> Stored | Replayed | KeyReused | AlreadyPlaced:
        self._overtaken()
        if known := self.requests.get((request.channel, request.key)):
            return Replayed(known[0]) if known[1] == request.fingerprint else KeyReused()
        if order.order_id in self.orders:
            return AlreadyPlaced(order.order_id)
        self.requests[request.channel, request.key] = (order.order_id, request.fingerprint)
        self.orders[order.order_id] = order
        self.snapshots[order.order_id] = snapshot
        self.events[event.event_id] = event
        return Stored(order.order_id)

    def load(self, order_id: str) -> Order | None:
        return self.orders.get(order_id)

    def snapshot(self, order_id: str) -> OrderSnapshot | None:
        return self.snapshots.get(order_id)

    def fulfilment_order(self, fulfilment_order_id: str) -> FulfilmentOrder | None:
        return self.work.get(fulfilment_order_id)

    def fulfilment_orders(self, order_id: str) -> list[FulfilmentOrder]:
        return [one for _, one in sorted(self.work.items()) if one.order_id == order_id]

    def save(self, order: Order, event: Event, *, fulfilment_orders: Sequence[FulfilmentOrder] = ()) -> None:
        self._overtaken()
        work = [(one.version, self.work.get(one.fulfilment_order_id)) for one in fulfilment_orders]
        stale = [1 for version, stored in work if (stored.version if stored else 0) != version - 1]
        before = self.orders.get(order.order_id)
        seen = (order.version - 1, order.assessment)
        if (
            stale
            or before is None
            or (before.version, before.assessment) != seen
            or event.event_id in self.events
        ):
            raise WriteConflict(order.order_id)
        self.orders[order.order_id] = order
        self.work |= {one.fulfilment_order_id: one for one in fulfilment_orders}
        self.events[event.event_id] = event

    def take_over(self, order_id: str, assessment: int) -> None:
        order = self.orders.get(order_id)
        if order and order.assessment < assessment:
            self.orders[order_id] = replace(order, assessment=assessment)

    def keep_token(self, order_id: str, token: str, turn: str) -> None:
        if self.tokens.get(order_id, ("", ""))[0] > turn:
            raise WriteConflict(order_id)
        self.tokens[order_id] = (turn, token)

    def token(self, order_id: str) -> str | None:
        return self.tokens[order_id][1] if order_id in self.tokens else None

    def by_status(
        self,
        channel: str,
        status: str,
        *,
        limit: int,
        after: Position | None,
        until: str | None = None,
        trouble: Trouble | None = None,
    ) -> tuple[list[Order], Position | None]:
        readable(self.unreadable, trouble)
        listed = {
            (order.placed_at, order.order_id): order
            for order in self.orders.values()
            if order.channel == channel and order.headline == status
        }
        due = {key: order for key, order in listed.items() if until is None or "#".join(key) <= until}
        return _page(due, channel, limit, after)

    def by_location(
        self,
        channel: str,
        location: str,
        *,
        limit: int,
        after: Position | None,
        trouble: Trouble | None = None,
    ) -> tuple[list[FulfilmentOrder], Position | None]:
        readable(self.unreadable, trouble)
        listed = {
            (one.released_at, one.fulfilment_order_id): one
            for one in self.work.values()
            if (one.channel, one.location, one.state) == (channel, location, FulfilmentState.OPEN)
        }
        return _page(listed, channel, limit, after)

    def recorded(self, order_id: str) -> list[Event]:
        """The order's events, oldest first."""
        own = [event for event in self.events.values() if event.subject == order_id]
        return sorted(own, key=lambda event: event.event_id)

    def _overtaken(self) -> None:
        if self.meanwhile:
            self.meanwhile.pop(0)()


def _page(
    listed: dict[tuple[str, str], T], channel: str, limit: int, after: Position | None
) -> tuple[list[T], Position | None]:
    """As DynamoDB pages: a full page has a position after it, even where nothing follows."""
    start = (after.at, after.item_id) if after else ("", "")
    keys = sorted(key for key in listed if key > start)[:limit]
    more = Position(channel, *keys[-1]) if len(keys) == limit else None
    return [listed[key] for key in keys], more
