"""What inventory needs of a store.

Every method may raise Throttled or WriteConflict (repeat the whole operation: all of them
are idempotent); methods name what else they raise. A write that returns has happened in
full or not at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from oms.inventory.domain.adjustment import Adjustment
from oms.inventory.domain.location import Location
from oms.inventory.domain.promise import Step
from oms.inventory.domain.reservation import Reservation
from oms.inventory.domain.stock import Quantities, StockKey, StockLevel
from oms.kernel.events import Event


@dataclass(frozen=True, slots=True)
class Met:
    """Not placed: `reservation` stands in the way. It is the chunk itself, placed before, or for a
    later chunk its head, which admits no more."""

    reservation: Reservation


@dataclass(frozen=True, slots=True)
class Short:
    """Not placed: `keys` have less available than the chunk wants."""

    keys: frozenset[StockKey]


@dataclass(frozen=True, slots=True)
class Late:
    """Not placed: the order has been fenced against the chunk's turn."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Not applied: the id already belongs to `stored`."""

    stored: Adjustment


@dataclass(frozen=True, slots=True)
class BelowZero:
    """Not applied: fewer units are available than the correction takes away."""


class Reservations(Protocol):
    """Chunks of reservations, each written together with the stock it moves and its event."""

    def place(self, chunk: Reservation, event: Event) -> Met | Late | Short | None:
        """available -> reserved. A head is admitted from the order's fence upwards, a chunk after it only
        while its head is RESERVING."""
        ...

    def refuse(self, stone: Reservation) -> Reservation | None:
        """Put `stone` where the reservation's head would be, so that its refusal is final.

        None, or the head that another request for the same reservation placed meanwhile.
        """
        ...

    def confirm(self, head: Reservation) -> bool:
        """Store the head as ALLOCATED; `head` is its new content. False when it has changed meanwhile."""
        ...

    def fence(self, order_id: str, turn: int) -> None:
        """No head of a turn below `turn` can be placed from now on. A fence is only ever raised."""
        ...

    def give_back(self, step: Step, event: Event) -> bool:
        """reserved -> available. False when the chunk has changed since it was read.

        Raises BrokenInvariant when the stock holds less than the chunk says.
        """
        ...

    def send_out(self, step: Step, event: Event) -> bool:
        """reserved -> shipped. False when the chunk has changed since it was read.

        Raises BrokenInvariant when the stock holds less than the chunk says.
        """
        ...

    def of_order(self, order_id: str) -> list[Reservation]:
        """Every chunk of every reservation of the order, as of now."""
        ...

    def shipped_by(self, order_id: str, shipment_id: str) -> Quantities:
        """What the shipment has moved so far, as of now."""
        ...


class StockLevels(Protocol):
    """Levels, and the changes no order asked for."""

    def of_sku(self, sku: str) -> list[StockLevel]:
        """Every location's level, a moment old, by location."""
        ...

    def at(self, keys: Iterable[StockKey], *, consistent: bool = False) -> list[StockLevel]:
        """The levels that exist under `keys`, by key; as of now where `consistent`."""
        ...

    def apply(self, adjustment: Adjustment, event: Event) -> Duplicate | BelowZero | None:
        """Change stock on hand, once per adjustment id, whatever the SKU."""
        ...


@dataclass(frozen=True, slots=True)
class Registered:
    """A location and how often it has been described."""

    location: Location
    version: int


class Locations(Protocol):
    """Where stock stands."""

    def get(self, code: str) -> Registered | None:
        """As of now; None where there is none."""
        ...

    def all(self) -> list[Location]:
        """By code, a moment old."""
        ...

    def put(self, registered: Registered, event: Event) -> bool:
        """Store a description. False when the version before it is not the one stored."""
        ...
