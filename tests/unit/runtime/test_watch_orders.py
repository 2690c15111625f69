"""The watchdog's function as it is deployed: what its environment, its clock and its table give it."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from oms.aws.items import Item
from oms.aws.table import Table
from oms.aws.writes import Put
from oms.kernel.errors import HoldfastError, Throttled
from oms.orders.adapters.dynamo import DynamoOrders
from oms.runtime.starting import Executions
from oms.support.adapters.dynamo import DynamoCases
from oms.support.application.cases import report
from oms.wiring import clients, watchdog

from tests.builders import SYSTEM, a_snapshot, placed
from tests.fakes.spoiling import set_to

from .conftest import Handler

WAITS = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 900, "End": True}}}


@pytest.fixture
def watch(
    composed: Callable[[str], Handler], table: Table, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Handler]:
    states: Any = boto3.client("stepfunctions", region_name="eu-west-1")
    role = "arn:aws:iam::123456789012:role/any"
    made = states.create_state_machine(name=table.name, definition=json.dumps(WAITS), roleArn=role)
    monkeypatch.setenv("ORDER_CAPTURE_ARN", made["stateMachineArn"])
    yield composed("capture/watch_orders")
    states.delete_state_machine(stateMachineArn=made["stateMachineArn"])


@pytest.fixture
def lost(table: Table) -> list[str]:
    """More orders than a page holds, which have stood for an hour without a workflow."""
    orders, at = DynamoOrders(table), clients.now() - timedelta(hours=1)
    return [
        placed(orders, a_snapshot((1, 100), external=f"n{number}"), at=at).order_id for number in range(30)
    ]


def an_overdue_exception(table: Table, subject: str) -> str:
    case = report(
        subject=subject,
        key="ASSESS-0",
        channel="web",
        kind="TECHNICAL",
        detail="why",
        cases=DynamoCases(table),
        now=clients.now() - timedelta(days=9),
        actor=SYSTEM,
    )
    return case.case_id


def logged(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_round_starts_what_was_lost_and_says_so(
    watch: Handler, lost: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    watch({}, None)

    told = logged(capsys)
    assert sorted(told["restarted"]) == sorted(lost)
    assert (told["message"], told["looked_at"], told["cut_short"]) == ("watched", 30, False)


def test_bookmarks_lie_in_the_support_table(
    watch: Handler, lost: list[str], stored: Callable[[], list[Item]], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch({}, None)

    kept = [item for item in stored() if item["pk"] == "WATCHDOG"]
    assert [(item["sk"], item["place"]) for item in kept] == [("BOOKMARK#web#RECEIVED", "")]


def test_a_person_who_asks_for_everything_moves_no_bookmark(
    watch: Handler, lost: list[str], stored: Callable[[], list[Item]], capsys: pytest.CaptureFixture[str]
) -> None:
    watch({"everything": True}, None)

    assert sorted(logged(capsys)["restarted"]) == sorted(lost)
    assert not [item for item in stored() if item["pk"] == "WATCHDOG"]


def test_a_round_ends_when_its_time_is_over(
    watch: Handler, lost: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter(range(0, 1000, 10))
    monkeypatch.setattr(watchdog, "monotonic", lambda: next(seconds))

    watch({}, None)

    told = logged(capsys)
    assert told["cut_short"]
    assert len(told["restarted"]) < watchdog.SECONDS / 10
    assert next(seconds) == watchdog.SECONDS + 10


def test_every_round_has_its_own_time(
    watch: Handler, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for second in (0, 1000):
        monkeypatch.setattr(watchdog, "monotonic", lambda second=second: second)
        watch({}, None)
        assert not logged(capsys)["cut_short"]


def test_a_list_that_cannot_be_read_makes_the_function_fail_after_all_the_others(
    watch: Handler, lost: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Executions.listed

    def refused(self: Executions, status: str, **page: Any) -> Any:
        if status == "TIMED_OUT":
            raise Throttled("slow down")
        return listed(self, status, **page)

    monkeypatch.setattr(Executions, "listed", refused)

    with pytest.raises(HoldfastError, match="TIMED_OUT"):
        watch({}, None)

    *_, told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted(told["restarted"]) == sorted(lost)


def test_an_exception_that_cannot_be_read_makes_the_function_fail_after_all_the_others(
    watch: Handler, lost: list[str], table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, healthy = (an_overdue_exception(table, one) for one in lost[:2])
    row = table.get(f"CASE#{lost[0]}", "CASE#ASSESS-0")
    assert row is not None
    damaged = {name: value for name, value in row.items() if name != "detail"}
    assert table.write(Put(table.name, damaged, "attribute_exists(pk)")) is None

    with pytest.raises(HoldfastError, match=broken):
        watch({}, None)

    *_, told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (told["escalated"], told["failed"]) == ([healthy], [broken])
    assert sorted(told["restarted"]) == sorted(lost)


def test_rows_that_cannot_be_read_keep_no_order_from_its_look_and_ten_are_named(
    watch: Handler, lost: list[str], table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    *broken, healthy = lost
    for order_id in broken:
        set_to(table.client, table.name, f"ORDER#{order_id}", "ORDER", "assessment", {"S": "1"})

    with pytest.raises(HoldfastError, match=r"^could not deal with (ORDER#\S+/ORDER,? ){10}and 19 more$"):
        watch({}, None)

    *_, told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told["restarted"] == [healthy]
    assert told["failed"] == sorted(f"ORDER#{order_id}/ORDER" for order_id in broken)
