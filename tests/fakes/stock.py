"""Inventory's store in memory. The contract suite in tests/contract/inventory holds it to DynamoStock."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from oms.inventory.application.ports import BelowZero, Duplicate, Late, Met, Registered, Short
from oms.inventory.domain.adjustment import Adjustment
from oms.inventory.domain.laws import Violation, conservation, promises
from oms.inventory.domain.location import Location
from oms.inventory.domain.promise import Step
from oms.inventory.domain.reservation import FIRST, Reservation, State, withdrawn
from oms.inventory.domain.stock import Quantities, StockKey, StockLevel
from oms.kernel.errors import BrokenInvariant
from oms.kernel.events import Event


@dataclass
class FakeStock:
    """`Reservations` and `StockLevels`."""

    levels: dict[StockKey, StockLevel] = field(default_factory=dict)
    chunks: dict[tuple[str, str, int], Reservation] = field(default_factory=dict)
    adjustments: dict[str, Adjustment] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    fences: dict[str, int] = field(default_factory=dict)

    def place(self, chunk: Reservation, event: Event) -> Met | Late | Short | None:
        if chunk.chunk:
            head = self.chunks.get((chunk.order_id, chunk.reservation_id, 0))
            if head is None:
                raise BrokenInvariant("a chunk without a head")
            if head.state is not State.RESERVING:
                return Met(head)
        if met := self.chunks.get(self._name(chunk)):
            return Met(met)
        fenced = chunk.chunk == 0 and chunk.reservation_id != FIRST
        if fenced and self.fences.get(chunk.order_id, 0) > chunk.turn:
            return Late()
        short = {key for key, units in chunk.held.items() if self._level(key).available < units}
        if short:
            return Short(frozenset(short))
        self._transfer(chunk.held, "available", "reserved")
        self.chunks[self._name(chunk)] = chunk
        self._record(event)
        return None

    def refuse(self, stone: Reservation) -> Reservation | None:
        met = self.chunks.get(self._name(stone))
        self.chunks.setdefault(self._name(stone), stone)
        return met

    def confirm(self, head: Reservation) -> bool:
        if self._stale(head):
            return False
        self.chunks[self._name(head)] = head
        return True

    def fence(self, order_id: str, turn: int) -> None:
        stone = withdrawn(order_id, FIRST)
        self.chunks.setdefault(self._name(stone), stone)
        self.fences[order_id] = max(turn, self.fences.get(order_id, 0))

    def give_back(self, step: Step, event: Event) -> bool:
        return self._move(step, "available", event)

    def send_out(self, step: Step, event: Event) -> bool:
        return self._move(step, "shipped", event)

    def of_order(self, order_id: str) -> list[Reservation]:
        return [chunk for (order, _, _), chunk in sorted(self.chunks.items()) if order == order_id]

    def shipped_by(self, order_id: str, shipment_id: str) -> Quantities:
        moved: Quantities = {}
        for event in self.events.values():
            if event.subject == order_id and event.data.get("shipment_id") == shipment_id:
                for location, sku, units in event.data["lines"]:
                    moved[location, sku] = moved.get((location, sku), 0) + units
        return moved

    def of_sku(self, sku: str) -> list[StockLevel]:
        return [level for key, level in sorted(self.levels.items()) if key[1] == sku]

    def at(self, keys: Iterable[StockKey], *, consistent: bool = False) -> list[StockLevel]:
        return [self.levels[key] for key in sorted(set(keys)) if key in self.levels]

    def apply(self, adjustment: Adjustment, event: Event) -> Duplicate | BelowZero | None:
        name = adjustment.adjustment_id
        if name in self.adjustments:
            return Duplicate(self.adjustments[name])
        level = self._level((adjustment.location, adjustment.sku))
        if level.available + adjustment.delta < 0:
            return BelowZero()
        source = "received" if adjustment.kind == "receipt" else "adjusted"
        self.levels[level.key] = replace(
            level,
            available=level.available + adjustment.delta,
            **{source: getattr(level, source) + adjustment.delta},
        )
        self.adjustments[name] = adjustment
        self._record(event)
        return None

    def all_levels(self) -> list[StockLevel]:
        return [level for _, level in sorted(self.levels.items())]

    def all_reservations(self) -> list[Reservation]:
        return [chunk for _, chunk in sorted(self.chunks.items())]

    def violations(self) -> list[Violation]:
        """Laws 1 and 2."""
        return conservation(self.all_levels()) + promises(self.all_levels(), self.all_reservations())

    def _move(self, step: Step, target: str, event: Event) -> bool:
        if self._stale(step.after):
            return False
        if event.event_id in self.events:
            raise BrokenInvariant(f"{event.event_id} moved before")
        if any(self._level(key).reserved < units for key, units in step.quantities.items()):
            raise BrokenInvariant("less is reserved than moves")
        self._transfer(step.quantities, "reserved", target)
        self.chunks[self._name(step.after)] = step.after
        self._record(event)
        return True

    def _transfer(self, quantities: Quantities, source: str, target: str) -> None:
        for key, units in quantities.items():
            level = self._level(key)
            moved = {source: getattr(level, source) - units, target: getattr(level, target) + units}
            self.levels[key] = replace(level, **moved)

    def _level(self, key: StockKey) -> StockLevel:
        return self.levels.get(key) or StockLevel(sku=key[1], location=key[0])

    def _stale(self, after: Reservation) -> bool:
        return self.chunks[self._name(after)].version != after.version - 1

    def _record(self, event: Event) -> None:
        assert event.event_id not in self.events, event.event_id
        self.events[event.event_id] = event

    @staticmethod
    def _name(chunk: Reservation) -> tuple[str, str, int]:
        return (chunk.order_id, chunk.reservation_id, chunk.chunk)


@dataclass
class FakeLocations:
    """`Locations`."""

    registered: dict[str, Registered] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def get(self, code: str) -> Registered | None:
        return self.registered.get(code)

    def all(self) -> list[Location]:
        return [each.location for _, each in sorted(self.registered.items())]

    def put(self, registered: Registered, event: Event) -> bool:
        known = self.registered.get(registered.location.code)
        if (known.version if known else 0) != registered.version - 1:
            return False
        self.registered[registered.location.code] = registered
        self.events.append(event)
        return True
