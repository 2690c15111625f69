"""What DynamoDB would not take, whatever is stored."""

from collections.abc import Callable
from typing import Any

import pytest
from oms.aws.items import marshal

from tests.simulation.aws.shelf import Request, Shelf, code, key, refusal

N = {"N": "1"}
S = {"S": "x"}
LARGE = "x" * 400 * 1024


def put(**more: Any) -> Request:
    """A PutItem of an item with these typed attributes."""
    return {"Item": key("1") | more}


def conditional(condition: str, **more: Any) -> Request:
    return {"Item": key("1"), "ConditionExpression": condition, **more}


def update(update: str, **values: Any) -> Request:
    values = {f":{name}": value for name, value in values.items()}
    return {"Key": key("1"), "UpdateExpression": update, "ExpressionAttributeValues": values}


def query(condition: str, more: Request | None = None, **values: Any) -> Request:
    values = {f":{name}": value for name, value in values.items()}
    request = {"KeyConditionExpression": condition, "ExpressionAttributeValues": values}
    return request | (more or {})


REFUSED = [
    ("put_item", put(pk={"S": ""}), "cannot contain an empty string value. Key: pk"),
    ("put_item", {"Item": {"pk": S}}, "Missing the key sk in the item"),
    ("put_item", put(pk=N), "Type mismatch for key"),
    ("put_item", put(pk={"S": "x" * 2049}), "One or more parameter values were invalid"),
    ("put_item", put(sk={"S": "é" * 513}), "One or more parameter values were invalid"),
    ("put_item", put(large={"S": LARGE}), "Item size has exceeded the maximum allowed size"),
    ("put_item", put(status_key={"S": ""}), "IndexName: by_status, IndexKey: status_key"),
    ("put_item", put(status_at=N), "Type mismatch for Index Key status_at"),
    ("put_item", put(units={"N": "one"}), "cannot be converted to a numeric value: one"),
    ("put_item", put(units={"N": "1" * 39}), "more than 38 significant digits"),
    ("put_item", put(units={"L": [{"N": "1e126"}]}), "Number overflow"),
    ("put_item", conditional(""), "Invalid ConditionExpression: The expression can not be empty;"),
    ("put_item", conditional("version = :v"), "is not defined; attribute value: :v"),
    ("put_item", conditional("#v = :v", ExpressionAttributeValues={":v": N}), "attribute name: #v"),
    (
        "put_item",
        conditional("attribute_exists(pk)", ExpressionAttributeValues={":v": N}),
        "unused in expressions: keys: {:v}",
    ),
    (
        "put_item",
        conditional("attribute_exists(pk)", ExpressionAttributeNames={"#v": "v"}),
        "unused in expressions: keys: {#v}",
    ),
    (
        "put_item",
        conditional("attribute_exists(pk)", ExpressionAttributeNames={}),
        "ExpressionAttributeNames must not be empty",
    ),
    ("put_item", conditional("token = :v", ExpressionAttributeValues={":v": N}), "reserved keyword: token"),
    (
        "update_item",
        update("SET pk = :v", v=S),
        "Cannot update attribute pk. This attribute is part of the key",
    ),
    ("update_item", update("SET a = gone + :v", v=N), "an attribute that does not exist in the item"),
    ("update_item", update("SET a = :v", v={"S": LARGE}), "Item size to update has exceeded the maximum"),
    ("update_item", update("SET status_key = :v", v={"S": ""}), "cannot contain an empty string value"),
    ("get_item", {"Key": {"pk": S}}, "The provided key element does not match the schema"),
    ("get_item", {"Key": key("1") | {"more": S}}, "The provided key element does not match the schema"),
    ("get_item", {"Key": {"pk": S, "sk": N}}, "The provided key element does not match the schema"),
    ("get_item", {"Key": {"pk": S, "sk": {"S": ""}}}, "cannot contain an empty string value. Key: sk"),
    ("query", query("sk = :v", v=S), "Query condition missed key schema element: pk"),
    ("query", query("pk >= :v", v=S), "Query"),
    ("query", query("pk = :v AND version = :v", v=S), "Query"),
    ("query", query("pk = :v", v=N), "Condition parameter type does not match schema type"),
    ("query", query("pk = :v AND begins_with(sk, :s)", v=S, s={"S": ""}), "empty string value. Key: sk"),
    (
        "query",
        query("pk = :v", {"ExclusiveStartKey": {"pk": S}}, v=S),
        "The provided starting key is invalid",
    ),
    ("query", query("pk = :v", {"ExclusiveStartKey": key("1")}, v=S), "The provided starting key"),
    (
        "query",
        query("pk = :v AND sk >= :s", {"ExclusiveStartKey": key("1", "x")}, v=S, s={"S": "2"}),
        "The provided starting key does not match the range key predicate",
    ),
    ("query", query("pk = :v", {"IndexName": "none"}, v=S), "does not have the specified index: none"),
    (
        "query",
        query("status_key = :v", {"IndexName": "by_status", "ConsistentRead": True}, v=S),
        "Consistent reads are not supported on global secondary indexes",
    ),
]


