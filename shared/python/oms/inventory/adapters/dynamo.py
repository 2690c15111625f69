"""Inventory in one DynamoDB table. Every write is conditional; nothing is decided on an old reading.

operation             write request units (1 KB rows; each transaction item counts twice)
reserve one line      6   chunk + stock row + event       (and 1 for the outbox index)
release, ship         6   chunk + stock row + event       (and 1 for the outbox index)
adjust                6   adjustment + stock row + event  (and 1 for the outbox index)
each further line     2   its stock row
each further chunk    6   check of the head + chunk + event; and 1 to confirm the head
reserve anew          2   check of the fence, for any reservation of an order but the first
fence                 2   the first reservation's place + the fence
"""

from collections.abc import Iterable
from dataclasses import dataclass

from oms.aws.errors import Refused
from oms.aws.outbox import PREFIX, event_of, event_row
from oms.aws.table import Table
from oms.aws.writes import Check, Put, Write
from oms.inventory.adapters import moves, rows
from oms.inventory.application.ports import BelowZero, Duplicate, Late, Met, Registered, Short
from oms.inventory.application.recording import key
from oms.inventory.domain.adjustment import Adjustment
from oms.inventory.domain.location import Location
from oms.inventory.domain.promise import Step
from oms.inventory.domain.reservation import FIRST, Reservation, withdrawn
from oms.inventory.domain.stock import Quantities, StockKey, StockLevel, summed
from oms.kernel.errors import BrokenInvariant
from oms.kernel.events import Event


@dataclass(frozen=True, slots=True)
class DynamoStock:
    """`Reservations` and `StockLevels`."""

    table: Table

    def place(self, chunk: Reservation, event: Event) -> Met | Late | Short | None:
        # What answers a repeat comes first: an engine that names one refusal names the first.
        guards: list[Check | Put] = [moves.new_chunk(self.table.name, chunk)]
        if chunk.chunk:
            guards.insert(0, moves.open_head(self.table.name, chunk))
        elif chunk.reservation_id != FIRST:
            guards.append(moves.not_fenced(self.table.name, chunk))
        stock = moves.movements(self.table.name, chunk.held, "available", "reserved")
        refused = self.table.transact([*guards, *stock, self._event_of_order(event)])
        return _placing(refused, chunk, len(guards)) if refused else None

    def refuse(self, stone: Reservation) -> Reservation | None:
        refused = self.table.write(moves.new_chunk(self.table.name, stone))
        return rows.reservation_of(refused.item) if refused and refused.item else None

    def confirm(self, head: Reservation) -> bool:
        return self.table.write(moves.changed_chunk(self.table.name, head)) is None

    def fence(self, order_id: str, turn: int) -> None:
        self.table.write(moves.new_chunk(self.table.name, withdrawn(order_id, FIRST)))
        self.table.write(moves.raised_fence(self.table.name, order_id, turn))

    def give_back(self, step: Step, event: Event) -> bool:
        return self._move(step, "available", event)

    def send_out(self, step: Step, event: Event) -> bool:
        return self._move(step, "shipped", event)

    def of_order(self, order_id: str) -> list[Reservation]:
        items = self.table.collection(rows.order_pk(order_id), rows.RESERVATION)
        return [rows.reservation_of(item) for item in items]

    def shipped_by(self, order_id: str, shipment_id: str) -> Quantities:
        prefix = f"{PREFIX}{key('shipped', shipment_id)}#"
        items = self.table.collection(rows.order_pk(order_id), prefix)
        return summed(tuple(line) for item in items for line in event_of(item).data["lines"])

    def of_sku(self, sku: str) -> list[StockLevel]:
        items = self.table.collection(rows.sku_pk(sku), rows.LEVEL, consistent=False)
        return [rows.level_of(item) for item in items]

    def at(self, keys: Iterable[StockKey], *, consistent: bool = False) -> list[StockLevel]:
        wanted = [(found["pk"], found["sk"]) for found in map(rows.level_key, keys)]
        items = self.table.get_many(wanted, consistent=consistent)
        return sorted(map(rows.level_of, items), key=lambda level: level.key)

    def apply(self, adjustment: Adjustment, event: Event) -> Duplicate | BelowZero | None:
        row = Put(self.table.name, rows.adjustment_item(adjustment))
        level = moves.adjusted_level(self.table.name, adjustment)
        told = event_row(self.table.name, event, pk=rows.sku_pk(adjustment.sku))
        refused = self.table.transact([row, level, told])
        if refused is None:
            return None
        if refused.index == 0 and refused.item:
            return Duplicate(rows.adjustment_of(refused.item))
        return BelowZero()

    def _move(self, step: Step, target: str, event: Event) -> bool:
        chunk = moves.changed_chunk(self.table.name, step.after)
        stock = moves.movements(self.table.name, step.quantities, "reserved", target)
        writes: list[Write] = [chunk, *stock, self._event_of_order(event)]
        refused = self.table.transact(writes)
        if refused and refused.index > 0:
            raise BrokenInvariant(f"{event.event_id} moves stock that is not reserved, or moved before")
        return refused is None

    def _event_of_order(self, event: Event) -> Put:
        return event_row(self.table.name, event, pk=rows.order_pk(event.subject))


def _placing(refused: Refused, chunk: Reservation, guards: int) -> Met | Late | Short:
    if refused.index == 1 and guards == 2 and not chunk.chunk:
        return Late()
    if refused.index < guards:
        if refused.item is None:
            raise BrokenInvariant(f"chunk {chunk.chunk} of {chunk.reservation_id} has no head")
        return Met(rows.reservation_of(refused.item))
    stock = sorted(chunk.held)
    short = [stock[index - guards] for index in refused.indexes if index - guards < len(stock)]
    if not short:
        raise BrokenInvariant(f"chunk {chunk.chunk} of {chunk.reservation_id} has an event but no row")
    return Short(frozenset(short))


@dataclass(frozen=True, slots=True)
class DynamoLocations:
    """`Locations`: a handful of items in one collection."""

    table: Table

    def get(self, code: str) -> Registered | None:
        item = self.table.get(rows.LOCATIONS, rows.LEVEL + code)
        return Registered(rows.location_of(item), item["version"]) if item else None

    def all(self) -> list[Location]:
        items = self.table.collection(rows.LOCATIONS, rows.LEVEL, consistent=False)
        return [rows.location_of(item) for item in items]

    def put(self, registered: Registered, event: Event) -> bool:
        item = rows.location_item(registered.location, registered.version)
        before = {":before": registered.version - 1}
        row = (
            Put(self.table.name, item, "#version = :before", {"#version": "version"}, before)
            if registered.version > 1
            else Put(self.table.name, item)
        )
        return self.table.transact([row, event_row(self.table.name, event, pk=rows.LOCATIONS)]) is None
