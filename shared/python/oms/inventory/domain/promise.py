"""From what an order wants to chunks; from what happened to the order to movements of stock."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from oms.inventory.domain.reservation import Entry, Reservation, State, abandoned, released, shipped
from oms.inventory.domain.stock import Quantities, StockKey, summed
from oms.kernel.errors import BrokenInvariant

CHUNK = 97
"""Stock rows per chunk. With the chunk, its event and the check of the head it fills the 100 items
of a DynamoDB transaction."""


@dataclass(frozen=True, slots=True)
class Step:
    """One movement of one chunk: what it holds afterwards, and the units that move."""

    after: Reservation
    quantities: Quantities

    @property
    def units(self) -> int:
        return sum(self.quantities.values())


def chunked(
    order_id: str,
    channel: str,
    reservation_id: str,
    wanted: Iterable[tuple[str, str, int]],
    *,
    turn: int,
    size: int = CHUNK,
) -> list[Reservation]:
    """The chunks of a reservation, head first. The same `wanted` in any order gives the same chunks.

    In key order a location's stock stays together, so a shipment touches few chunks.
    Raises ValueError when nothing is wanted, or a quantity is below one.
    """
    entries = [Entry(location, sku, units) for (location, sku), units in summed(wanted).items()]
    if not entries:
        raise ValueError(f"reservation {reservation_id} of order {order_id} wants nothing")
    parts = [tuple(entries[start : start + size]) for start in range(0, len(entries), size)]
    digest = _digest(parts)

    def chunk(number: int, part: tuple[Entry, ...]) -> Reservation:
        state = State.RESERVING if number == 0 and len(parts) > 1 else State.ALLOCATED
        return Reservation(order_id, channel, reservation_id, number, len(parts), state, part, digest, turn)

    return [chunk(number, part) for number, part in enumerate(parts)]


def releases(reservations: Sequence[Reservation], shipped_units: Mapping[StockKey, int]) -> list[Step]:
    """What an order lets go: all it holds except what it has shipped and inventory has not yet seen leave.

    `shipped_units` is what the order itself says has shipped in its whole life. Heads come before
    their chunks. Raises BrokenInvariant when the order shipped more than it was ever promised.
    """
    committed, uncommitted = _parted(reservations)
    steps = [_let_go(reservation) for reservation in uncommitted if reservation.units]
    underway = _underway(committed, shipped_units)
    for reservation in committed:
        kept = _take(reservation, underway)
        freed = {key: units - kept.get(key, 0) for key, units in reservation.held.items()}
        freed = {key: units for key, units in freed.items() if units}
        if freed:
            steps.append(Step(released(reservation, freed), freed))
    _nothing_left(underway, "has shipped stock that is not held for it", reservations)
    return steps


def abandonment(head: Reservation, short: tuple[StockKey, ...] = ()) -> Step:
    """Giving up a large reservation before it became one."""
    return Step(abandoned(head, short), head.held)


def shipments(reservations: Sequence[Reservation], leaving: Mapping[StockKey, int]) -> list[Step]:
    """What a shipment consumes of each chunk.

    Raises BrokenInvariant when the order does not hold it: it was released, or never reserved.
    """
    wanted = {key: units for key, units in leaving.items() if units}
    committed, _ = _parted(reservations)
    steps = []
    for reservation in committed:
        if taken := _take(reservation, wanted):
            steps.append(Step(shipped(reservation, taken), taken))
    _nothing_left(wanted, "ships stock that is not held for it", reservations)
    return steps


def without(quantities: Mapping[StockKey, int], done: Mapping[StockKey, int]) -> Quantities:
    """`quantities` less what is `done`. Raises BrokenInvariant when more was done than asked."""
    if any(units > quantities.get(key, 0) for key, units in done.items()):
        raise BrokenInvariant("the same shipment was recorded before with other contents")
    return {key: units - done.get(key, 0) for key, units in quantities.items()}


def _parted(reservations: Sequence[Reservation]) -> tuple[list[Reservation], list[Reservation]]:
    """Chunks of promises, and chunks of what is not (yet) one; each in order, heads first."""
    ordered = sorted(reservations, key=lambda each: (each.reservation_id, each.chunk))
    never = {
        each.reservation_id
        for each in ordered
        if each.chunk == 0 and each.state in (State.RESERVING, State.ABANDONED)
    }
    committed = [each for each in ordered if each.reservation_id not in never]
    return committed, [each for each in ordered if each.reservation_id in never]


def _let_go(reservation: Reservation) -> Step:
    if reservation.state is State.RESERVING:
        return abandonment(reservation)
    return Step(released(reservation, reservation.held), reservation.held)


def _underway(committed: Iterable[Reservation], shipped_units: Mapping[StockKey, int]) -> Quantities:
    """Units the order has shipped whose movement has not reached the stock."""
    underway = dict(shipped_units)
    for entry in _entries(committed):
        if entry.key in underway:
            underway[entry.key] -= entry.shipped
    return {key: units for key, units in underway.items() if units > 0}


def _take(reservation: Reservation, wanted: Quantities) -> Quantities:
    """As much of `wanted` as the chunk holds; `wanted` shrinks by it."""
    taken = {key: min(units, wanted.get(key, 0)) for key, units in reservation.held.items()}
    taken = {key: units for key, units in taken.items() if units}
    for key, units in taken.items():
        wanted[key] -= units
    return taken


def _nothing_left(wanted: Quantities, complaint: str, reservations: Sequence[Reservation]) -> None:
    missing = {key: units for key, units in wanted.items() if units}
    if missing:
        order = reservations[0].order_id if reservations else "unknown here"
        raise BrokenInvariant(f"order {order} {complaint}: {missing}")


def _entries(reservations: Iterable[Reservation]) -> Iterator[Entry]:
    for reservation in reservations:
        yield from reservation.entries


def _digest(parts: Sequence[tuple[Entry, ...]]) -> str:
    content = [[[entry.location, entry.sku, entry.reserved] for entry in part] for part in parts]
    return sha256(json.dumps(content).encode()).hexdigest()[:32]
