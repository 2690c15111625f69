"""Orders on DynamoDB."""

from collections.abc import Sequence
from dataclasses import dataclass

from oms.aws.errors import Refused
from oms.aws.items import Item, readable
from oms.aws.outbox import PREFIX, event_row
from oms.aws.table import Page, Table
from oms.aws.writes import Put, Update
from oms.contracts.snapshots import OrderSnapshot
from oms.kernel.errors import BrokenInvariant, Trouble, WriteConflict
from oms.kernel.events import Event
from oms.kernel.ids import order_of_fulfilment
from oms.orders.adapters.rows import (
    fulfilment_item,
    fulfilment_of,
    order_item,
    order_of,
    order_pk,
    packed_snapshot,
    snapshot_of,
)
from oms.orders.application.ports import (
    AlreadyPlaced,
    KeyReused,
    Position,
    Replayed,
    RequestKey,
    Stored,
)
from oms.orders.domain.fulfilment import FulfilmentOrder, FulfilmentState
from oms.orders.domain.order import Order

_REQUEST, _ORDER = 0, 1


@dataclass(frozen=True, slots=True)
class DynamoOrders:
    """Implements `Orders` and `OrderListings`."""

    table: Table

    def place(
        self, order: Order, snapshot: OrderSnapshot, event: Event, request: RequestKey
    ) -> Stored | Replayed | KeyReused | AlreadyPlaced:
        document = packed_snapshot(snapshot)
        writes = [
            Put(self.table.name, _request_item(request, order.order_id)),
            Put(self.table.name, order_item(order)),
            event_row(self.table.name, event, pk=order_pk(order.order_id), document=document),
        ]
        refused = self.table.transact(writes)
        return Stored(order.order_id) if refused is None else _met(refused, request, order.order_id)

    def load(self, order_id: str) -> Order | None:
        item = self.table.get(order_pk(order_id), "ORDER")
        return order_of(item) if item else None

    def snapshot(self, order_id: str) -> OrderSnapshot | None:
        # Written once, with the order: an eventually consistent read can only miss it, and is half the price.
        key = (order_pk(order_id), f"{PREFIX}000001")
        item = self.table.get(*key, consistent=False) or self.table.get(*key)
        return snapshot_of(item["document"]) if item else None

    def fulfilment_order(self, fulfilment_order_id: str) -> FulfilmentOrder | None:
        order_id = order_of_fulfilment(fulfilment_order_id)
        item = self.table.get(order_pk(order_id), f"FULFILMENT#{fulfilment_order_id}") if order_id else None
        return fulfilment_of(item) if item else None

    def fulfilment_orders(self, order_id: str) -> list[FulfilmentOrder]:
        return [fulfilment_of(item) for item in self.table.collection(order_pk(order_id), "FULFILMENT#")]

    def save(self, order: Order, event: Event, *, fulfilment_orders: Sequence[FulfilmentOrder] = ()) -> None:
        writes = [
            self._next_of(order),
            *(self._next_version(fulfilment_item(one)) for one in fulfilment_orders),
            event_row(self.table.name, event, pk=order_pk(order.order_id)),
        ]
        if self.table.transact(writes):
            raise WriteConflict(f"{order.order_id} has moved past version {order.version - 1}")

    def take_over(self, order_id: str, assessment: int) -> None:
        update = Update(
            self.table.name,
            {"pk": order_pk(order_id), "sk": "ORDER"},
            "SET assessment = :assessment",
            condition="assessment < :assessment",
            values={":assessment": assessment},
        )
        self.table.write(update)  # refused where this one, or a later one, has it already

    def keep_token(self, order_id: str, token: str, turn: str) -> None:
        item = {"pk": order_pk(order_id), "sk": "TOKEN", "token": token, "turn": turn}
        # Not the last writer is right: what a dead workflow has asked for may come after what lives.
        latest = "attribute_not_exists(pk) OR #turn <= :turn"
        if self.table.write(Put(self.table.name, item, latest, {"#turn": "turn"}, {":turn": turn})):
            raise WriteConflict(f"a later wait of {order_id} has begun")

    def token(self, order_id: str) -> str | None:
        item = self.table.get(order_pk(order_id), "TOKEN")
        return str(item["token"]) if item else None

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
        key = f"{channel}#{status}"
        page = self.table.index_page(
            "by_status",
            "status_key",
            key,
            limit=limit,
            after=_index_key("status", key, after, "ORDER"),
            until=("status_at", until) if until else None,
        )
        found = readable(self.table.read_many(_keys(page), order_of), trouble)
        orders = sorted(found, key=lambda order: (order.placed_at, order.order_id))
        return [order for order in orders if order.headline == status], _position(
            channel, page.next_key, "status_at"
        )

    def by_location(
        self,
        channel: str,
        location: str,
        *,
        limit: int,
        after: Position | None,
        trouble: Trouble | None = None,
    ) -> tuple[list[FulfilmentOrder], Position | None]:
        key = f"{channel}#{location}"
        sk = f"FULFILMENT#{after.item_id}" if after else ""
        page = self.table.index_page(
            "by_location", "location_key", key, limit=limit, after=_index_key("location", key, after, sk)
        )
        found = readable(self.table.read_many(_keys(page), fulfilment_of), trouble)
        work = sorted(found, key=lambda one: (one.released_at, one.fulfilment_order_id))
        still_open = [one for one in work if one.state is FulfilmentState.OPEN]
        return still_open, _position(channel, page.next_key, "location_at")

    def _next_of(self, order: Order) -> Put:
        values = {":before": order.version - 1, ":assessment": order.assessment}
        condition = "version = :before AND assessment = :assessment"
        return Put(self.table.name, order_item(order), condition, values=values)

    def _next_version(self, item: Item) -> Put:
        if item["version"] == 1:
            return Put(self.table.name, item)
        before = {":before": item["version"] - 1}
        return Put(self.table.name, item, "version = :before", values=before)


def _keys(page: Page) -> list[tuple[str, str]]:
    return [(item["pk"], item["sk"]) for item in page.items]


def _request_item(request: RequestKey, order_id: str) -> Item:
    return {
        "pk": f"REQUEST#{request.channel}#{request.key}",
        "sk": "REQUEST",
        "order_id": order_id,
        "fingerprint": request.fingerprint,
    }


def _met(refused: Refused, request: RequestKey, order_id: str) -> Replayed | KeyReused | AlreadyPlaced:
    if refused.index == _REQUEST and refused.item:
        same = refused.item["fingerprint"] == request.fingerprint
        return Replayed(refused.item["order_id"]) if same else KeyReused()
    if _ORDER in refused.indexes:
        return AlreadyPlaced(order_id)
    raise BrokenInvariant(f"{order_id} has an event but no order")


def _index_key(name: str, key: str, after: Position | None, sk: str) -> Item | None:
    if after is None:
        return None
    order_id = order_of_fulfilment(after.item_id) or after.item_id
    at = f"{after.at}#{after.item_id}"
    return {f"{name}_key": key, f"{name}_at": at, "pk": order_pk(order_id), "sk": sk}


def _position(channel: str, next_key: Item | None, attribute: str) -> Position | None:
    if next_key is None:
        return None
    at, _, item_id = str(next_key[attribute]).rpartition("#")
    return Position(channel, at, item_id)
