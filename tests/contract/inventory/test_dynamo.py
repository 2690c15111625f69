"""What only the real adapter can show: items, sizes, write units, and that others can read its rows."""

from typing import Any

import pytest
from oms.aws.table import Table
from oms.inventory.adapters.dynamo import DynamoStock
from oms.inventory.adapters.rows import reservation_item, reservation_of
from oms.inventory.application import register_location, reserve
from oms.inventory.application.outcomes import Reserved
from oms.inventory.domain.promise import CHUNK, chunked
from oms.sourcing.adapters.dynamo import DynamoSupplies
from oms.sourcing.domain.question import Site, Supply

from tests.contract.inventory.conftest import lost
from tests.contract.inventory.desk import ACTOR, NOW, Desk, dynamo_desk, somewhere


@pytest.fixture
def desk(dynamo: Any) -> Desk:
    return dynamo_desk(dynamo, lost)


def _items_written(desk: Desk) -> list[int]:
    return [len(request.get("TransactItems", "1")) for request in desk.meddler.requests]


def test_a_one_line_order_costs_three_items_to_reserve_to_ship_and_to_release(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.meddler.requests.clear()
    desk.reserve("o1", [("LON", "MUG", 3)])
    desk.ship("o1", "s1", "LON", [("MUG", 1)])
    desk.release("o1", {("LON", "MUG"): 1})
    place_of_the_first, fence = 1, 1
    assert _items_written(desk) == [3, 3, place_of_the_first, fence, 3]


def test_only_a_reservation_after_the_first_pays_for_a_look_at_the_fence(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.meddler.requests.clear()
    desk.reserve("o1", [("LON", "MUG", 1)])
    desk.reserve("o1", [("LON", "MUG", 1)], "1-0-2")
    assert _items_written(desk) == [3, 4]


def test_an_adjustment_costs_three_items(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.meddler.requests.clear()
    desk.adjust("MUG", "LON", 1, name="a1")
    assert _items_written(desk) == [3]


def test_a_small_reservation_reads_nothing() -> None:
    client = _Recorder()
    assert _reserve_lines(client, CHUNK) == Reserved()
    assert client.calls == ["transact_write_items"]


def test_an_order_of_two_thousand_lines_stays_within_every_limit() -> None:
    client = _Recorder()
    assert _reserve_lines(client, 2_000) == Reserved()
    assert client.calls == ["transact_write_items"] * 21 + ["update_item"]
    assert max(client.items) == 100
    assert max(client.sizes) < 30_000


def test_a_full_chunk_is_stored_compressed() -> None:
    wanted = [(f"LOC-{n % 3}", f"SKU-{n * 7_919:08d}", n) for n in range(1, CHUNK + 1)]
    (chunk,) = chunked("o1", "web", "1-0-1", wanted, turn=1)
    item = reservation_item(chunk)
    assert isinstance(item["entries"], bytes)
    assert len(item["entries"]) < 2_000
    assert reservation_of(item) == chunk


def test_every_transaction_names_each_item_once() -> None:
    client = _Recorder()
    _reserve_lines(client, 300)
    assert all(len(set(keys)) == len(keys) for keys in client.keys)


def test_sourcing_reads_the_rows_that_inventory_writes(dynamo: Any, desk: Desk) -> None:
    berlin = somewhere("BER", country="DE", region="BE", latitude=52.5, longitude=13.4, priority=2)
    register_location(desk.locations, berlin, now=NOW, actor=ACTOR)
    desk.stock([("LON", "MUG", 5), ("LON", "CUP", 1)])
    desk.adjust("MUG", "BER", 4, name="a1")
    desk.reserve("o1", [("LON", "MUG", 2)])
    name = desk.meddler.requests[-1]["TransactItems"][0]["Put"]["TableName"]
    supplies = DynamoSupplies(Table(dynamo, name))
    assert supplies.all() == [Site("BER", "DE", "BE", 52.5, 13.4, 2), Site("LON", "GB")]
    assert supplies.levels(["MUG", "NONE"], ["LON", "BER"]) == [
        Supply("MUG", "BER", 4),
        Supply("MUG", "LON", 3),
    ]


def _reserve_lines(client: "_Recorder", lines: int) -> object:
    stock = DynamoStock(Table(client, "inventory"))
    return reserve(
        stock,
        stock,
        order_id="ord_" + "a" * 26,
        channel="web",
        reservation_id="1-0-1",
        turn=1,
        wanted=[(f"LOCATION-{n % 3}", f"{n:064d}", 1_000_000) for n in range(lines)],
        now=NOW,
        actor=ACTOR,
    )


class _Recorder:
    """Accepts every write and remembers its measures; fails on any reading."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.items: list[int] = []
        self.sizes: list[int] = []
        self.keys: list[list[str]] = []

    def transact_write_items(self, **request: Any) -> Any:
        writes = [body for each in request["TransactItems"] for body in each.values()]
        self.calls.append("transact_write_items")
        self.items.append(len(writes))
        self.keys.append(
            [str(each.get("Key") or [each["Item"]["pk"], each["Item"]["sk"]]) for each in writes]
        )
        self.sizes += [len(str(each.get("Item", ""))) for each in writes]

    def update_item(self, **request: Any) -> Any:
        self.calls.append("update_item")
        self.sizes.append(len(str(request)))

    def put_item(self, **request: Any) -> Any:
        raise AssertionError("not expected")

    get_item = query = batch_get_item = put_item
