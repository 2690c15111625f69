"""Every movement is a fact, stated once: stock can be computed from the events alone."""

from collections import Counter

from oms.inventory.domain.stock import StockKey
from oms.kernel.events import Event

from tests.contract.inventory.conftest import OpenDesk
from tests.contract.inventory.desk import Desk

_SIGN = {"StockReserved": 1, "StockReleased": -1, "StockShipped": -1}


def _of(desk: Desk, kind: str) -> list[Event]:
    return sorted((event for event in desk.events() if event.type == kind), key=lambda each: each.event_id)


def test_a_reservation_is_told_with_its_lines(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.reserve("o1", [("LON", "MUG", 2)])
    (event,) = _of(desk, "StockReserved")
    assert event.event_id == "o1:inventory:reserved#1-0-1#0000"
    assert (event.subject, event.channel, event.actor) == ("o1", "web", "system:test")
    assert _plain(event) == {
        "order_id": "o1",
        "reservation_id": "1-0-1",
        "chunk": 0,
        "chunks": 1,
        "lines": [["LON", "MUG", 2]],
    }


def test_a_shipment_and_a_release_are_told_with_their_lines(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.reserve("o1", [("LON", "MUG", 4)])
    desk.ship("o1", "s1", "LON", [("MUG", 1)])
    desk.release("o1", {("LON", "MUG"): 1})
    (shipped,), (released,) = _of(desk, "StockShipped"), _of(desk, "StockReleased")
    assert shipped.event_id == "o1:inventory:shipped#s1#1-0-1#0000"
    assert _plain(shipped) == {
        "order_id": "o1",
        "shipment_id": "s1",
        "reservation_id": "1-0-1",
        "chunk": 0,
        "lines": [["LON", "MUG", 1]],
    }
    assert (released.event_id, released.reason) == ("o1:inventory:released#1-0-1#0000#0003", "cancelled")
    assert _plain(released) == {
        "order_id": "o1",
        "reservation_id": "1-0-1",
        "chunk": 0,
        "lines": [["LON", "MUG", 3]],
    }


def test_an_adjustment_is_told_with_its_kind_and_reason(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.adjust("MUG", "LON", -1, name="a:1", kind="correction", reason="count")
    (event,) = _of(desk, "StockAdjusted")
    assert (event.event_id, event.channel, event.reason) == (
        "SKU#MUG:inventory:adjusted#a%3A1",
        "*",
        "count",
    )
    assert event.data == {
        "sku": "MUG",
        "location": "LON",
        "delta": -1,
        "kind": "correction",
        "adjustment_id": "a:1",
    }


def test_reserved_stock_is_the_sum_of_its_events(open_desk: OpenDesk) -> None:
    desk = open_desk(2)
    lines = [("LON", f"SKU{n:02d}", 5) for n in range(50)]
    desk.stock(lines)
    desk.reserve("o0", [("LON", "SKU07", 5)])
    desk.reserve("o1", lines)
    desk.reserve("o1", [line for line in lines if line[1] != "SKU07"], "1-0-2")
    desk.ship("o1", "s1", "LON", [("SKU01", 2), ("SKU30", 5)])
    desk.release("o0")
    total: Counter[StockKey] = Counter()
    for event in desk.events():
        for location, sku, units in event.data.get("lines", []):
            total[location, sku] += _SIGN[event.type] * units
    assert {key: units for key, units in total.items() if units} == desk.reserved()
    assert len(_of(desk, "StockReserved")) == 1 + 3 + 25
    assert desk.audit.violations() == []


def _plain(event: Event) -> dict[str, object]:
    return {
        name: [list(line) for line in value] if name == "lines" else value
        for name, value in event.data.items()
    }
