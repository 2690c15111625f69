"""What only the simulated DynamoDB does: it can be late, it keeps its stream, and says what it does not know."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from oms.aws.outbox import event_row
from oms.aws.table import Table
from oms.runtime.relay import Relay

from infra import names
from tests.builders import INDEXES, ORDER, an_event
from tests.fakes.bus import FakeBus
from tests.infra.test_data import INDEXES as DEPLOYED
from tests.simulation.aws.deployed import TABLES, create_tables
from tests.simulation.aws.dynamo import SimDynamo
from tests.simulation.aws.refusals import Unsupported
from tests.simulation.aws.shelf import Shelf, code, key, refusal


@dataclass
class Time:
    """A clock that stands still, and the lags to come; none left: an index is never late."""

    now: float = 100.0
    lags: list[float] = field(default_factory=list)

    def lag(self) -> float:
        return self.lags.pop(0) if self.lags else 0.0


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def shelf(time: Time) -> Shelf:
    """The support table: an index for work, and the outbox."""
    dynamo = SimDynamo(now=lambda: time.now, lag=time.lag)
    create_tables(dynamo)
    return Shelf(dynamo, "support")


def queued(state: str, at: str = "1") -> dict[str, str]:
    """The attributes of an item in a queue."""
    return {"queue_key": state, "queue_at": at}


def listed(shelf: Shelf, state: str, **more: Any) -> list[str]:
    return shelf.sorts("queue_key = :state", {"state": state}, IndexName="by_queue", **more)


def test_an_index_shows_a_change_when_its_time_has_come_and_the_table_at_once(
    shelf: Shelf, time: Time
) -> None:
    time.lags = [60.0, 20.0]
    shelf.put("1", **queued("open"))
    assert shelf.get("1")
    time.now = 159.9
    assert listed(shelf, "open") == []
    time.now = 160.0
    assert listed(shelf, "open") == ["1"]
    shelf.put("1", **queued("shut"))
    assert (listed(shelf, "open"), listed(shelf, "shut")) == (["1"], [])
    time.now = 180.0
    assert (listed(shelf, "open"), listed(shelf, "shut")) == ([], ["1"])


def test_changes_of_one_item_never_overtake_one_another(shelf: Shelf, time: Time) -> None:
    time.lags = [30.0, 5.0, 1.0]
    shelf.put("1", **queued("open"))
    shelf.put("1", **queued("shut"))
    shelf.remove("1")
    time.now = 129.0
    assert (listed(shelf, "open"), listed(shelf, "shut")) == ([], [])
    time.now = 130.0
    assert (listed(shelf, "open"), listed(shelf, "shut")) == ([], [])
    shelf.put("1", **queued("open"))
    assert listed(shelf, "open") == ["1"]


def test_a_late_change_keeps_back_a_quick_one_of_its_item(shelf: Shelf, time: Time) -> None:
    time.lags = [0.0, 30.0, 0.0]
    shelf.put("1", **queued("open"))
    shelf.put("1", **queued("shut"))
    shelf.put("1", **queued("open", "2"))
    assert listed(shelf, "open") == ["1"]
    time.now = 130.0
    assert shelf.query("queue_key = :state", {"state": "open"}, IndexName="by_queue")["Items"] == [
        key("1") | {"queue_key": {"S": "open"}, "queue_at": {"S": "2"}}
    ]


def test_a_change_that_is_due_but_not_yet_looked_at_keeps_its_order(shelf: Shelf, time: Time) -> None:
    time.lags = [5.0]
    shelf.put("1", **queued("open"))
    time.now = 110.0
    shelf.put("1", **queued("shut"))
    assert (listed(shelf, "open"), listed(shelf, "shut")) == ([], ["1"])


def test_changes_of_different_items_may_overtake_one_another(shelf: Shelf, time: Time) -> None:
    time.lags = [30.0, 5.0]
    shelf.transact(shelf.putting("1", **queued("open")), shelf.putting("2", **queued("open")))
    time.now = 105.0
    assert listed(shelf, "open") == ["2"]


def test_only_a_write_that_changes_an_index_is_asked_for_its_lag(shelf: Shelf, time: Time) -> None:
    shelf.put("1", **queued("open"))
    time.lags = [60.0]
    shelf.put("1", **queued("open"), units=1)
    shelf.put("2")
    assert time.lags == [60.0]


def test_pages_go_on_behind_an_item_that_has_left_the_index(shelf: Shelf) -> None:
    for sk in "123":
        shelf.put(sk, **queued("open", sk))
    more = {"ExclusiveStartKey": key("2") | {"queue_key": {"S": "open"}, "queue_at": {"S": "2"}}}
    shelf.put("2")
    assert listed(shelf, "open", **more) == ["3"]
    assert listed(shelf, "open", ScanIndexForward=False, **more) == ["1"]


def test_a_deployed_stream_tells_what_is_new_when_and_where(shelf: Shelf, time: Time) -> None:
    shelf.put("1")
    time.now = 101.0
    shelf.put("1", units=1)
    new, changed = shelf.client.stream("support")
    assert (new["eventName"], changed["eventName"]) == ("INSERT", "MODIFY")
    assert changed["eventSourceARN"].split("/")[1] == "support"
    assert changed["dynamodb"].keys() == {
        "ApproximateCreationDateTime",
        "Keys",
        "NewImage",
        "SequenceNumber",
        "StreamViewType",
    }
    assert changed["dynamodb"]["ApproximateCreationDateTime"] == 101.0


def test_the_relay_publishes_from_the_stream(shelf: Shelf) -> None:
    bus, table = FakeBus(), Table(shelf.client, "orders")
    large = an_event(data={"text": "".join(map(chr, range(0x4E00, 0x5E00)))})
    row = event_row("orders", large, pk=f"ORDER#{ORDER}")
    assert isinstance(row.item["data"], bytes)
    assert table.write(row) is None
    assert Relay(table, bus, "bus").stream(shelf.client.stream("orders")).published == (large.event_id,)


def test_a_batch_beyond_sixteen_megabytes_is_left_for_the_next_call(shelf: Shelf) -> None:
    for number in range(42):
        shelf.put(f"{number:02}", filling="x" * 400_000)
    keys = [key(f"{number:02}") for number in range(42)]
    asked = {"support": {"Keys": keys, "ConsistentRead": True}}
    answer = shelf.client.batch_get_item(RequestItems=asked)
    assert len(answer["Responses"]["support"]) == 41
    assert answer["UnprocessedKeys"] == {"support": {"Keys": keys[41:], "ConsistentRead": True}}
    found = Table(shelf.client, "support").get_many(("A", f"{number:02}") for number in range(42))
    assert len(found) == 42


def test_everything_in_a_table_can_be_looked_at(shelf: Shelf) -> None:
    shelf.put("2")
    shelf.put("1", pk="B")
    shelf.put("1")
    assert list(shelf.client.items("support")) == [key("1"), key("2"), key("1", "B")]


def test_request_and_answer_are_the_callers_own(shelf: Shelf) -> None:
    request = shelf.putting("1")
    shelf.client.put_item(**request)
    request["Item"]["more"] = {"S": "x"}
    shelf.get("1")["more"] = {"S": "x"}
    refusal(shelf.client.put_item, **shelf.putting("1", "attribute_not_exists(pk)"))["Item"].clear()
    shelf.query("pk = :pk", {"pk": "A"})["Items"][0].clear()
    assert shelf.get("1") == key("1")


@pytest.mark.parametrize(
    "request_",
    [
        # The local engine takes these; DynamoDB does not.
        {"UpdateExpression": "SET a = :v, #a = :v", "ExpressionAttributeNames": {"#a": "a"}},
        {"UpdateExpression": "SET a = sk + :v"},
        {"UpdateExpression": "SET queue_key = :v", "ExpressionAttributeValues": {":v": {"S": "x" * 2049}}},
        {"UpdateExpression": "SET queue_at = :v", "ExpressionAttributeValues": {":v": {"S": "x" * 1025}}},
        {
            "UpdateExpression": "SET a = :v",
            "ConditionExpression": "a < :v",
            "ExpressionAttributeValues": {":v": {"BOOL": True}},
        },
    ],
)
def test_what_the_local_engine_lets_pass_is_refused_as_on_aws(shelf: Shelf, request_: Any) -> None:
    request = {"TableName": "support", "Key": key("1"), "ExpressionAttributeValues": {":v": {"N": "1"}}}
    assert code(shelf.client.update_item, **request | request_) == "ValidationException"


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("get_item", {"Key": key("1"), "ProjectionExpression": "pk"}),
        ("put_item", {"Item": key("1"), "ReturnValues": "ALL_OLD"}),
        ("put_item", {"Item": key("1") | {"set": {"SS": ["x"]}}}),
        ("put_item", {"Item": key("1") | {"text": {"B": "eA=="}}}),
        ("put_item", {"Item": key("1"), "ConditionExpression": "NOT attribute_exists(pk)"}),
        ("put_item", {"Item": key("1"), "ConditionExpression": "a.b = :v"}),
        ("put_item", {"Item": key("1"), "ConditionExpression": "a = b"}),
        ("put_item", {"Item": key("1"), "ConditionExpression": "attribute_exists(pk) attribute_exists(sk)"}),
        ("update_item", {"Key": key("1")}),
        ("update_item", {"Key": key("1"), "UpdateExpression": "REMOVE a"}),
        ("update_item", {"Key": key("1"), "UpdateExpression": "SET a = list_append(a, :v)"}),
        ("query", {"KeyConditionExpression": "pk = :v AND sk BETWEEN :v AND :v"}),
        ("query", {"KeyConditionExpression": "pk = :v AND sk < :v"}),
        ("query", {"KeyConditionExpression": "pk = :v", "FilterExpression": "a = :v"}),
        ("scan", {"Limit": 1}),
    ],
)
def test_what_the_simulation_does_not_know_is_no_error_that_a_handler_could_catch(
    shelf: Shelf, method: str, request_: Any
) -> None:
    with pytest.raises(Unsupported) as caught:
        getattr(shelf.client, method)(TableName="support", **request_)
    assert not isinstance(caught.value, Exception)


def test_the_tables_are_those_that_the_stacks_deploy(shelf: Shelf) -> None:
    assert {context: {name: INDEXES[name] for name in TABLES[context]} for context in TABLES} == DEPLOYED
    assert all(shelf.client.stream(table) == [] for table in names.STREAMED)
    with pytest.raises(Unsupported):
        shelf.client.stream("partners")
