"""What the orders context needs from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from oms.contracts.snapshots import OrderSnapshot
from oms.kernel.errors import Trouble
from oms.kernel.events import Event
from oms.orders.domain.fulfilment import FulfilmentOrder
from oms.orders.domain.order import Order


@dataclass(frozen=True, slots=True)
class RequestKey:
    """The client's idempotency key, within its channel, and the fingerprint of the body it came with."""

    channel: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Stored:
    """The order is on disk."""

    order_id: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """This very request was answered before."""

    order_id: str


@dataclass(frozen=True, slots=True)
class KeyReused:
    """The key came before with another body."""


@dataclass(frozen=True, slots=True)
class AlreadyPlaced:
    """The channel placed this order before, under another key."""

    order_id: str


@dataclass(frozen=True, slots=True)
class Position:
    """Where a listing goes on: which channel's index, after which entry of it."""

    channel: str
    at: str
    item_id: str


class Orders(Protocol):
    """The store of orders. Every method may raise Throttled; writes may raise WriteConflict."""

    def place(
        self, order: Order, snapshot: OrderSnapshot, event: Event, request: RequestKey
    ) -> Stored | Replayed | KeyReused | AlreadyPlaced:
        """Store the order, its event and its two natural keys, all or none."""

    def load(self, order_id: str) -> Order | None:
        """The order as of its last committed transition."""

    def snapshot(self, order_id: str) -> OrderSnapshot | None:
        """The order as placed."""

    def fulfilment_order(self, fulfilment_order_id: str) -> FulfilmentOrder | None:
        """One location's work."""

    def fulfilment_orders(self, order_id: str) -> list[FulfilmentOrder]:
        """All locations' work."""

    def save(self, order: Order, event: Event, *, fulfilment_orders: Sequence[FulfilmentOrder] = ()) -> None:
        """One transition: `order` (whose version has just grown by one), its event, the work that changed.

        Raises WriteConflict where another transition, or a later assessment, came first.
        """

    def take_over(self, order_id: str, assessment: int) -> None:
        """Let `assessment` have the order in hand, unless a later one has: who has read it before cannot save it."""

    def keep_token(self, order_id: str, token: str, turn: str) -> None:
        """Remember the task token the order's workflow waits with; that of a later turn replaces it.

        Raises WriteConflict where a later turn has come: this one's workflow is dead, or will ask again.
        """

    def token(self, order_id: str) -> str | None:
        """The token kept last."""


class OrderListings(Protocol):
    """Lists for people and watchdogs. They run behind the truth by the lag of an index."""

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
        """Orders of one channel by headline, oldest first; only those placed up to `until` where given.

        `trouble` is told of a row that cannot be read, and the others are listed; without it, its error is raised.
        """

    def by_location(
        self,
        channel: str,
        location: str,
        *,
        limit: int,
        after: Position | None,
        trouble: Trouble | None = None,
    ) -> tuple[list[FulfilmentOrder], Position | None]:
        """Open work of a location, oldest first. `trouble`: as with `by_status`."""
