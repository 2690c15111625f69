"""Reading the evidence: rows as the adapters write them, sorted to where the laws look for them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import boto3
import httpx
import pytest
import respx
from moto import mock_aws
from oms.aws.bookmarks import DynamoBookmarks
from oms.aws.inbox import Inbox
from oms.aws.items import marshal
from oms.aws.outbox import bucket
from oms.aws.table import Table
from oms.contracts.snapshots import Address, LineSnapshot, OrderSnapshot
from oms.inventory.adapters.dynamo import DynamoLocations, DynamoStock
from oms.inventory.application.adjusting import adjust
from oms.inventory.application.locating import register_location
from oms.inventory.application.reserving import reserve
from oms.inventory.domain.adjustment import Adjustment
from oms.kernel.events import Actor
from oms.kernel.ids import order_id
from oms.orders.adapters.dynamo import DynamoOrders
from oms.orders.application.placement import place_order
from oms.orders.application.ports import RequestKey
from oms.runtime.relay import Relay
from oms.runtime.sweeping import MARK
from oms.support.adapters.dynamo import DynamoCases
from oms.support.application.cases import report

from ops.rehearse.crowd import WAREHOUSE
from ops.stack import Stack
from ops.verify import Evidence, check, examine, read
from ops.verify.outbox_laws import DATA_READ
from tests.fakes.spoiling import SPOILT, Spoil

CONTEXTS = ("orders", "inventory", "payments", "support", "partners")
ORDER = order_id("web", "1001")
NOW = datetime.now(UTC)
ACTOR = Actor("system", "test")
SANDBOX = "http://sandbox.test"


class Engines:
    """Step Functions with one execution, and queues that hold as many messages as their name is long."""

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_executions"
        one = {"name": ORDER, "status": "RUNNING", "startDate": NOW}
        return SimpleNamespace(paginate=lambda **_: [{"executions": [one]}])

    def get_queue_attributes(self, **request: Any) -> Any:
        return {"Attributes": dict.fromkeys(request["AttributeNames"], str(len(request["QueueUrl"])))}


class FakeStack:
    """As much of a Stack as a verification uses, on moto's tables."""

    def __init__(self, dynamo: Any, sandbox_url: str | None) -> None:
        self._dynamo = dynamo
        self.sandbox_url = sandbox_url
        self.outputs = SimpleNamespace(
            tables=dict(zip(CONTEXTS, CONTEXTS, strict=True)),
            workflows={"order-capture": "arn"},
            queues={"ship-stock": ""},
        )

    def aws(self, service: str) -> Any:
        return self._dynamo if service == "dynamodb" else Engines()


