"""Deciding exceptions from the command line."""

from collections.abc import Callable
from typing import Any

import pytest
from oms.aws.items import Unreadable
from oms.support.domain.exceptions import State

from tests.ops.cli.conftest import Oms
from tests.ops.cli.desk import ORDER, Desk

Run = Callable[..., Any]
QUEUE = "holdfast-ship-stock-queue"
URL = f"http://localhost:4566/000000000000/{QUEUE}"
WHY = ("--reason", "the supplier called", "--actor", "robin")


def test_open_items_of_both_owners_are_listed_nearest_deadline_first(desk: Desk, oms_json: Run) -> None:
    desk.case("SHORTAGE", subject="ord_b")
    desk.case("TECHNICAL", subject="ord_a")
    rows = oms_json("exceptions", "list")["exceptions"]
    assert [row["kind"] for row in rows] == ["TECHNICAL", "SHORTAGE"]
    assert [row["owner"] for row in rows] == ["engineering", "support"]


def test_an_item_that_cannot_be_read_is_named_and_hides_no_other(desk: Desk, oms: Oms, oms_json: Run) -> None:
    desk.case("SHORTAGE")
    desk.cases.unreadable = [Unreadable(f"CASE#{ORDER}", "CASE#ASSESS-0", KeyError("owner"))]
    told = f"CASE#{ORDER}/CASE#ASSESS-0 (KeyError)"

    for command in (
        ("exceptions", "list", "--owner", "support"),
        ("exceptions", "list", "--order", ORDER),
        ("status",),
        ("orders", "show", ORDER),
    ):
        code, out, _ = oms(*command)
        assert code == 0
        assert "SHORTAGE" in out
        assert f"cannot be read: {told}" in out
    assert oms_json("exceptions", "list", "--order", ORDER)["unreadable"] == [told]


def test_where_nothing_but_what_cannot_be_read_is_open_nobody_says_that_nothing_is(
    desk: Desk, oms: Oms
) -> None:
    assert oms("exceptions", "list")[1] == "No exceptions.\n"
    desk.cases.unreadable = [Unreadable("CASE#ord_x", "CASE#ASSESS-0", KeyError("owner"))]
    assert oms("exceptions", "list")[1] == "cannot be read: CASE#ord_x/CASE#ASSESS-0 (KeyError)\n"


def test_one_owner_sees_only_its_own(desk: Desk, oms_json: Run) -> None:
    desk.case("SHORTAGE", subject="ord_b")
    desk.case("TECHNICAL", subject="ord_a")
    rows = oms_json("exceptions", "list", "--owner", "support")["exceptions"]
    assert [row["kind"] for row in rows] == ["SHORTAGE"]


def test_a_decision_is_kept_with_its_actor_and_reason(desk: Desk, oms_json: Run) -> None:
    case = desk.case("FRAUD_REVIEW")
    answer = oms_json("exceptions", "resolve", case.case_id, "--action", "accept", *WHY)
    assert (answer["state"], answer["resolution"], answer["resolved_by"]) == (
        "RESOLVED",
        "ACCEPT",
        "staff:robin",
    )
    (event,) = [event for event in desk.cases.recorded(ORDER) if event.type == "ExceptionResolved"]
    assert event.reason == "the supplier called"


def test_on_aws_who_decides_is_who_is_signed_in(desk: Desk, oms: Oms) -> None:
    case = desk.case("FRAUD_REVIEW")
    resolve = ("--region", "eu-west-1", "exceptions", "resolve", case.case_id, "--action", "accept", *WHY)

    code, _, err = oms(*resolve)
    assert code == 2
    assert "leave --actor out" in err
    assert desk.cases.cases[case.case_id].is_open

    code, _, err = oms(*resolve[:-2])
    assert (code, err) == (0, "")
    assert desk.cases.cases[case.case_id].resolved_by == "staff:assumed-role/Support/robin"


def test_an_action_that_is_not_offered_changes_nothing(desk: Desk, oms: Oms) -> None:
    case = desk.case("FRAUD_REVIEW", message="{}")
    code, _, err = oms("exceptions", "resolve", case.case_id, "--action", "RETRY", *WHY)
    assert code == 2
    assert "ACCEPT, CANCEL" in err
    assert desk.cases.cases[case.case_id].state is State.OPEN
    assert desk.aws.messages == []


