"""A reservation: the promise of stock to one order, in chunks of one transaction each.

Nearly every reservation is a single chunk and ALLOCATED from its first moment. A large one
is opened by its head (chunk 0) in RESERVING; the other chunks may join only while the head
is RESERVING, and the head alone decides whether the whole became a promise (ALLOCATED) or
never will (ABANDONED). So an outcome is all or nothing although no transaction spans it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from oms.inventory.domain.stock import Quantities, StockKey
from oms.kernel.errors import BrokenInvariant


class State(StrEnum):
    """Of one chunk; RESERVING and ABANDONED are states of a head only."""

    RESERVING = "RESERVING"
    ALLOCATED = "ALLOCATED"
    SHIPPED = "SHIPPED"
    RELEASED = "RELEASED"
    ABANDONED = "ABANDONED"


INITIAL = (State.RESERVING, State.ALLOCATED, State.ABANDONED)
"""A withdrawn reservation that never took anything is born ABANDONED."""

FIRST = "1-0-1"
"""The reservation nearly every order ends with: that of the first run's first round. It pays for no look
at the order's fence; whoever raises the fence takes its place instead."""
EVER = 10**9
"""A fence no run gets over: the order reserves nothing any more."""

MACHINE: Mapping[State, Mapping[State, str]] = {
    State.RESERVING: {
        State.ALLOCATED: "every chunk is held",
        State.ABANDONED: "a chunk was short, or the order let go before the last one",
    },
    State.ALLOCATED: {
        State.SHIPPED: "shipments consumed every unit",
        State.RELEASED: "no unit is open and some were released",
    },
    State.SHIPPED: {},
    State.RELEASED: {},
    State.ABANDONED: {},
}
"""From each state: where to, and the guard."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Units of one SKU at one location: `reserved` once, then consumed by shipping or releasing."""

    location: str
    sku: str
    reserved: int
    shipped: int = 0
    released: int = 0

    @property
    def key(self) -> StockKey:
        return (self.location, self.sku)

    @property
    def open(self) -> int:
        """Units still held."""
        return self.reserved - self.shipped - self.released


@dataclass(frozen=True, slots=True)
class Reservation:
    """One chunk. `digest` names the content of the whole reservation, `version` counts changes."""

    order_id: str
    channel: str
    reservation_id: str
    chunk: int
    chunks: int
    state: State
    entries: tuple[Entry, ...]
    digest: str
    turn: int = 0
    """Grows with every run that asks for stock; a later one overrules all before it."""
    version: int = 1
    short: tuple[StockKey, ...] = ()
    """Of an abandoned head: the stock that refused it; empty when the order let go."""

    @property
    def held(self) -> Quantities:
        """Open units per (location, sku), without zeros."""
        return {entry.key: entry.open for entry in self.entries if entry.open}

    @property
    def units(self) -> int:
        """Open units in all."""
        return sum(entry.open for entry in self.entries)


def allocated(head: Reservation) -> Reservation:
    """The head once every chunk is held."""
    return _moved(head, State.ALLOCATED, head.entries)


def released(reservation: Reservation, quantities: Quantities) -> Reservation:
    """After `quantities` went back. Raises BrokenInvariant for more than is open."""
    entries = tuple(
        replace(entry, released=entry.released + quantities.get(entry.key, 0))
        for entry in reservation.entries
    )
    return _moved(reservation, _settled(reservation, entries), entries)


def shipped(reservation: Reservation, quantities: Quantities) -> Reservation:
    """After `quantities` left. Raises BrokenInvariant for more than is open."""
    entries = tuple(
        replace(entry, shipped=entry.shipped + quantities.get(entry.key, 0)) for entry in reservation.entries
    )
    return _moved(reservation, _settled(reservation, entries), entries)


def abandoned(head: Reservation, short: tuple[StockKey, ...] = ()) -> Reservation:
    """The head of a large reservation given up: it lets go of its own units and admits no chunk."""
    entries = tuple(replace(entry, released=entry.released + entry.open) for entry in head.entries)
    return replace(_moved(head, State.ABANDONED, entries), short=short)


def withdrawn(order_id: str, reservation_id: str, short: tuple[StockKey, ...] = ()) -> Reservation:
    """Stands where a reservation would, so that a late request for it finds the place taken."""
    return Reservation(order_id, "", reservation_id, 0, 1, State.ABANDONED, (), "", short=short)


def _settled(reservation: Reservation, entries: tuple[Entry, ...]) -> State:
    if any(entry.open for entry in entries):
        return reservation.state
    return State.RELEASED if any(entry.released for entry in entries) else State.SHIPPED


def _moved(before: Reservation, state: State, entries: tuple[Entry, ...]) -> Reservation:
    name = f"reservation {before.reservation_id} chunk {before.chunk} of order {before.order_id}"
    if state != before.state and state not in MACHINE[before.state]:
        raise BrokenInvariant(f"{name} cannot go from {before.state} to {state}")
    if any(entry.open < 0 for entry in entries):
        raise BrokenInvariant(f"{name} would give more units than it holds")
    return replace(before, state=state, entries=entries, version=before.version + 1)
