"""What every store of exception items does: the fake in memory and the one in DynamoDB, side by side."""

from dataclasses import replace
from datetime import datetime

import pytest
from oms.kernel.clock import stamp
from oms.kernel.errors import WriteConflict
from oms.kernel.events import Event, record
from oms.support.application.cases import report
from oms.support.application.ports import Cases
from oms.support.domain.exceptions import Action, Case, ExceptionResolved, closed, escalate

from tests.builders import NOW, ORDER, SYSTEM, later
from tests.contract.support.conftest import Desk

QUEUE = "holdfast-tax-queue"


def opened(
    cases: Cases,
    key: str = "ASSESS-0",
    *,
    kind: str = "SHORTAGE",
    subject: str = ORDER,
    at: datetime = NOW,
    token: str = "",
    turn: str = "",
) -> Case:
    return report(
        subject=subject,
        key=key,
        channel="web",
        kind=kind,
        detail="line 1 is missing",
        cases=cases,
        now=at,
        actor=SYSTEM,
        token=token,
        turn=turn,
    )


def resolution(case: Case) -> tuple[Case, Event]:
    after, fact = closed(case, Action.RETRY, by="staff:ada")
    return after, event_of(fact, after)


def event_of(fact: ExceptionResolved, case: Case) -> Event:
    return record(
        fact,
        context="support",
        subject=case.subject,
        key=f"ASSESS-0-{case.version}",
        channel="web",
        now=later(5),
        actor=SYSTEM,
    )


def test_an_item_is_stored_with_its_event(desk: Desk) -> None:
    case = opened(desk.cases, token="t1")

    assert desk.cases.load(case.case_id) == case
    (event,) = desk.events(ORDER)
    assert (event.type, event.context, event.subject) == ("ExceptionOpened", "support", ORDER)


def test_every_part_of_an_item_survives_being_stored(cases: Cases) -> None:
    case = report(
        subject=QUEUE,
        key="ab12",
        channel="",
        kind="DEAD_LETTER",
        detail="could not deal with it: Grüße 🏠",
        message='{"detail": {"größe": 1}}',
        cases=cases,
        now=NOW,
        actor=SYSTEM,
    )

    assert cases.load(f"{QUEUE}.ab12") == case


def test_the_same_stop_opens_one_item_however_often_it_is_reported(desk: Desk) -> None:
    first = opened(desk.cases, token="t1")

    again = opened(desk.cases, kind="TECHNICAL", at=later(60), token="t1")

    assert again == first
    assert len(desk.events(ORDER)) == 1


def test_a_newer_token_replaces_the_one_that_died(cases: Cases) -> None:
    first = opened(cases, token="t1")

    again = opened(cases, token="t2")

    assert again == replace(first, token="t2")
    assert cases.load(first.case_id) == again


def test_what_a_dead_workflow_has_asked_for_takes_no_token_from_the_living_one(cases: Cases) -> None:
    alive = opened(cases, token="t2", turn="09:02#0")

    with pytest.raises(WriteConflict):
        opened(cases, token="t1", turn="09:01#5")
    assert cases.load(alive.case_id) == alive


def test_who_has_read_an_item_before_its_token_was_replaced_cannot_decide_it(cases: Cases) -> None:
    stale = opened(cases, token="t1")
    opened(cases, token="t2")

    with pytest.raises(WriteConflict):
        cases.save(*resolution(stale))
    stored = cases.load(stale.case_id)
    assert stored is not None
    assert (stored.token, stored.is_open) == ("t2", True)


def test_no_token_is_not_newer_than_one(cases: Cases) -> None:
    opened(cases, token="t1")

    assert opened(cases, token="").token == "t1"


def test_an_item_with_a_newer_token_can_still_be_resolved(cases: Cases) -> None:
    opened(cases, token="t1")
    case = opened(cases, token="t2")

    cases.save(*resolution(case))

    stored = cases.load(case.case_id)
    assert stored is not None
    assert (stored.token, stored.is_open) == ("t2", False)


