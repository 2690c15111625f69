"""The meter's arithmetic, on a table of moto's: exact units for known items."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from oms.aws.table import Table
from oms.aws.writes import Check, Put, Update

from ops.bench.meter import Call, Meter, index_keys

REGION = "us-east-1"
BIG = "x" * 1_500


@pytest.fixture
def metered() -> Iterator[tuple[Table, Meter]]:
    with mock_aws():
        raw = _client()
        raw.create_table(
            TableName="stock",
            KeySchema=[_key("pk", "HASH"), _key("sk", "RANGE")],
            AttributeDefinitions=[_string(name) for name in ("pk", "sk", "queue_key", "queue_at")],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by_queue",
                    "KeySchema": [_key("queue_key", "HASH"), _key("queue_at", "RANGE")],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        description = raw.describe_table(TableName="stock")["Table"]
        meter = Meter(raw, {"stock": index_keys(description)}, step="a step", on=True)
        watched = _client()
        meter.watch(watched)
        yield Table(watched, "stock"), meter


def _client() -> Any:
    return boto3.client("dynamodb", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")


def _key(name: str, kind: str) -> Any:
    return {"AttributeName": name, "KeyType": kind}


def _string(name: str) -> Any:
    return {"AttributeName": name, "AttributeType": "S"}


def item(sk: str = "1", **more: object) -> dict[str, object]:
    return {"pk": "A", "sk": sk, **more}


def last(meter: Meter) -> Call:
    return meter.calls[-1]


def test_a_put_takes_a_unit_per_kilobyte(metered: tuple[Table, Meter]) -> None:
    table, meter = metered

    table.write(Put("stock", item()))
    assert last(meter) == Call("a step", "dynamodb", "PutItem", write_units=1)

    table.write(Put("stock", item("2", text=BIG)))
    assert last(meter).write_units == 2


def test_a_transaction_takes_twice_as_much_and_counts_its_checks(metered: tuple[Table, Meter]) -> None:
    table, meter = metered
    table.write(Put("stock", item("there")))
    check = Check("stock", {"pk": "A", "sk": "there"}, "attribute_exists(pk)")

    table.transact([Put("stock", item("1")), Put("stock", item("2", text=BIG)), check])

    assert last(meter).operation == "TransactWriteItems"
    assert last(meter).write_units == 2 + 4 + 2


def test_a_refused_write_is_paid_for_too(metered: tuple[Table, Meter]) -> None:
    table, meter = metered
    table.write(Put("stock", item(text=BIG)))

    refused = table.write(Put("stock", item()))

    assert refused is not None
    assert last(meter).write_units == 2


def test_shrinking_an_item_costs_what_it_was(metered: tuple[Table, Meter]) -> None:
    table, meter = metered
    table.write(Put("stock", item(text=BIG)))
    shrink = Update(
        "stock", {"pk": "A", "sk": "1"}, "SET #t = :t", "attribute_exists(pk)", {"#t": "text"}, {":t": ""}
    )

    table.write(shrink)

    assert last(meter).write_units == 2


def test_an_index_entry_costs_when_it_comes_moves_and_goes(metered: tuple[Table, Meter]) -> None:
    table, meter = metered
    always = "attribute_not_exists(pk) OR attribute_exists(pk)"
    versions = [
        (item(queue_key="open", queue_at="1"), 1),
        (item(queue_key="open", queue_at="1", note="same entry"), 0),
        (item(queue_key="done", queue_at="1"), 2),
        (item(), 1),
        (item(note="no entry"), 0),
    ]

    for version, units in versions:
        table.write(Put("stock", version, always))
        assert last(meter).index_units == units


def test_reads_count_four_kilobytes_and_half_when_eventually_consistent(metered: tuple[Table, Meter]) -> None:
    table, meter = metered
    for number in range(4):
        table.write(Put("stock", item(str(number), text=BIG)))

    table.get("A", "1")
    assert last(meter).read_units == 1
    table.get("A", "1", consistent=False)
    assert last(meter).read_units == 0.5
    table.get("A", "nowhere")
    assert last(meter).read_units == 1
    table.collection("A")
    assert last(meter).read_units == 2  # four items of 1.5 KB are 6 KB together
    table.get_many([("A", str(number)) for number in range(5)])
    assert last(meter).read_units == 5 * 0.5  # each by itself, also the one that is not there


def test_nothing_is_counted_while_the_meter_is_off(metered: tuple[Table, Meter]) -> None:
    table, meter = metered
    meter.on = False

    table.write(Put("stock", item()))

    assert meter.calls == []
