"""The functions as they are deployed, on one table: what the environment gives them, and what they make of it."""

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from oms.aws.outbox import event_row
from oms.aws.table import Table
from oms.contracts.envelope import to_detail
from oms.kernel.errors import BrokenInvariant, HoldfastError, Throttled
from oms.runtime import sweeping
from oms.wiring import clients, secrets
from oms.wiring.settings import admission_rate, required

from tests.builders import ORDER, ROOT, an_event, an_order_body, api_call

from .conftest import Handler

Compose = Callable[[str], Handler]
FOLDERS = sorted(
    path.parent.relative_to(ROOT / "functions").as_posix() for path in ROOT.glob("functions/*/*/handler.py")
)


def answered(handler: Handler, operation: str, body: Any = None, **how: Any) -> Any:
    answer = handler(api_call(operation, body, **how), None)
    assert answer["statusCode"] < 300, answer
    return json.loads(answer["body"])


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_function_needs_its_environment_to_be_loaded(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ORDERS_TABLE", "CHANNELS", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    source = ROOT / "functions" / folder / "handler.py"

    loaded: dict[str, Any] = {"__name__": "handler"}
    exec(compile(source.read_text(), str(source), "exec"), loaded)

    assert callable(loaded["handler"])


def test_an_order_is_placed_read_cancelled_and_called_off(composed: Compose) -> None:
    path = {"order_id": ORDER}
    answered(composed("capture/accept_order"), "placeOrder", an_order_body())
    read = composed("capture/read_orders")
    assert answered(read, "getOrder", path=path)["status"] == "RECEIVED"

    answered(composed("capture/cancel_order"), "cancelOrder", {"code": "other"}, path=path)
    assert composed("capture/cancel_lines")({"order_id": ORDER, "reason": ""}, None) == {
        "outcome": "CANCELLED"
    }

    assert answered(read, "getOrder", path=path)["status"] == "CANCELLED"
    listed = answered(read, "listOrders", query={"status": "CANCELLED"})
    assert [row["order_id"] for row in listed["orders"]] == [ORDER]


def test_an_order_is_released_shipped_and_told_about_in_one_timeline(composed: Compose, table: Table) -> None:
    answered(composed("capture/accept_order"), "placeOrder", an_order_body())
    plan = {"boxes": [{"location": "LON", "lines": [[1, 2], [2, 1]]}]}
    tax = {"lines": [[1, 800], [2, 100]], "shipping": 90, "total": 990, "estimated": False}
    task = {"order_id": ORDER, "assessment": 1, "plan": plan, "tax": tax}
    assert composed("fulfilment/release_order")(task, None) == {"outcome": "RELEASED"}
    before = clients.now() - timedelta(minutes=1)
    other = an_event(1, event_id=f"{ORDER}:support:1", at=before, type="ExceptionOpened")
    table.write(event_row(table.name, other, pk=f"CASE#{ORDER}"))

    report = {"shipment_id": "p1", "carrier": "DHL", "tracking_number": "JD01"}
    path = {"fulfilment_order_id": f"{ORDER}-f1"}
    how: dict[str, Any] = {"path": path, "client": "c-warehouse"}
    shipped = answered(composed("capture/record_shipment"), "recordShipment", report, **how)

    assert shipped["order_status"] == "SHIPPED"
    timeline = answered(composed("capture/read_orders"), "getTimeline", path={"order_id": ORDER})
    told = [entry["event"] for entry in timeline["entries"]]
    assert sorted(set(told)) == ["ExceptionOpened", "OrderReceived", "OrderReleased", "ShipmentRecorded"]
    assert (told[0], told[-1]) == ("ExceptionOpened", "ShipmentRecorded")


def test_a_dead_letter_is_parked_by_the_function_as_deployed(
    composed: Compose, stored: Callable[[], list[dict[str, Any]]]
) -> None:
    arn = "arn:aws:sqs:eu-west-1:123456789012:holdfast-tax-queue-dlq"
    body = json.dumps({"detail": to_detail(an_event())})
    batch = {"Records": [{"messageId": "m1", "eventSourceARN": arn, "body": body}]}

    assert composed("support/park_dead_letter")(batch, None) == {"batchItemFailures": []}

    assert {item["sk"].partition("#")[0] for item in stored()} == {"CASE", "EVENT"}


@pytest.fixture
def bus(composed: Compose, table: Table, monkeypatch: pytest.MonkeyPatch) -> str:
    """An event bus beside the table, and the environment of the relay and the sweeper."""
    made: Any = boto3.client("events", region_name="eu-west-1")
    made.create_event_bus(Name=f"bus-{table.name}")
    monkeypatch.setenv("BUS_NAME", f"bus-{table.name}")
    monkeypatch.setenv("OUTBOX_TABLES", table.name)
    return f"bus-{table.name}"


def receipted(table: Table) -> set[str]:
    return {
        event_id
        for item in table.client.scan(TableName=table.name)["Items"]  # type: ignore[attr-defined]
        if item["sk"]["S"].startswith("RECEIPT#")
        for event_id in (each["S"] for each in item["event_ids"]["L"])
    }


def test_the_sweeper_publishes_what_has_stood_for_ninety_seconds_as_far_back_as_it_is_told(
    composed: Compose, bus: str, table: Table
) -> None:
    ages = (timedelta(seconds=100), timedelta(0), timedelta(hours=3))
    old, fresh, ancient = (an_event(number, at=clients.now() - age) for number, age in enumerate(ages))
    for event in (old, fresh, ancient):
        table.write(event_row(table.name, event, pk=f"ORDER#{ORDER}"))
    sweep = composed("relay/sweep_outbox")

    sweep({"hours": 1}, None)
    assert receipted(table) == {old.event_id}

    sweep({"hours": 4}, None)
    assert receipted(table) == {old.event_id, ancient.event_id}


@pytest.mark.parametrize(
    "hours", [0, -1, 8785, 10**40, 1e308, 1.5, "", "a day", "２", None, True, [1], {"hours": 1}]
)
def test_the_sweeper_refuses_hours_that_are_none_before_it_begins(
    composed: Compose, bus: str, hours: object, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match="from 1 to 8784"):
        composed("relay/sweep_outbox")({"hours": hours}, None)

    assert capsys.readouterr().out == ""


def test_the_sweeper_tells_per_table_what_it_did_and_what_is_left(
    composed: Compose, bus: str, capsys: pytest.CaptureFixture[str]
) -> None:
    composed("relay/sweep_outbox")({"hours": 1}, None)

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    figures = {name: line[name] for name in ("Republished", "Parked", "BucketsLeft", "oldest_left")}
    assert figures == {"Republished": 0, "Parked": 0, "BucketsLeft": 0, "oldest_left": None}
    counted = line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    assert {one["Name"] for one in counted} == {"Republished", "Parked", "BucketsLeft"}


def test_a_sweep_that_met_trouble_fails_after_it_told_of_every_table(
    composed: Compose,
    bus: str,
    table: Table,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OUTBOX_TABLES", f"nowhere,{table.name}")

    with pytest.raises(HoldfastError):
        composed("relay/sweep_outbox")({"hours": 1}, None)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = {line["table"]: line["BucketsLeft"] for line in lines if line["message"] == "metric"}
    assert (told["nowhere"] > 0, told[table.name]) == (True, 0)


def test_a_sweep_by_the_clock_of_the_schedule_trusts_what_was_proven(
    composed: Compose, bus: str, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "LOOK_BACK", timedelta(hours=2))
    sweep = composed("relay/sweep_outbox")
    sweep({}, None)
    proven = an_event(at=clients.now() - timedelta(hours=1))
    table.write(event_row(table.name, proven, pk=f"ORDER#{ORDER}"))

    sweep({}, None)
    assert receipted(table) == set()

    sweep({"hours": 2}, None)
    assert receipted(table) == {proven.event_id}


def test_the_relay_leaves_receipts_in_the_table_the_records_came_from(
    composed: Compose, bus: str, table: Table
) -> None:
    event = an_event()
    keys = {"pk": {"S": f"ORDER#{ORDER}"}, "sk": {"S": "EVENT#000001"}}
    image = event_row(table.name, event, pk=f"ORDER#{ORDER}").request()["Put"]["Item"]
    record = {
        "eventName": "INSERT",
        "eventSourceARN": f"arn:aws:dynamodb:eu-west-1:123456789012:table/{table.name}/stream/2026",
        "dynamodb": {"Keys": keys, "NewImage": image},
    }

    composed("relay/relay_outbox")({"Records": [record]}, None)

    assert receipted(table) == {event.event_id}


def test_a_variable_the_deployment_forgot_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUS_NAME", raising=False)

    with pytest.raises(BrokenInvariant, match="BUS_NAME"):
        required("BUS_NAME")


def test_a_function_that_lacks_its_table_answers_that_something_is_wrong_inside(
    composed: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORDERS_TABLE")

    answer = composed("capture/accept_order")(api_call("placeOrder", an_order_body()), None)

    assert answer["statusCode"] == 500
    assert "ORDERS_TABLE" not in answer["body"]


@pytest.mark.parametrize(("given", "rate"), [(None, 25), ("7", 7)])
def test_workflows_start_at_the_rate_that_is_configured(
    monkeypatch: pytest.MonkeyPatch, given: str | None, rate: int
) -> None:
    monkeypatch.delenv("ADMISSION_RATE", raising=False)
    if given:
        monkeypatch.setenv("ADMISSION_RATE", given)

    assert admission_rate() == rate


def test_a_secret_that_cannot_be_read_just_now_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise ClientError(
            {"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "GetSecretValue"
        )

    monkeypatch.setenv("PARTNER_SECRET", "partners")
    monkeypatch.setattr(secrets, "client", lambda _: SimpleNamespace(get_secret_value=refuse))
    secrets.credentials.cache_clear()
    with pytest.raises(Throttled):
        secrets.credentials()