def test_a_retried_dead_letter_goes_to_its_queue_again(desk: Desk, oms_json: Run) -> None:
    case = desk.case("DEAD_LETTER", subject=QUEUE, message='{"id": 1}', token="")
    answer = oms_json("exceptions", "resolve", case.case_id, "--action", "RETRY", *WHY)
    assert desk.aws.messages == [(URL, '{"id": 1}')]
    assert answer["message_sent_to"] == QUEUE
    assert answer["state"] == "RESOLVED"


@pytest.mark.parametrize("kind", ["CAPTURE_FAILED", "REFUND_FAILED"])
def test_a_shipment_whose_money_was_refused_is_tried_again(desk: Desk, oms_json: Run, kind: str) -> None:
    case = desk.case(kind, message='{"id": 1}', token="")
    answer = oms_json("exceptions", "resolve", case.case_id, "--action", "RETRY", *WHY)
    assert answer["message_sent_to"] == "holdfast-capture-payment-queue"
    assert [message for _, message in desk.aws.messages] == ['{"id": 1}']


def test_a_dismissed_dead_letter_is_not_sent(desk: Desk, oms_json: Run) -> None:
    case = desk.case("DEAD_LETTER", subject=QUEUE, message='{"id": 1}', token="")
    oms_json("exceptions", "resolve", case.case_id, "--action", "DISMISS", *WHY)
    assert desk.aws.messages == []


def test_a_message_that_could_not_be_sent_is_sent_by_the_same_command(desk: Desk, oms: Oms) -> None:
    case = desk.case("DEAD_LETTER", subject=QUEUE, message='{"id": 1}', token="")
    retry = ("exceptions", "resolve", case.case_id, "--action", "RETRY", *WHY)
    desk.aws.broken = True
    code, _, err = oms(*retry)
    assert code == 2
    assert "no route to the queue" in err
    assert "same command again" in err
    desk.aws.broken = False
    assert oms(*retry)[0] == 0
    assert desk.aws.messages == [(URL, '{"id": 1}')]
    decisions = [event for event in desk.cases.recorded(QUEUE) if event.type == "ExceptionResolved"]
    assert len(decisions) == 1


def test_a_message_is_sent_when_its_item_is_closed_so_that_a_new_failure_opens_another(
    desk: Desk, oms: Oms
) -> None:
    case = desk.case("DEAD_LETTER", subject=QUEUE, message='{"id": 1}', token="")
    desk.aws.on_message = lambda: desk.case_again(case)
    oms("exceptions", "resolve", case.case_id, "--action", "RETRY", *WHY)
    (left,) = [one for one in desk.cases.of_subject(QUEUE) if one.is_open]
    assert left.case_id != case.case_id
    assert left.message == case.message


def test_only_a_retry_is_given_again(desk: Desk, oms: Oms) -> None:
    case = desk.case("DEAD_LETTER", subject=QUEUE, message='{"id": 1}', token="")
    oms("exceptions", "resolve", case.case_id, "--action", "DISMISS", *WHY)
    for action in ("RETRY", "DISMISS"):
        code, _, err = oms("exceptions", "resolve", case.case_id, "--action", action, *WHY)
        assert code == 2
        assert "resolved with DISMISS" in err
    assert desk.aws.messages == []


def test_a_message_of_an_unknown_queue_leaves_its_item_open(desk: Desk, oms: Oms) -> None:
    case = desk.case("DEAD_LETTER", subject="holdfast-gone-queue", message="{}", token="")
    code, _, err = oms("exceptions", "resolve", case.case_id, "--action", "RETRY", *WHY)
    assert code == 2
    assert "holdfast-gone-queue" in err
    assert desk.cases.cases[case.case_id].state is State.OPEN


def test_who_comes_second_learns_who_decided(desk: Desk, oms: Oms) -> None:
    case = desk.case("SHORTAGE")
    oms("exceptions", "resolve", case.case_id, "--action", "CANCEL", *WHY)
    code, _, err = oms("exceptions", "resolve", case.case_id, "--action", "RETRY", *WHY)
    assert code == 2
    assert "resolved with CANCEL by staff:robin" in err


def test_an_item_that_is_not_there_is_named(desk: Desk, oms: Oms) -> None:
    for name in ("nothing", f"{ORDER}.9"):
        code, _, err = oms("exceptions", "show", name)
        assert code == 2
        assert f"there is no exception {name}" in err


def test_a_decision_needs_a_reason(desk: Desk, oms: Oms) -> None:
    case = desk.case("SHORTAGE")
    code, _, err = oms("exceptions", "resolve", case.case_id, "--action", "CANCEL")
    assert code == 2
    assert "--reason" in err
