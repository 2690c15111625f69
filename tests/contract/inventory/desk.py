"""A desk to give orders at: inventory over the fake or over DynamoDB, with somebody to meddle."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Protocol, cast

from oms.aws.items import marshal
from oms.aws.outbox import event_of
from oms.aws.table import Dynamo, Table
from oms.inventory.adapters.dynamo import DynamoLocations, DynamoStock
from oms.inventory.adapters.rows import COUNTERS, level_key
from oms.inventory.application import adjust, register_location, release, reserve, ship
from oms.inventory.application.outcomes import (
    Adjusted,
    AdjustmentConflict,
    AdjustmentRefused,
    Refused,
    Released,
    Reserved,
    Shipped,
    Withdrawn,
)
from oms.inventory.application.ports import Locations, Reservations, StockLevels
from oms.inventory.domain.adjustment import Adjustment, Kind
from oms.inventory.domain.laws import Violation
from oms.inventory.domain.location import Location
from oms.inventory.domain.promise import CHUNK
from oms.inventory.domain.reservation import EVER, FIRST, Reservation
from oms.inventory.domain.stock import StockKey, StockLevel, summed
from oms.kernel.events import Actor, Event

from tests.contract.inventory.audit import InventoryAudit
from tests.fakes.stock import FakeLocations, FakeStock

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ACTOR = Actor("system", "test")
_NUMBERS = count(1)

Wanted = Iterable[tuple[str, str, int]]


class Audit(Protocol):
    def all_levels(self) -> list[StockLevel]: ...
    def all_reservations(self) -> list[Reservation]: ...
    def violations(self) -> list[Violation]: ...


class Meddler:
    """Passes everything on to `target`; `before` and `after` see each call of a write, counted from 1."""

    def __init__(self, target: object, writes: Iterable[str]) -> None:
        self._target = target
        self._writes = frozenset(writes)
        self.count = 0
        self.before: Callable[[int], None] = lambda _: None
        self.after: Callable[[int], None] = lambda _: None
        self.requests: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)
        return self._watched(method) if name in self._writes else method

    def leave_alone(self) -> None:
        """Nobody meddles from now on."""
        self.count = 0
        self.before = self.after = lambda _: None

    def _watched(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **request: Any) -> Any:
            self.count += 1
            number = self.count
            self.requests.append(request)
            self.before(number)
            answer = method(*arguments, **request)
            self.after(number)
            return answer

        return call


@dataclass
class Desk:
    """`chunk_size` is small so that a few lines make a large reservation."""

    reservations: Reservations
    levels: StockLevels
    locations: Locations
    audit: Audit
    meddler: Meddler
    events: Callable[[], list[Event]]
    seed: Callable[[list[StockLevel]], None]
    """Puts levels there as they are."""
    failure: Callable[[], Exception]
    """What a lost connection looks like at the meddler's side."""
    chunk_size: int = CHUNK
    known: set[str] = field(default_factory=set)

    def reserve(
        self, order: str, wanted: Wanted, reservation: str = FIRST, turn: int = 1
    ) -> Reserved | Refused | Withdrawn:
        return reserve(
            self.reservations,
            self.levels,
            order_id=order,
            channel="web",
            reservation_id=reservation,
            turn=turn,
            wanted=wanted,
            now=NOW,
            actor=ACTOR,
            chunk_size=self.chunk_size,
        )

    def release(
        self, order: str, shipped: Mapping[StockKey, int] | None = None, before: int = EVER
    ) -> Released:
        return release(
            self.reservations,
            order_id=order,
            shipped=lambda: shipped or {},
            now=NOW,
            actor=ACTOR,
            reason="cancelled",
            before=before,
        )

    def ship(self, order: str, shipment: str, location: str, lines: Iterable[tuple[str, int]]) -> Shipped:
        return ship(
            self.reservations,
            order_id=order,
            shipment_id=shipment,
            location=location,
            lines=lines,
            now=NOW,
            actor=ACTOR,
        )

    def adjust(
        self, sku: str, location: str, delta: int, *, name: str, kind: Kind = "receipt", reason: str = ""
    ) -> Adjusted | AdjustmentRefused | AdjustmentConflict:
        adjustment = Adjustment(name, sku, location, delta, kind, reason)
        return adjust(self.levels, self.locations, adjustment, now=NOW, actor=ACTOR)

    def stock(self, wanted: Wanted) -> None:
        """Open the books with units received, registering locations as they come."""
        opening = list(wanted)
        for location in sorted({location for location, _, _ in opening} - self.known):
            self.known.add(location)
            register_location(self.locations, somewhere(location), now=NOW, actor=ACTOR)
        self.seed(
            [
                StockLevel(sku, location, available=units, received=units)
                for (location, sku), units in summed(opening).items()
            ]
        )
        self.meddler.leave_alone()

    def level(self, location: str, sku: str) -> StockLevel:
        return self.levels.at([(location, sku)], consistent=True)[0]

    def available(self) -> dict[StockKey, int]:
        return {level.key: level.available for level in self.audit.all_levels()}

    def reserved(self) -> dict[StockKey, int]:
        return {level.key: level.reserved for level in self.audit.all_levels() if level.reserved}


def somewhere(code: str, **more: Any) -> Location:
    place = {"name": code, "line1": "1 Dock Road", "city": "Town", "postal_code": "1", "country": "GB"}
    return Location(code, **(place | more))


def fake_desk(chunk_size: int = CHUNK) -> Desk:
    stock = FakeStock()
    meddler = Meddler(stock, {"place", "confirm", "fence", "give_back", "send_out", "apply"})
    ports = cast(Any, meddler)
    return Desk(
        reservations=ports,
        levels=ports,
        locations=FakeLocations(),
        audit=stock,
        meddler=meddler,
        events=lambda: list(stock.events.values()),
        seed=lambda levels: stock.levels.update({level.key: level for level in levels}),
        failure=lambda: ConnectionError("lost"),
        chunk_size=chunk_size,
    )


def dynamo_desk(client: Any, failure: Callable[[], Exception], chunk_size: int = CHUNK) -> Desk:
    """On a table of its own."""
    name = f"inventory-{next(_NUMBERS)}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    meddler = Meddler(client, {"transact_write_items", "put_item", "update_item"})
    table = Table(cast(Dynamo, meddler), name)
    stock = DynamoStock(table)
    audit = InventoryAudit(client, name)
    return Desk(
        reservations=stock,
        levels=stock,
        locations=DynamoLocations(table),
        audit=audit,
        meddler=meddler,
        events=lambda: [event_of(item) for item in audit.items("EVENT#")],
        seed=lambda levels: _seed(client, name, levels),
        failure=failure,
        chunk_size=chunk_size,
    )


def _seed(client: Any, table: str, levels: list[StockLevel]) -> None:
    for level in levels:
        client.put_item(TableName=table, Item=marshal(_row(level)))


def _row(level: StockLevel) -> dict[str, Any]:
    return level_key(level.key) | {name: getattr(level, name) for name in COUNTERS}
