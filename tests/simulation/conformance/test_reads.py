"""Reads: collections in pages, indexes, many at once, everything."""

import pytest
from oms.aws.items import marshal

from tests.simulation.aws.shelf import Shelf, key


@pytest.mark.parametrize(
    ("condition", "sort", "wanted"),
    [
        ("pk = :pk", "", ["E#1", "E#10", "E#2", "F", "é"]),
        ("pk = :pk AND begins_with(sk, :sk)", "E#", ["E#1", "E#10", "E#2"]),
        ("pk = :pk AND begins_with(sk, :sk)", "E#1", ["E#1", "E#10"]),
        ("pk = :pk AND sk >= :sk", "E#10", ["E#10", "E#2", "F", "é"]),
        ("pk = :pk AND sk <= :sk", "E#10", ["E#1", "E#10"]),
        ("sk = :sk AND pk = :pk", "E#10", ["E#10"]),
        ("sk = :sk AND pk = :pk", "E#", []),
    ],
)
def test_a_collection_is_read_in_the_order_of_its_sort_keys(
    shelf: Shelf, condition: str, sort: str, wanted: list[str]
) -> None:
    for sk in ("é", "F", "E#2", "E#10", "E#1"):
        shelf.put(sk)
    shelf.put("E#1", pk="B")
    values = {"pk": "A"} | ({"sk": sort} if sort else {})
    assert shelf.sorts(condition, values, ConsistentRead=True) == wanted
    assert shelf.sorts(condition, values, ScanIndexForward=False) == wanted[::-1]


def test_a_full_page_tells_where_it_ended_also_at_the_end(shelf: Shelf) -> None:
    for sk in "123":
        shelf.put(sk)
    first = shelf.query("pk = :pk", {"pk": "A"}, Limit=2)
    assert (first["Count"], first["ScannedCount"], first["LastEvaluatedKey"]) == (2, 2, key("2"))
    second = shelf.query("pk = :pk", {"pk": "A"}, Limit=1, ExclusiveStartKey=key("2"))
    assert second["LastEvaluatedKey"] == key("3")
    last = shelf.query("pk = :pk", {"pk": "A"}, ExclusiveStartKey=key("3"))
    assert last["Items"] == []
    assert "LastEvaluatedKey" not in last
    assert shelf.sorts("pk = :pk", {"pk": "A"}, ExclusiveStartKey=key("3"), ScanIndexForward=False) == [
        "2",
        "1",
    ]


def test_a_page_ends_before_a_megabyte(shelf: Shelf) -> None:
    for sk in "1234":
        shelf.put(sk, filling="x" * 300_000)
    page = shelf.query("pk = :pk", {"pk": "A"})
    assert (page["Count"], page["LastEvaluatedKey"]) == (3, key("3"))
    scanned = shelf.client.scan(TableName=shelf.table, ConsistentRead=True)
    assert (scanned["Count"], scanned["LastEvaluatedKey"]) == (3, key("3"))
    rest = shelf.client.scan(TableName=shelf.table, ExclusiveStartKey=key("3"))
    assert [item["sk"]["S"] for item in rest["Items"]] == ["4"]
    assert "LastEvaluatedKey" not in rest


def test_a_page_of_exactly_a_megabyte_is_full(shelf: Shelf) -> None:
    for sk in "1234":
        shelf.put(sk, filling="x" * (256 * 1024 - len("pkAsk1filling")))
    page = shelf.query("pk = :pk", {"pk": "A"})
    assert (page["Count"], page["LastEvaluatedKey"]) == (4, key("4"))


def test_a_page_of_an_index_ends_before_a_megabyte_of_keys(shelf: Shelf) -> None:
    long = {"status_key": "x" * 2000, "status_at": "y" * 1000}
    names = len("status_keystatus_atpkskA")
    for start in range(0, 400, 100):
        shelf.transact(*(shelf.putting(f"{n}".zfill(1000), **long) for n in range(start, start + 100)))
    page = shelf.query("status_key = :key", {"key": "x" * 2000}, IndexName="by_status")
    assert page["Count"] == 1024 * 1024 // (4000 + names)
    assert page["LastEvaluatedKey"] == page["Items"][-1]


def test_an_index_holds_the_keys_of_the_items_that_have_both_of_its_own(shelf: Shelf) -> None:
    shelf.put("1", status_key="open", status_at="2", units=1)
    shelf.put("2", status_key="open", status_at="1", units=1)
    shelf.put("3", status_key="open", status_at="1")
    shelf.put("4", status_key="open")
    shelf.put("5", status_key="shut", status_at="1")
    page = shelf.query("status_key = :key", {"key": "open"}, IndexName="by_status", Limit=2)
    keys = [key(sk) | marshal({"status_key": "open", "status_at": "1"}) for sk in "23"]
    assert (page["Items"], page["LastEvaluatedKey"]) == (keys, keys[1])
    more = {"IndexName": "by_status", "ExclusiveStartKey": keys[1]}
    assert shelf.sorts("status_key = :key", {"key": "open"}, **more) == ["1"]
    until = "status_key = :key AND status_at <= :until"
    assert shelf.sorts(until, {"key": "open", "until": "1"}, IndexName="by_status") == ["2", "3"]


def test_an_item_moves_in_the_index_and_leaves_it(shelf: Shelf) -> None:
    def listed(status: str) -> list[str]:
        return shelf.sorts("status_key = :key", {"key": status}, IndexName="by_status")

    shelf.put("1", status_key="open", status_at="1")
    shelf.put("1", status_key="shut", status_at="1")
    assert (listed("open"), listed("shut")) == ([], ["1"])
    shelf.put("1")
    assert listed("shut") == []


def test_many_are_read_at_once_and_what_is_not_there_is_left_out(shelf: Shelf) -> None:
    shelf.put("1")
    asked = {shelf.table: {"Keys": [key("1"), key("2")], "ConsistentRead": True}}
    answer = shelf.client.batch_get_item(RequestItems=asked)
    assert (answer["Responses"], answer["UnprocessedKeys"]) == ({shelf.table: [key("1")]}, {})
