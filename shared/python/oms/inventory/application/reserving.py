"""Reserving stock for an order: everything or nothing, however large, whatever crashes where.

One chunk is one transaction and no more is read or written. A larger reservation is

    place the head (RESERVING) -> place each other chunk -> confirm the head (ALLOCATED)

and, as soon as one chunk is refused,

    abandon the head (no chunk may join from now on) -> give the other chunks back.

Whoever repeats the request finds how far it came from what is stored, and takes it from
there. Two who do so at once meet at the same conditional writes and give one answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from oms.inventory.application import recording
from oms.inventory.application.outcomes import Refused, Reserved, Withdrawn
from oms.inventory.application.ports import Late, Met, Reservations, Short, StockLevels
from oms.inventory.domain.promise import CHUNK, Step, abandonment, chunked
from oms.inventory.domain.reservation import Reservation, State, allocated, released, withdrawn
from oms.inventory.domain.stock import StockKey
from oms.kernel.errors import BrokenInvariant, WriteConflict
from oms.kernel.events import Actor

Answer = Reserved | Refused | Withdrawn


def reserve(
    reservations: Reservations,
    levels: StockLevels,
    *,
    order_id: str,
    channel: str,
    reservation_id: str,
    turn: int,
    wanted: Iterable[tuple[str, str, int]],
    now: datetime,
    actor: Actor,
    chunk_size: int = CHUNK,
) -> Answer:
    """Hold every (location, sku, quantity) of `wanted` for the order, or nothing.

    `reservation_id` is unique within the order and names this attempt for ever: a repeat gives
    the same answer.
    `turn` numbers the run that asks: once a later one has begun, the answer is Withdrawn.
    Raises Retryable errors (repeat); BrokenInvariant when the id was used for other contents.
    """
    chunks = chunked(order_id, channel, reservation_id, wanted, turn=turn, size=chunk_size)
    return _Attempt(reservations, levels, chunks, now, actor).run()


@dataclass(frozen=True, slots=True)
class _Attempt:
    reservations: Reservations
    levels: StockLevels
    chunks: Sequence[Reservation]
    now: datetime
    actor: Actor

    def run(self) -> Answer:
        head = self.chunks[0]
        match self._place(head):
            case Short(keys):
                return self._turn_down(tuple(sorted(keys)))
            case Late():
                return Withdrawn()
            case Met(reservation):
                head = self._same_content(reservation)
        return self._continue(head)

    def _turn_down(self, short: tuple[StockKey, ...]) -> Answer:
        """A refusal is final: the order plans anew, and a request that comes late must not reserve beside that."""
        head = self.chunks[0]
        met = self.reservations.refuse(withdrawn(head.order_id, head.reservation_id, short))
        if met:
            return self._continue(self._same_content(met))
        return self._refused(short, self.chunks[1:])

    def _continue(self, head: Reservation) -> Answer:
        """From a head that is stored to the answer."""
        match head.state:
            case State.RESERVING:
                return self._complete(head)
            case State.ABANDONED:
                self._give_back()
                return self._refused(head.short, self.chunks) if head.short else Withdrawn()
            case State.RELEASED:
                return Withdrawn()
        return Reserved()

    def _complete(self, head: Reservation) -> Answer:
        for chunk in self.chunks[1:]:
            placed = self._place(chunk)
            if isinstance(placed, Short):
                return self._abandon(head, tuple(sorted(placed.keys)))
        # A chunk that met somebody was placed before, or its head is decided: then confirming fails.
        if self.reservations.confirm(allocated(head)):
            return Reserved()
        return self._overtaken()

    def _abandon(self, head: Reservation, short: tuple[StockKey, ...]) -> Answer:
        step = abandonment(head, short)
        if self._freed(step):
            return self._continue(step.after)
        return self._overtaken()

    def _overtaken(self) -> Answer:
        """Somebody else decided about the head; their decision is the answer."""
        head = next((each for each in self._stored() if each.chunk == 0), None)
        if head is None or head.state is State.RESERVING:
            raise WriteConflict(f"reservation {self.chunks[0].reservation_id} is being decided elsewhere")
        return self._continue(head)

    def _give_back(self) -> None:
        """Free the chunks of an abandoned head. No chunk can join any more, so one reading is enough."""
        for chunk in self._stored():
            if chunk.units and not self._freed(Step(released(chunk, chunk.held), chunk.held)):
                raise WriteConflict(f"reservation {chunk.reservation_id} is being released elsewhere")

    def _refused(self, known: Iterable[StockKey], others: Sequence[Reservation]) -> Refused:
        """Name, beside what refused, all else that is short: one new plan can then avoid all of it."""
        wanted = {key: units for chunk in others for key, units in chunk.held.items()}
        levels = self.levels.at(wanted, consistent=True) if wanted else []
        available = {level.key: level.available for level in levels}
        short = {key for key, units in wanted.items() if available.get(key, 0) < units}
        return Refused(tuple(sorted((sku, location) for location, sku in short.union(known))))

    def _place(self, chunk: Reservation) -> Met | Late | Short | None:
        event = recording.reserved(chunk, now=self.now, actor=self.actor)
        return self.reservations.place(chunk, event)

    def _freed(self, step: Step) -> bool:
        event = recording.released(step, now=self.now, actor=self.actor, reason="out_of_stock")
        return self.reservations.give_back(step, event)

    def _stored(self) -> list[Reservation]:
        head = self.chunks[0]
        stored = self.reservations.of_order(head.order_id)
        return [each for each in stored if each.reservation_id == head.reservation_id]

    def _same_content(self, stored: Reservation) -> Reservation:
        if stored.digest and stored.digest != self.chunks[0].digest:
            raise BrokenInvariant(f"reservation {stored.reservation_id} was made before with other contents")
        return stored
