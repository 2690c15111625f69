"""What a table's stream tells."""

from typing import Any

import pytest

from ops.local import client
from tests.simulation.aws.deployed import create_tables
from tests.simulation.aws.dynamo import SimDynamo
from tests.simulation.aws.shelf import Shelf, key
from tests.simulation.aws.values import for_lambda

VIEW = "NEW_AND_OLD_IMAGES"


def of_engine(endpoint: str, table: str) -> list[Any]:
    """The records of the local engine's stream. boto3 reads binary values; Lambda's mapping does not."""
    streams = client("dynamodbstreams", endpoint)
    (stream,) = streams.list_streams(TableName=table)["Streams"]
    arn = stream["StreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(**start)["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    for record in records:
        for name in ("NewImage", "OldImage"):
            if image := record["dynamodb"].get(name):
                record["dynamodb"][name] = {each: for_lambda(value) for each, value in image.items()}
    return list(records)


@pytest.fixture(params=["simulated", "local"])
def streamed(request: pytest.FixtureRequest) -> tuple[Shelf, Any]:
    """The orders table, and a way to read its stream."""
    if request.param == "simulated":
        simulated = SimDynamo()
        create_tables(simulated, view=VIEW)
        return Shelf(simulated, "orders"), lambda: simulated.stream("orders")
    endpoint = request.getfixturevalue("engine")
    local = request.getfixturevalue("local")
    create_tables(local, view=VIEW)
    return Shelf(local, "orders"), lambda: of_engine(endpoint, "orders")


def test_every_change_is_told_in_its_order_and_nothing_else(streamed: tuple[Shelf, Any]) -> None:
    shelf, read = streamed
    shelf.put("1", document=b"\x00\xff", lines=[[b"x", 1]])
    shelf.put("1", document=b"\x00\xff", lines=[[b"x", 1]])
    shelf.client.update_item(**shelf.updating("1", "SET units = :n", n=1))
    shelf.transact(shelf.putting("2"), shelf.updating("1", "SET units = :n", n=2))
    shelf.remove("1")
    shelf.remove("1")

    first = key("1") | {"document": {"B": "AP8="}, "lines": {"L": [{"L": [{"B": "eA=="}, {"N": "1"}]}]}}
    second, third = first | {"units": {"N": "1"}}, first | {"units": {"N": "2"}}
    records = read()
    assert [told(record) for record in records] == [
        ("INSERT", key("1"), None, first),
        ("MODIFY", key("1"), first, second),
        ("INSERT", key("2"), None, key("2")),
        ("MODIFY", key("1"), second, third),
        ("REMOVE", key("1"), third, None),
    ]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    assert numbers == sorted(set(numbers), key=int)


def told(record: Any) -> tuple[Any, ...]:
    change = record["dynamodb"]
    return record["eventName"], change["Keys"], change.get("OldImage"), change.get("NewImage")
