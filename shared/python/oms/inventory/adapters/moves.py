"""Stock movements as conditional updates of a stock row: units go from one counter to another."""

from oms.aws.writes import Check, Put, Update
from oms.inventory.adapters.rows import (
    COUNTERS,
    changing,
    fence_key,
    level_key,
    reservation_item,
    reservation_key,
)
from oms.inventory.domain.adjustment import Adjustment
from oms.inventory.domain.reservation import Reservation, State
from oms.inventory.domain.stock import Quantities, StockKey


def movements(table: str, quantities: Quantities, source: str, target: str) -> list[Update]:
    """One update per stock row, refused where `source` has fewer units than move."""
    return [_movement(table, at, units, source, target) for at, units in sorted(quantities.items())]


def new_chunk(table: str, chunk: Reservation) -> Put:
    """Refused when the chunk is already there."""
    return Put(table, reservation_item(chunk))


def changed_chunk(table: str, after: Reservation) -> Update:
    """Refused when somebody else changed the chunk since it was read."""
    content = changing(after)
    return Update(
        table,
        reservation_key(after.order_id, after.reservation_id, after.chunk),
        update="SET " + ", ".join(f"#{name} = :{name}" for name in content),
        condition="#version = :before",
        names={f"#{name}": name for name in content},
        values={f":{name}": value for name, value in content.items()} | {":before": after.version - 1},
    )


def open_head(table: str, chunk: Reservation) -> Check:
    """Refused when the head of `chunk` admits no more."""
    return Check(
        table,
        reservation_key(chunk.order_id, chunk.reservation_id, 0),
        condition="#state = :reserving",
        names={"#state": "state"},
        values={":reserving": str(State.RESERVING)},
    )


def not_fenced(table: str, head: Reservation) -> Check:
    """Refused when the order has been fenced against the turn of `head`."""
    return Check(
        table,
        fence_key(head.order_id),
        condition="attribute_not_exists(pk) OR #turn <= :turn",
        names={"#turn": "turn"},
        values={":turn": head.turn},
    )


def raised_fence(table: str, order_id: str, turn: int) -> Update:
    """Refused when the fence is as high already."""
    return Update(
        table,
        fence_key(order_id),
        update="SET #turn = :turn",
        condition="attribute_not_exists(pk) OR #turn < :turn",
        names={"#turn": "turn"},
        values={":turn": turn},
    )


def adjusted_level(table: str, adjustment: Adjustment) -> Update:
    """Creates the row where there is none; refused where fewer units are available than are taken."""
    source = "received" if adjustment.kind == "receipt" else "adjusted"
    changes = {"available": adjustment.delta, source: adjustment.delta}
    terms = [
        f"#{name} = if_not_exists(#{name}, :zero)" + (" + :delta" if name in changes else "")
        for name in COUNTERS
    ]
    taking = adjustment.delta < 0
    return Update(
        table,
        level_key((adjustment.location, adjustment.sku)),
        update="SET " + ", ".join(terms),
        condition="#available >= :least" if taking else "attribute_not_exists(pk) OR #available >= :least",
        names={f"#{name}": name for name in COUNTERS},
        values={":zero": 0, ":delta": adjustment.delta, ":least": -adjustment.delta if taking else 0},
    )


def _movement(table: str, at: StockKey, units: int, source: str, target: str) -> Update:
    return Update(
        table,
        level_key(at),
        update="SET #source = #source - :units, #target = #target + :units",
        condition="#source >= :units",
        names={"#source": source, "#target": target},
        values={":units": units},
    )