@pytest.mark.parametrize(("method", "request_", "why"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    shelf: Shelf, method: str, request_: Request, why: str
) -> None:
    error = refusal(getattr(shelf.client, method), TableName=shelf.table, **request_)["Error"]
    assert error["Code"] == "ValidationException"
    assert why in error["Message"]
    assert shelf.client.scan(TableName=shelf.table)["Count"] == 0


@pytest.mark.parametrize(
    ("count", "more", "accepted"),
    [(100, {}, True), (101, {}, False), (11, {"filling": "x" * 390_000}, False)],
)
def test_a_transaction_has_a_hundred_writes_and_four_megabytes_at_most(
    shelf: Shelf, count: int, more: dict[str, str], accepted: bool
) -> None:
    writes = [shelf.putting(f"{number}", **more) for number in range(count)]
    if accepted:
        shelf.transact(*writes)
    else:
        assert code(shelf.transact, *writes) == "ValidationException"
    assert shelf.client.scan(TableName=shelf.table)["Count"] == (count if accepted else 0)


def test_a_transaction_names_each_item_once(shelf: Shelf) -> None:
    update = shelf.updating("1", "SET a = :n", n=1)
    error = refusal(shelf.transact, shelf.putting("1"), shelf.putting("2"), update)["Error"]
    assert error["Message"] == "Transaction request cannot include multiple operations on one item"


def test_an_update_that_makes_its_item_too_large_cancels_its_transaction(shelf: Shelf) -> None:
    shelf.put("1", filling="x" * 300_000)
    found = refusal(shelf.transact, shelf.updating("1", "SET more = :more", more="x" * 300_000))
    (reason,) = found["CancellationReasons"]
    assert reason["Code"] == "ValidationError"
    assert reason["Message"] == "Item size to update has exceeded the maximum allowed size"


@pytest.mark.parametrize("keys", [[key("1"), key("1")], [key(str(number)) for number in range(101)]])
def test_a_batch_names_a_hundred_different_keys_at_most(shelf: Shelf, keys: list[Any]) -> None:
    batch = {shelf.table: {"Keys": keys}}
    assert code(shelf.client.batch_get_item, RequestItems=batch) == "ValidationException"


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.get_item(TableName="none", Key=key("1")),
        lambda client: client.put_item(TableName="none", Item=key("1")),
        lambda client: client.batch_get_item(RequestItems={"none": {"Keys": [key("1")]}}),
        lambda client: client.transact_write_items(
            TransactItems=[{"Put": {"TableName": "none", "Item": key("1")}}]
        ),
        lambda client: client.query(
            TableName="none",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=marshal({":pk": "A"}),
        ),
    ],
)
def test_a_table_that_is_not_there_is_not_found(dynamo: Any, call: Callable[[Any], Any]) -> None:
    assert code(call, dynamo) == "ResourceNotFoundException"
