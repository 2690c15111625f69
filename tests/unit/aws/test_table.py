"""One table: read by key, query, write on condition."""

from typing import Any

import pytest
from oms.aws.errors import Refused
from oms.aws.items import marshal
from oms.aws.table import Table
from oms.aws.writes import Check, Put, Update
from oms.kernel.errors import Throttled, WriteConflict

from tests.fakes.aws_errors import client_error
from tests.unit.aws.scripted import Scripted


def row(sk: str, pk: str = "A", **more: Any) -> dict[str, Any]:
    return {"pk": pk, "sk": sk, **more}


def keys(*numbers: int) -> list[tuple[str, str]]:
    return [("A", f"{number:03d}") for number in numbers]


def test_an_item_is_found_by_its_key(table: Table) -> None:
    table.write(Put(table.name, row("1", n=7)))

    assert table.get("A", "1") == row("1", n=7)
    assert table.get("A", "2") is None


def test_a_collection_holds_what_begins_with_the_prefix_in_order(table: Table) -> None:
    for sk in ("E#2", "E#10", "F", "E#1"):
        table.write(Put(table.name, row(sk)))
    table.write(Put(table.name, row("E#3", pk="B")))

    assert [item["sk"] for item in table.collection("A", "E#")] == ["E#1", "E#10", "E#2"]
    assert len(table.collection("A")) == 4
    assert table.first("A", "E#") == row("E#1")
    assert table.first("A", "G") is None


def test_a_collection_can_be_read_from_a_key_onward(table: Table) -> None:
    for sk in ("M#3", "M#1", "M#2"):
        table.write(Put(table.name, row(sk)))
    table.write(Put(table.name, row("M#4", pk="B")))

    assert table.onward("A", "M#2") == [row("M#2"), row("M#3")]
    assert table.onward("A", "M#4") == []


def test_a_collection_of_many_pages_comes_whole() -> None:
    pages: list[Any] = [
        {"Items": [marshal(row("1"))], "LastEvaluatedKey": marshal(row("1"))},
        {"Items": [], "LastEvaluatedKey": marshal(row("2"))},
        {"Items": [marshal(row("3"))]},
    ]
    client = Scripted(pages)

    assert Table(client, "t").collection("A", "") == [row("1"), row("3")]
    assert [request.get("ExclusiveStartKey") for request in client.requests] == [
        None,
        marshal(row("1")),
        marshal(row("2")),
    ]
    assert all(request["ConsistentRead"] for request in client.requests)


def test_an_index_is_read_page_by_page_and_never_called_consistent() -> None:
    client = Scripted([{"Items": [marshal(row("1"))], "LastEvaluatedKey": marshal(row("1"))}])

    page = Table(client, "t").index_page("by_status", "status_key", "web#RECEIVED", limit=1, after=row("0"))

    assert (page.items, page.next_key) == ([row("1")], row("1"))
    (request,) = client.requests
    assert request["ExclusiveStartKey"] == marshal(row("0"))
    assert (request["Limit"], request["ScanIndexForward"]) == (1, True)
    assert "ConsistentRead" not in request  # DynamoDB refuses it on a secondary index


def test_an_index_can_be_read_backwards_from_a_value_on_and_up_to_one(table: Table) -> None:
    for number in range(3):
        item = row(str(number), status_key="web#RECEIVED", status_at=f"2026-{number}")
        table.write(Put(table.name, item))

    def read(**how: Any) -> list[str]:
        page = table.index_page("by_status", "status_key", "web#RECEIVED", limit=9, **how)
        return [item["sk"] for item in page.items]

    assert read(backwards=True) == ["2", "1", "0"]
    assert read(until=("status_at", "2026-1")) == ["0", "1"]
    assert read(since=("status_at", "2026-1")) == ["1", "2"]


def test_many_items_are_read_a_hundred_at_a_time_each_once() -> None:
    client = Scripted(
        [{"Responses": {"t": [marshal(row("000"))]}}, {"Responses": {}}, {"Responses": {"t": []}}]
    )

    found = Table(client, "t").get_many([*keys(*range(201)), *keys(0, 1)], consistent=True)

    assert found == [row("000")]
    asked = [request["RequestItems"]["t"] for request in client.requests]
    assert [len(each["Keys"]) for each in asked] == [100, 100, 1]
    assert all(each["ConsistentRead"] for each in asked)