def test_a_resolved_item_stays_as_it_was_decided_when_it_is_reported_again(cases: Cases) -> None:
    after, event = resolution(opened(cases, token="t1"))
    cases.save(after, event)

    assert opened(cases, token="t2") == after
    assert cases.load(after.case_id) == after


def test_a_transition_is_stored_with_its_event(desk: Desk) -> None:
    after, event = resolution(opened(desk.cases))

    desk.cases.save(after, event)

    assert desk.cases.load(after.case_id) == after
    assert [each.type for each in desk.events(ORDER)] == ["ExceptionOpened", "ExceptionResolved"]


def test_of_two_who_decide_at_once_one_is_refused(desk: Desk) -> None:
    case = opened(desk.cases)
    desk.cases.save(*resolution(case))
    other, fact = closed(case, Action.CANCEL, by="staff:bob")

    with pytest.raises(WriteConflict):
        desk.cases.save(other, event_of(fact, other))

    stored = desk.cases.load(case.case_id)
    assert stored is not None
    assert stored.resolution == "RETRY"


def test_what_is_not_stored_is_not_found(cases: Cases) -> None:
    assert cases.load(f"{ORDER}.ASSESS-0") is None
    assert cases.of_subject(ORDER) == []
    assert cases.queue("support", "OPEN", limit=10) == []


def test_the_items_of_an_order_are_listed_oldest_first_and_no_others(cases: Cases) -> None:
    second = opened(cases, "ASSESS-1", at=later(10))
    first = opened(cases, "FULFIL-0", at=later(5))
    opened(cases, subject=ORDER[:-1] + "y")

    assert cases.of_subject(ORDER) == [first, second]


def test_a_queue_holds_what_its_owner_has_to_do_nearest_deadline_first(cases: Cases) -> None:
    slow = opened(cases, "ASSESS-1", kind="SHORTAGE")
    urgent = opened(cases, "ASSESS-2", kind="FRAUD_REVIEW")
    technical = opened(cases, "ASSESS-3", kind="TECHNICAL")

    assert cases.queue("support", "OPEN", limit=10) == [urgent, slow]
    assert cases.queue("support", "OPEN", limit=1) == [urgent]
    assert cases.queue("engineering", "OPEN", limit=10) == [technical]


def test_what_is_past_its_deadline_is_listed_by_its_id_nearest_deadline_first(cases: Cases) -> None:
    slow = opened(cases, "ASSESS-1", kind="SHORTAGE")
    urgent = opened(cases, "ASSESS-2", kind="FRAUD_REVIEW")

    day = 24 * 3600
    assert cases.overdue("support", limit=10, until=stamp(later(day))) == []
    assert cases.overdue("support", limit=10, until=stamp(later(day + 1))) == [urgent.case_id]
    both = stamp(later(2 * day + 1))
    assert cases.overdue("support", limit=10, until=both) == [urgent.case_id, slow.case_id]
    assert cases.overdue("support", limit=1, until=both) == [urgent.case_id]
    assert cases.overdue("engineering", limit=10, until=both) == []


def test_an_escalated_item_changes_its_queue(cases: Cases) -> None:
    case = opened(cases)
    after, fact = escalate(case)
    event = record(
        fact, context="support", subject=ORDER, key="ASSESS-0-2", channel="web", now=NOW, actor=SYSTEM
    )

    cases.save(after, event)

    assert cases.queue("support", "OPEN", limit=10) == []
    assert cases.queue("engineering", "ESCALATED", limit=10) == [after]


def test_a_resolved_item_stands_in_no_queue(cases: Cases) -> None:
    cases.save(*resolution(opened(cases)))

    queues = [
        cases.queue(owner, state, limit=9)
        for owner in ("support", "engineering")
        for state in ("OPEN", "RESOLVED")
    ]
    assert queues == [[]] * 4
