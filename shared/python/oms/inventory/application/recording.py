"""Inventory's events, and the natural key of each."""

from datetime import datetime
from urllib.parse import quote

from oms.contracts.api import ALL_CHANNELS
from oms.inventory.domain.adjustment import Adjustment
from oms.inventory.domain.facts import (
    LocationRegistered,
    StockAdjusted,
    StockReleased,
    StockReserved,
    StockShipped,
)
from oms.inventory.domain.location import Location
from oms.inventory.domain.promise import Step
from oms.inventory.domain.reservation import Reservation
from oms.inventory.domain.stock import as_lines
from oms.kernel.events import Actor, Event, Fact, record


def key(*parts: str | int) -> str:
    """Parts joined so that no two lists of parts share a key, whatever characters clients use in ids."""
    return "#".join(quote(f"{part:04d}" if isinstance(part, int) else part, safe="") for part in parts)


def reserved(chunk: Reservation, *, now: datetime, actor: Actor) -> Event:
    fact = StockReserved(
        chunk.order_id, chunk.reservation_id, chunk.chunk, chunk.chunks, as_lines(chunk.held)
    )
    name = key("reserved", chunk.reservation_id, chunk.chunk)
    return _of_order(fact, chunk, name, now=now, actor=actor)


def released(step: Step, *, now: datetime, actor: Actor, reason: str) -> Event:
    """A chunk can be released in several goes: its version tells them apart."""
    chunk = step.after
    fact = StockReleased(chunk.order_id, chunk.reservation_id, chunk.chunk, as_lines(step.quantities))
    name = key("released", chunk.reservation_id, chunk.chunk, chunk.version)
    return _of_order(fact, chunk, name, now=now, actor=actor, reason=reason)


def shipped(step: Step, shipment_id: str, *, now: datetime, actor: Actor) -> Event:
    """Its key makes a second movement of the same shipment out of the same chunk impossible."""
    chunk = step.after
    fact = StockShipped(
        chunk.order_id, shipment_id, chunk.reservation_id, chunk.chunk, as_lines(step.quantities)
    )
    name = key("shipped", shipment_id, chunk.reservation_id, chunk.chunk)
    return _of_order(fact, chunk, name, now=now, actor=actor)


def adjusted(adjustment: Adjustment, *, now: datetime, actor: Actor) -> Event:
    return record(
        StockAdjusted(
            adjustment.sku, adjustment.location, adjustment.delta, adjustment.kind, adjustment.adjustment_id
        ),
        context="inventory",
        subject=f"SKU#{adjustment.sku}",
        key=key("adjusted", adjustment.adjustment_id),
        channel=ALL_CHANNELS,
        now=now,
        actor=actor,
        reason=adjustment.reason,
    )


def registered(location: Location, version: int, *, now: datetime, actor: Actor) -> Event:
    return record(
        LocationRegistered(
            code=location.code,
            name=location.name,
            country=location.country,
            region=location.region,
            postal_code=location.postal_code,
            latitude=degrees(location.latitude),
            longitude=degrees(location.longitude),
            priority=location.priority,
            version=version,
        ),
        context="inventory",
        subject=f"LOC#{location.code}",
        key=key("registered", location.code, version),
        channel=ALL_CHANNELS,
        now=now,
        actor=actor,
    )


def degrees(coordinate: float | None) -> str:
    """Items and events hold no floats; empty where there is no coordinate."""
    return "" if coordinate is None else repr(coordinate)


def _of_order(
    fact: Fact, chunk: Reservation, name: str, *, now: datetime, actor: Actor, reason: str = ""
) -> Event:
    return record(
        fact,
        context="inventory",
        subject=chunk.order_id,
        key=name,
        channel=chunk.channel,
        now=now,
        actor=actor,
        reason=reason,
    )