def test_keys_left_unprocessed_are_asked_for_again() -> None:
    left = {"t": {"Keys": [marshal(row("002"))], "ConsistentRead": False}}
    client = Scripted(
        [
            {"Responses": {"t": [marshal(row("001"))]}, "UnprocessedKeys": left},
            {"Responses": {"t": [marshal(row("002"))]}, "UnprocessedKeys": {}},
        ]
    )

    assert Table(client, "t").get_many(keys(1, 2)) == [row("001"), row("002")]
    assert client.requests[1]["RequestItems"] == left


def test_a_store_that_leaves_keys_unprocessed_without_end_is_throttling() -> None:
    left = {"t": {"Keys": [marshal(row("001"))]}}
    client = Scripted([{"Responses": {}, "UnprocessedKeys": left}] * 9)

    with pytest.raises(Throttled):
        Table(client, "t").get_many(keys(1))
    assert len(client.requests) == 5


def test_nothing_is_read_for_no_keys() -> None:
    client = Scripted()

    assert Table(client, "t").get_many([]) == []
    assert client.requests == []


def test_a_put_happens_once(table: Table) -> None:
    assert table.write(Put(table.name, row("1", n=1))) is None

    assert table.write(Put(table.name, row("1", n=2))) == Refused(0, row("1", n=1), (0,))
    assert table.get("A", "1") == row("1", n=1)


def test_an_update_happens_where_its_condition_holds(table: Table) -> None:
    table.write(Put(table.name, row("1", n=1)))
    update = Update(table.name, row("1"), "SET #n = :new", "#n = :old", {"#n": "n"}, {":new": 2, ":old": 1})

    assert table.write(update) is None
    assert table.write(update) == Refused(0, row("1", n=2), (0,))


def test_a_transaction_writes_all_or_nothing(table: Table) -> None:
    for sk in ("1", "9"):
        table.write(Put(table.name, row(sk, n=1)))
    check = Check(table.name, row("1"), "n = :n", values={":n": 7})

    refused = table.transact([Put(table.name, row("2")), check, Put(table.name, row("9"))])

    assert refused == Refused(1, row("1", n=1), (1, 2))
    assert table.get("A", "2") is None
    assert table.transact([Put(table.name, row("2")), Put(table.name, row("3"))]) is None
    assert len(table.collection("A")) == 4


@pytest.mark.parametrize("write", [Put("t", row("1")), Update("t", row("1"), "SET n = :n", "n = :n")])
def test_a_write_that_is_throttled_is_no_refusal(write: Put | Update) -> None:
    client = Scripted([client_error("ThrottlingException")])

    with pytest.raises(Throttled):
        Table(client, "t").write(write)


def test_a_transaction_that_collides_is_a_conflict() -> None:
    reasons = [{"Code": "TransactionConflict"}]
    client = Scripted([client_error("TransactionCanceledException", CancellationReasons=reasons)])

    with pytest.raises(WriteConflict):
        Table(client, "t").transact([Put("t", row("1"))])


@pytest.mark.parametrize(
    "read",
    [
        lambda table: table.get("A", "1"),
        lambda table: table.collection("A"),
        lambda table: table.onward("A", "M"),
        lambda table: table.first("A", "E"),
        lambda table: table.get_many(keys(1)),
        lambda table: table.index_page("i", "h", "v", limit=1),
    ],
)
def test_every_read_says_throttled_in_the_kernels_words(read: Any) -> None:
    with pytest.raises(Throttled):
        read(Table(Scripted([client_error("ProvisionedThroughputExceededException")]), "t"))


@pytest.mark.parametrize(
    "write",
    [Put("t", row("1")), Update("t", row("1"), "SET n = :n", "n = :n"), Check("t", row("1"), "n = :n")],
)
def test_every_write_carries_a_condition_and_wants_to_see_what_refused_it(
    write: Put | Update | Check,
) -> None:
    (request,) = write.request().values()

    assert request["ConditionExpression"]
    assert request["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
