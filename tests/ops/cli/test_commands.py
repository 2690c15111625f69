"""What the commands answer, for people and for programs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from oms.contracts.envelope import to_detail
from oms.kernel.ids import fulfilment_order_id
from oms.runtime.starting import first_assessment

from ops.cli import session
from ops.stack import NotConnected
from tests.builders import a_snapshot, an_event, placed
from tests.ops.cli.conftest import Oms
from tests.ops.cli.desk import MAIL, NAME, ORDER, STREET, Desk

Run = Callable[..., Any]


def test_orders_are_listed_page_by_page_up_to_the_limit(desk: Desk, oms_json: Run) -> None:
    assert len(oms_json("orders", "list", "--status", "shipped")["orders"]) == 2
    assert len(oms_json("orders", "list", "--status", "shipped", "--limit", "1")["orders"]) == 1


def test_an_unknown_status_is_named_together_with_the_known_ones(desk: Desk, oms: Oms) -> None:
    code, _, err = oms("orders", "list", "--status", "LOST")
    assert code == 2
    assert "LOST" in err
    assert "PARTIALLY_SHIPPED" in err


def test_an_order_is_shown_with_its_workflow_its_exceptions_and_its_timeline(
    desk: Desk, oms_json: Run
) -> None:
    desk.case("FRAUD_REVIEW")
    document = oms_json("orders", "show", ORDER)
    assert document["order"]["order_id"] == ORDER
    assert document["workflow"][0]["status"] == "RUNNING"
    assert document["exceptions"] == [{"case_id": f"{ORDER}.1", "kind": "FRAUD_REVIEW", "owner": "support"}]
    assert [entry["event"] for entry in document["timeline"]][:2] == ["OrderReceived", "PaymentAuthorized"]


@pytest.mark.parametrize(
    ("kept", "shown", "status"),
    [
        ({f"{ORDER}-2": "SUCCEEDED"}, f"{ORDER}-2", "SUCCEEDED"),
        ({f"{ORDER}-2": "FAILED", f"{ORDER}-3": "RUNNING"}, f"{ORDER}-3", "RUNNING"),
        ({}, f"{ORDER}-2", "not there"),
    ],
)
def test_an_order_whose_first_workflow_is_forgotten_is_shown_with_a_later_one(
    desk: Desk, oms_json: Run, kept: dict[str, str], shown: str, status: str
) -> None:
    placed(desk.orders, a_snapshot(external="10045"))
    desk.orders.take_over(ORDER, first_assessment(2))
    desk.aws.executions = kept

    (workflow,) = oms_json("orders", "show", ORDER)["workflow"]

    assert workflow["execution"].endswith(f":{shown}")
    assert workflow["status"] == status


def test_an_order_is_shown_with_its_messages_that_nobody_could_deal_with(desk: Desk, oms_json: Run) -> None:
    queue = "holdfast-ship-stock-queue"
    for key, subject in (("mine", ORDER), ("other", "ord_other")):
        event = an_event(1, event_id=f"{subject}:orders:{key}", subject=subject)
        message = json.dumps({"detail": to_detail(event)})
        desk.case("DEAD_LETTER", subject=queue, key=key, message=message, token="")
    desk.case("DEAD_LETTER", subject=queue, key="poison", message="no event of ours", token="")
    found = oms_json("orders", "show", ORDER)["exceptions"]
    assert found == [{"case_id": f"{queue}.mine", "kind": "DEAD_LETTER", "owner": "engineering"}]


def test_an_order_is_found_by_the_number_its_channel_gave_it(desk: Desk, oms_json: Run) -> None:
    assert oms_json("orders", "show", "web/10045")["order"]["order_id"] == ORDER


def test_what_is_no_order_id_is_refused_before_anybody_is_asked(desk: Desk, oms: Oms) -> None:
    code, _, err = oms("orders", "show", "10045")
    assert code == 2
    assert "web/10045" in err


def test_a_missing_order_is_a_sentence_and_not_a_traceback(desk: Desk, oms: Oms) -> None:
    code, out, err = oms("orders", "show", "web/nobody")
    assert (code, out) == (2, "")
    assert err == "oms: 404 not_found: There is no such resource\n"


def test_an_error_is_a_json_document_too(desk: Desk, oms: Oms) -> None:
    code, out, _ = oms("orders", "show", "web/nobody", "--json")
    assert code == 2
    assert json.loads(out) == {"error": "404 not_found: There is no such resource"}


def test_an_order_ships_whole_from_every_location_with_open_work(desk: Desk, oms: Oms) -> None:
    code, out, _ = oms("ship", ORDER, "--tracking", "T1")
    assert code == 0
    ((work, parcel),) = desk.api.sent
    assert work == fulfilment_order_id(ORDER, 1)
    assert parcel["tracking_number"] == "T1"
    assert "lines" not in parcel
    assert "order SHIPPED" in out


def test_a_parcel_of_some_units_names_its_lines(desk: Desk, oms: Oms) -> None:
    oms("ship", fulfilment_order_id(ORDER, 2), "--line", "L1=2", "--line", "L=9=1")
    assert desk.api.sent[0][1]["lines"] == [
        {"line_id": "L1", "quantity": 2},
        {"line_id": "L=9", "quantity": 1},
    ]


def test_a_shipment_given_again_is_the_same_parcel(desk: Desk, oms: Oms) -> None:
    work = fulfilment_order_id(ORDER, 1)
    for lines in (("L1=2", "L2=1"), ("L2=1", "L1=2")):
        oms("ship", work, "--line", lines[0], "--line", lines[1], "--tracking", "T1")
    (_, first), (_, again) = desk.api.sent
    assert first["shipment_id"] == again["shipment_id"]


def test_another_parcel_has_another_id(desk: Desk, oms: Oms) -> None:
    work, other = fulfilment_order_id(ORDER, 1), fulfilment_order_id(ORDER, 2)
    for arguments in ((work,), (other,), (work, "--line", "L1=1"), (work, "--tracking", "T2")):
        oms("ship", *arguments)
    oms("ship", work, "--shipment-id", "parcel_9")
    names = [parcel["shipment_id"] for _, parcel in desk.api.sent]
    assert len(set(names)) == 5
    assert names[-1] == "parcel_9"


@pytest.mark.parametrize("line", ["L1", "L1=", "=2", "L1=two", "L1=-1"])
def test_a_line_without_units_is_refused(desk: Desk, oms: Oms, line: str) -> None:
    code, _, err = oms("ship", ORDER, "--line", line)
    assert code == 2
    assert "LINE=UNITS" in err
    assert desk.api.sent == []


def test_a_cancellation_carries_its_code_and_note(desk: Desk, oms_json: Run) -> None:
    answer = oms_json("orders", "cancel", ORDER, "--code", "fraud", "--note", "second account")
    assert answer["order_id"] == ORDER
    assert desk.api.sent == [(ORDER, {"code": "fraud", "note": "second account"})]


def test_status_counts_orders_exceptions_and_messages(desk: Desk, oms_json: Run) -> None:
    desk.case("SHORTAGE")
    document = oms_json("status")
    assert document["orders"]["RECEIVED"] == 0
    assert [case["kind"] for case in document["exceptions"]] == ["SHORTAGE"]
    assert document["queues"] == {"holdfast-ship-stock-queue": 2}


def test_status_counts_what_is_under_way_and_not_beyond_a_thousand(desk: Desk, oms: Oms) -> None:
    desk.api.page = 100
    code, out, _ = oms("status")
    assert code == 0
    assert "1,000+" in out
    assert desk.api.asked.count("RELEASED") == 10
    assert not {"SHIPPED", "CANCELLED"} & set(desk.api.asked)


@pytest.mark.parametrize("command", ["status", "verify", "demo"])
def test_where_nothing_runs_one_learns_how_to_start_it(
    monkeypatch: pytest.MonkeyPatch, oms: Oms, command: str
) -> None:
    def nobody(run_dir: object) -> None:
        raise NotConnected("nothing is running here: start it with `make run`")

    monkeypatch.setattr(session, "connect_local", nobody)
    code, _, err = oms(command)
    assert code == 2
    assert "make run" in err


@pytest.mark.parametrize("command", ["run", "up", "down", "demo"])
def test_what_starts_and_stops_a_local_system_never_touches_an_account(oms: Oms, command: str) -> None:
    code, _, err = oms("--region", "eu-west-1", command)
    assert code == 2
    assert "local AWS only" in err


@pytest.mark.parametrize(
    "arguments", [("replay", __file__), ("rehearse", "hot-sku"), ("rehearse", "large-order")]
)
def test_an_account_takes_made_up_orders_only_after_a_yes(oms: Oms, arguments: tuple[str, ...]) -> None:
    code, _, err = oms("--region", "eu-west-1", *arguments)
    assert code == 2
    assert "--yes" in err


def test_going_down_where_nothing_runs_is_no_error(oms: Oms) -> None:
    code, out, _ = oms("down")
    assert code == 0
    assert "Nothing was running" in out


@pytest.mark.parametrize(
    "arguments",
    [("orders", "show", ORDER), ("orders", "list"), ("status",), ("exceptions", "show", f"{ORDER}.1")],
)
def test_no_command_shows_a_person_or_a_secret(desk: Desk, oms: Oms, arguments: tuple[str, ...]) -> None:
    desk.case("TECHNICAL", token="opens-doors", message=f'{{"name": "{NAME}"}}')
    for more in ((), ("--json",)):
        code, out, err = oms(*arguments, *more)
        assert code == 0
        for secret in (NAME, STREET, MAIL, "s3cret", "opens-doors"):
            assert secret not in out + err
