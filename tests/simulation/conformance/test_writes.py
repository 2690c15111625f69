"""Writes: conditions, updates, transactions."""

from typing import Any

import pytest
from oms.aws.items import marshal

from tests.simulation.aws.shelf import Shelf, code, key, refusal

STORED: dict[str, Any] = {
    "version": 2,
    "units": 9,
    "note": "b",
    "packed": b"xyz",
    "boxes": [[1, 2], [3, 4]],
    "blank": "",
    "smile": "\N{GRINNING FACE}",
}
"""What conditions are held against."""


@pytest.mark.parametrize(
    ("condition", "values", "holds"),
    [
        ("attribute_exists(pk)", {}, True),
        ("attribute_not_exists(pk)", {}, False),
        ("attribute_exists(missing_one)", {}, False),
        ("version = :v", {"v": 2}, True),
        ("version = :v", {"v": "2"}, False),
        ("version <> :v", {"v": 2}, False),
        ("missing_one = :v", {"v": 2}, False),
        ("missing_one <> :v", {"v": 2}, True),
        ("missing_one <= :v", {"v": 2}, False),
        ("units < :v", {"v": 10}, True),
        ("units > :v", {"v": 10}, False),
        ("units >= :v", {"v": 9}, True),
        ("units <= :v", {"v": -9}, False),
        ("note < :v", {"v": "ba"}, True),
        ("note < :v", {"v": 10}, False),
        ("packed >= :v", {"v": b"xy"}, True),
        ("boxes = :v", {"v": [[1, 2], [3, 4]]}, True),
        ("blank = :v", {"v": ""}, True),
        ("size(note) = :v", {"v": 1}, True),
        ("size(packed) > :v", {"v": 2}, True),
        ("size(smile) = :v", {"v": 2}, True),
        ("size(boxes) < :v", {"v": 2}, False),
        ("size(missing_one) < :v", {"v": 2}, False),
        ("version = :a OR version = :b AND units = :c", {"a": 2, "b": 2, "c": 0}, True),
        ("(version = :a OR version = :b) AND units = :c", {"a": 2, "b": 2, "c": 0}, False),
        ("attribute_not_exists(pk) OR units < :v", {"v": 10}, True),
    ],
)
def test_a_write_happens_where_its_condition_holds(
    shelf: Shelf, condition: str, values: dict[str, Any], holds: bool
) -> None:
    shelf.put("1", **STORED)
    request = shelf.updating("1", "SET done = :done", condition, done=True, **values)
    if holds:
        shelf.client.update_item(**request)
    else:
        assert code(shelf.client.update_item, **request) == "ConditionalCheckFailedException"
    assert ("done" in shelf.get("1")) is holds


def test_a_refused_write_shows_what_it_met_where_it_is_to(shelf: Shelf) -> None:
    shelf.put("1", units=1)
    request = shelf.putting("1", "attribute_not_exists(pk)")
    error = {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}
    met = {"Error": error, "Item": marshal({"pk": "A", "sk": "1", "units": 1})}
    assert refusal(shelf.client.put_item, **request) == met
    request["ReturnValuesOnConditionCheckFailure"] = "NONE"
    assert refusal(shelf.client.put_item, **request) == {"Error": error}
    absent = shelf.putting("2", "attribute_exists(pk)")
    assert refusal(shelf.client.put_item, **absent) == {"Error": error}
    assert shelf.get("2") is None


def test_an_item_comes_back_as_it_was_put_with_numbers_written_anew(shelf: Shelf) -> None:
    written = {"a": "007", "b": "-0.0", "c": "1.50", "d": "12e3", "e": ".5", "f": "-1e-2", "g": "9" * 38}
    read = {"a": "7", "b": "0", "c": "1.5", "d": "12000", "e": "0.5", "f": "-0.01", "g": "9" * 38}
    item = marshal({"pk": "A", "sk": "1", **STORED, "none": None, "yes": True, "map": {"é": b""}})
    for name, text in written.items():
        item[name] = {"L": [{"N": text}]}
    shelf.client.put_item(TableName=shelf.table, Item=item)
    assert shelf.get("1") == item | {name: {"L": [{"N": text}]} for name, text in read.items()}


