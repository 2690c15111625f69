"""The items of the inventory table.

pk              sk                                what
SKU#<sku>       LOC#<location>                    a stock level
ADJUSTMENT#<id> ADJUSTMENT                        an adjustment, by the caller's natural key: one for all SKUs
SKU#<sku>       EVENT#adjusted#<id>               its event
ORDER#<order>   RESERVATION#<id>#<chunk>          a chunk of a reservation
ORDER#<order>   FENCE                             below which turn the order reserves nothing any more
ORDER#<order>   EVENT#reserved#… released#… shipped#<shipment>#…
LOCATIONS       LOC#<code>                        a location
LOCATIONS       EVENT#registered#<code>#<version>
"""

from dataclasses import fields
from typing import Any

from oms.aws.items import Item, pack, unpack
from oms.inventory.application.recording import degrees, key
from oms.inventory.domain.adjustment import Adjustment
from oms.inventory.domain.location import Location
from oms.inventory.domain.reservation import Entry, Reservation, State
from oms.inventory.domain.stock import StockKey, StockLevel

LEVEL = "LOC#"
ADJUSTMENT = "ADJUSTMENT"
RESERVATION = "RESERVATION#"
LOCATIONS = "LOCATIONS"
COUNTERS = ("available", "reserved", "shipped", "received", "adjusted", "restocked", "quarantined")
_PACK_BEYOND = 20
"""Entries beyond which a chunk stores them compressed."""


def sku_pk(sku: str) -> str:
    return f"SKU#{sku}"


def level_key(at: StockKey) -> dict[str, str]:
    location, sku = at
    return {"pk": sku_pk(sku), "sk": LEVEL + location}


def level_of(item: Item) -> StockLevel:
    sku, location = item["pk"].removeprefix("SKU#"), item["sk"].removeprefix(LEVEL)
    return StockLevel(sku, location, **{name: item[name] for name in COUNTERS})


def order_pk(order_id: str) -> str:
    return f"ORDER#{order_id}"


def reservation_key(order_id: str, reservation_id: str, chunk: int) -> dict[str, str]:
    return {"pk": order_pk(order_id), "sk": RESERVATION + key(reservation_id, chunk)}


def fence_key(order_id: str) -> dict[str, str]:
    return {"pk": order_pk(order_id), "sk": "FENCE"}


def reservation_item(reservation: Reservation) -> Item:
    """The whole chunk; ~25 bytes per entry and its SKU, compressed where there are many."""
    return {
        **reservation_key(reservation.order_id, reservation.reservation_id, reservation.chunk),
        "order_id": reservation.order_id,
        "channel": reservation.channel,
        "reservation_id": reservation.reservation_id,
        "chunk": reservation.chunk,
        "chunks": reservation.chunks,
        "digest": reservation.digest,
        "turn": reservation.turn,
        **changing(reservation),
    }


def changing(reservation: Reservation) -> Item:
    """What a transition rewrites."""
    rows = [[e.location, e.sku, e.reserved, e.shipped, e.released] for e in reservation.entries]
    item: Item = {
        "state": str(reservation.state),
        "version": reservation.version,
        "entries": pack(rows) if len(rows) > _PACK_BEYOND else rows,
    }
    if reservation.short:
        item["short"] = pack([list(at) for at in reservation.short])
    return item


def reservation_of(item: Item) -> Reservation:
    stored = item["entries"]
    rows: list[list[Any]] = unpack(stored) if isinstance(stored, bytes) else stored
    short = unpack(item["short"]) if "short" in item else []
    return Reservation(
        order_id=item["order_id"],
        channel=item["channel"],
        reservation_id=item["reservation_id"],
        chunk=item["chunk"],
        chunks=item["chunks"],
        state=State(item["state"]),
        entries=tuple(Entry(*row) for row in rows),
        digest=item["digest"],
        turn=item["turn"],
        version=item["version"],
        short=tuple((location, sku) for location, sku in short),
    )


def adjustment_item(adjustment: Adjustment) -> Item:
    values = {field.name: getattr(adjustment, field.name) for field in fields(adjustment)}
    return {"pk": f"{ADJUSTMENT}#{adjustment.adjustment_id}", "sk": ADJUSTMENT, **values}


def adjustment_of(item: Item) -> Adjustment:
    return Adjustment(**{field.name: item[field.name] for field in fields(Adjustment)})


def location_item(location: Location, version: int) -> Item:
    values = {field.name: getattr(location, field.name) for field in fields(location)}
    coordinates = {name: degrees(values[name]) for name in ("latitude", "longitude")}
    return {"pk": LOCATIONS, "sk": LEVEL + location.code, "version": version, **values, **coordinates}


def location_of(item: Item) -> Location:
    values = {field.name: item[field.name] for field in fields(Location)}
    for name in ("latitude", "longitude"):
        values[name] = float(values[name]) if values[name] else None
    return Location(**values)