@pytest.fixture
def dynamo() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client(
            "dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        for context in CONTEXTS:
            client.create_table(
                TableName=context,
                KeySchema=[
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                ],
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
                BillingMode="PAY_PER_REQUEST",
            )
        yield client


@pytest.fixture
def placed(dynamo: Any) -> Any:
    """One order, its stock reserved, its event published, an exception open, one event in an inbox."""
    orders, stock = DynamoOrders(Table(dynamo, "orders")), DynamoStock(Table(dynamo, "inventory"))
    where = DynamoLocations(Table(dynamo, "inventory"))
    register_location(where, WAREHOUSE, now=NOW, actor=ACTOR)
    adjust(stock, where, Adjustment("a", "MUG", "LON", 5, "receipt"), now=NOW, actor=ACTOR)
    place_order(snapshot(), RequestKey("web", "key", "print"), orders=orders, now=NOW, actor=ACTOR)
    reserve(
        stock, stock, order_id=ORDER, channel="web", reservation_id="1-0-1", turn=1, wanted=[("LON", "MUG", 2)],
        now=NOW, actor=ACTOR,
    )  # fmt: skip
    report(
        subject=ORDER, key="ASSESS-0", channel="web", kind="SHORTAGE", detail="none left", token="t",
        cases=DynamoCases(Table(dynamo, "support")), now=NOW, actor=ACTOR,
    )  # fmt: skip
    publish(dynamo, "orders")
    Inbox(Table(dynamo, "partners"), "commit_tax").keep(f"{ORDER}:orders:000003")
    return dynamo


def publish(dynamo: Any, table: str) -> None:
    bus = SimpleNamespace(
        put_events=lambda **request: {"Entries": [{"EventId": "1"} for _ in request["Entries"]]}
    )
    rows = dynamo.scan(TableName=table)["Items"]
    image = next(row for row in rows if row["sk"]["S"] == "EVENT#000001")
    image = {name: value for name, value in image.items() if "B" not in value}
    keys = {name: image[name] for name in ("pk", "sk")}
    record = {"eventName": "INSERT", "dynamodb": {"Keys": keys, "NewImage": image}}
    Relay(Table(dynamo, table), bus, "bus").stream([record])


def snapshot() -> OrderSnapshot:
    address = Address("A Buyer", "1 High Street", "Leeds", "LS1 1UR", "GB")
    lines = (LineSnapshot(1, "1", "MUG", 2, 500),)
    return OrderSnapshot(
        ORDER,
        "web",
        "1001",
        "GBP",
        "2026-11-27T09:00:00.000Z",
        address,
        lines,
        0,
        True,
        "pm_card_visa",
        False,
    )


def evidence_of(dynamo: Any, sandbox_url: str | None = None) -> Evidence:
    return read(cast(Stack, FakeStack(dynamo, sandbox_url)), grace=timedelta(hours=3))


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_row_that_cannot_be_read_is_told_and_the_laws_are_checked_without_it(
    placed: Any, spoil: Spoil
) -> None:
    spoil(placed, "support", f"CASE#{ORDER}", "CASE#ASSESS-0")

    evidence = evidence_of(placed)
    report = examine(evidence)

    assert (len(evidence.orders), evidence.cases) == (1, [])
    assert not report.holds
    assert [law.number for law in report.laws if not law.holds] == [0]
    assert report.violations[0].startswith(f"law 0: support/CASE#{ORDER}/CASE#ASSESS-0: ")
    assert [law.number for law in report.laws] == [0, *(law.number for law in examine(Evidence(NOW)).laws)]


def test_a_law_that_meets_an_event_of_another_shape_keeps_no_other_from_being_checked(placed: Any) -> None:
    evidence = evidence_of(placed)
    parcel = next(event for event in evidence.events if event.type == "OrderReceived")
    evidence.events.append(replace(parcel, type="ShipmentRecorded", data={}))

    report = examine(evidence)

    assert len(report.laws) == len(examine(Evidence(NOW)).laws)
    assert "law 5: KeyError('lines')" in report.violations


def test_every_kind_of_row_finds_its_place(placed: Any) -> None:
    evidence = evidence_of(placed)

    assert [order.order_id for order in evidence.orders] == [ORDER]
    assert [(level.sku, level.available, level.reserved) for level in evidence.levels] == [("MUG", 3, 2)]
    assert [reservation.units for reservation in evidence.reservations] == [2]
    assert [case.kind for case in evidence.cases] == ["SHORTAGE"]
    assert evidence.published == {f"{ORDER}:orders:000001"}
    assert evidence.inbox == {("commit_tax", f"{ORDER}:orders:000003")}
    assert {event.type for event in evidence.events} == {
        "OrderReceived",
        "LocationRegistered",
        "StockAdjusted",
        "StockReserved",
        "ExceptionOpened",
    }
    assert [execution.order_id for execution in evidence.executions] == [ORDER]
    assert evidence.queues == {"ship-stock": 0}
    assert evidence.money_effects is None


def test_what_the_sweeper_notes_for_itself_is_no_evidence(placed: Any) -> None:
    before = evidence_of(placed)
    for context in CONTEXTS[:-1]:
        mark = {"pk": MARK, "sk": f"{MARK}#{bucket(NOW)}", "proven": 8}
        placed.put_item(TableName=context, Item=marshal(mark))

    assert replace(evidence_of(placed), taken_at=before.taken_at) == before


def test_the_watchdogs_bookmarks_disturb_nobody(placed: Any) -> None:
    before = evidence_of(placed)

    DynamoBookmarks(Table(placed, "support"), "WATCHDOG").put("web#RELEASED", "here", before=None)

    after = evidence_of(placed)
    assert (after.cases, after.events) == (before.cases, before.events)
    assert examine(after, acknowledged=[ORDER]).violations == []


def test_data_that_no_law_reads_is_not_kept(placed: Any) -> None:
    for event in evidence_of(placed).events:
        assert bool(event.data) == (event.type in DATA_READ)


def test_what_was_read_can_be_examined(placed: Any) -> None:
    assert examine(evidence_of(placed), acknowledged=[ORDER]).violations == []


def test_a_row_that_was_tampered_with_is_noticed(placed: Any) -> None:
    placed.update_item(
        TableName="inventory",
        Key={"pk": {"S": "SKU#MUG"}, "sk": {"S": "LOC#LON"}},
        UpdateExpression="SET available = :n",
        ExpressionAttributeValues={":n": {"N": "4"}},
    )

    report_ = check(cast(Stack, FakeStack(placed, None)), grace=timedelta(hours=3))

    assert report_.violations == ["law 1: MUG@LON: 5 came in, 6 are accounted for"]


@respx.mock
def test_the_partners_are_asked_for_their_own_record(placed: Any) -> None:
    answer = {
        "stripe": [
            {
                "kind": "capture",
                "effect_key": "k",
                "order_id": ORDER,
                "amount": 5,
                "currency": "GBP",
                "reference": "pi",
            }
        ],
        "avalara": [
            {"code": "c", "status": "Committed", "tax": 1, "amount": 4, "currency": "GBP", "commits": 1}
        ],
        "accertify": [],
    }
    respx.get(f"{SANDBOX}/_sandbox/effects").mock(return_value=httpx.Response(200, json=answer))

    evidence = evidence_of(placed, SANDBOX)

    assert evidence.money_effects and evidence.money_effects[0].kind == "capture"
    assert evidence.tax_records and evidence.tax_records[0].committed