def test_numbers_of_a_request_are_compared_and_stored_whichever_way_they_are_written(shelf: Shelf) -> None:
    shelf.put("1", units=2)
    request = shelf.updating("1", "SET more = :more", "units = :units")
    request["ExpressionAttributeValues"] = {":units": {"N": "2.0"}, ":more": {"L": [{"N": "1.50"}]}}
    shelf.client.update_item(**request)
    assert shelf.get("1")["more"] == {"L": [{"N": "1.5"}]}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "aé"}, 3),
        ({"B": b"abc"}, 3),
        ({"N": "0"}, 1),
        ({"N": "12"}, 2),
        ({"N": "1200"}, 2),
        ({"N": "-120"}, 4),
        ({"N": "1.5"}, 3),
        ({"N": "123456"}, 4),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}, {"L": [{"N": "1"}]}]}, 13),
        ({"M": {"é": {"S": "ab"}, "x": {"BOOL": True}}}, 11),
    ],
)
def test_an_item_has_four_hundred_kilobytes_at_most(shelf: Shelf, value: Any, size: int) -> None:
    room = 400 * 1024 - len("pkAsk1valuefilling") - size
    item = key("1") | {"value": value}
    shelf.client.put_item(TableName=shelf.table, Item=item | {"filling": {"S": "x" * room}})
    too_large = item | {"filling": {"S": "x" * (room + 1)}}
    assert code(shelf.client.put_item, TableName=shelf.table, Item=too_large) == "ValidationException"


def test_a_put_takes_the_place_of_the_whole_item(shelf: Shelf) -> None:
    shelf.put("1", units=1)
    shelf.put("1", version=1)
    assert shelf.get("1") == marshal({"pk": "A", "sk": "1", "version": 1})
    assert shelf.sorts("pk = :pk", {"pk": "A"}) == ["1"]


def test_an_update_reads_what_was_there_and_leaves_the_rest(shelf: Shelf) -> None:
    shelf.put("1", a=1, b=10, rest="stays")
    update = "SET a = b, b = a - :n, c = if_not_exists(c, :n) + :n, d = if_not_exists(a, :n)"
    shelf.client.update_item(**shelf.updating("1", update, n=4))
    assert shelf.get("1") == marshal(
        {"pk": "A", "sk": "1", "a": 10, "b": -3, "c": 8, "d": 1, "rest": "stays"}
    )


def test_an_update_makes_the_item_that_is_not_there(shelf: Shelf) -> None:
    shelf.client.update_item(**shelf.updating("new", "SET a = :n", n=4))
    assert shelf.get("new") == marshal({"pk": "A", "sk": "new", "a": 4})


def test_a_removed_item_is_gone_and_may_be_removed_again(shelf: Shelf) -> None:
    shelf.put("1")
    for _ in range(2):
        shelf.remove("1")
    assert shelf.get("1") is None
    assert shelf.sorts("pk = :pk", {"pk": "A"}) == []


def test_a_transaction_happens_whole(shelf: Shelf) -> None:
    shelf.put("1", a=1)
    shelf.transact(shelf.updating("1", "SET a = a + :n", n=1), shelf.putting("2"))
    assert shelf.get("1") == marshal({"pk": "A", "sk": "1", "a": 2})
    assert shelf.get("2")


def test_a_transaction_that_is_refused_has_a_reason_for_each_write_and_leaves_nothing(shelf: Shelf) -> None:
    shelf.put("1", a=1)
    writes = (
        shelf.putting("1", "attribute_not_exists(pk)"),
        shelf.putting("2"),
        shelf.updating("3", "SET a = :n", "a = :n", n=1) | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
        shelf.updating("4", "SET a = gone + :n", n=1),
    )
    found = refusal(shelf.transact, *writes)
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert found["CancellationReasons"] == [
        failed | {"Item": marshal({"pk": "A", "sk": "1", "a": 1})},
        {"Code": "None"},
        failed,
        {
            "Code": "ValidationError",
            "Message": "The provided expression refers to an attribute that does not exist in the item",
        },
    ]
    codes = "ConditionalCheckFailed, None, ConditionalCheckFailed, ValidationError"
    assert found["Error"] == {
        "Code": "TransactionCanceledException",
        "Message": f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
    }
    assert shelf.sorts("pk = :pk", {"pk": "A"}) == ["1"]


def test_a_check_in_a_transaction_changes_nothing(shelf: Shelf) -> None:
    shelf.put("1")
    check = {"TableName": shelf.table, "Key": key("1"), "ConditionExpression": "attribute_exists(pk)"}
    writes = [{"ConditionCheck": check}, {"Put": shelf.putting("2")}]
    shelf.client.transact_write_items(TransactItems=writes)
    assert shelf.sorts("pk = :pk", {"pk": "A"}) == ["1", "2"]
