"""Opening, deciding, escalating and closing exception items."""

import pytest
from oms.kernel.clock import stamp
from oms.kernel.errors import Owner, WriteConflict
from oms.kernel.events import Actor
from oms.support.application.cases import close_all, decide, escalate_overdue, report
from oms.support.domain.exceptions import Action, ActionNotOffered, Case, State

from tests.builders import NOW, ORDER, SYSTEM, later
from tests.fakes.cases import FakeCases

ADA = Actor("staff", "ada")
DAY = 24 * 3600
CASE = f"{ORDER}.ASSESS-0"


@pytest.fixture
def cases() -> FakeCases:
    return FakeCases()


def opened(cases: FakeCases, key: str = "ASSESS-0", kind: str = "SHORTAGE", token: str = "t1") -> Case:
    return report(
        subject=ORDER,
        key=key,
        channel="web",
        kind=kind,
        detail="why",
        cases=cases,
        now=NOW,
        actor=SYSTEM,
        token=token,
    )


def decided(cases: FakeCases, action: Action = Action.RETRY) -> Case | ActionNotOffered | None:
    return decide(CASE, action, cases=cases, now=later(9), actor=ADA, reason="stock is here")


def escalated(cases: FakeCases, seconds: int = 3 * DAY) -> list[str]:
    """What is escalated so many seconds after it was opened; nothing may go wrong."""

    def trouble(name: str, error: Exception) -> None:
        raise AssertionError(name) from error

    owners: list[Owner] = ["support", "engineering"]
    return [
        case_id
        for owner in owners
        for case_id in escalate_overdue(
            owner, cases=cases, now=later(seconds), actor=SYSTEM, hurry=lambda: False, trouble=trouble
        )
    ]


def test_a_decision_is_recorded_with_who_made_it_and_why(cases: FakeCases) -> None:
    opened(cases)

    result = decided(cases)

    assert isinstance(result, Case)
    assert (result.state, result.resolved_by) == (State.RESOLVED, "staff:ada")
    event = cases.recorded(ORDER)[-1]
    assert (event.type, event.actor, event.reason, event.occurred_at) == (
        "ExceptionResolved",
        "staff:ada",
        "stock is here",
        stamp(later(9)),
    )
    assert event.data == {"case_id": CASE, "kind": "SHORTAGE", "action": "RETRY", "order_id": ORDER}


def test_a_decision_about_an_item_that_does_not_exist_finds_nothing(cases: FakeCases) -> None:
    assert decided(cases) is None


def test_an_action_that_is_not_offered_changes_nothing(cases: FakeCases) -> None:
    case = opened(cases)

    assert decided(cases, Action.ACCEPT) == ActionNotOffered(("RETRY", "CANCEL"))
    assert cases.load(CASE) == case


def test_of_two_people_who_decide_at_once_the_second_learns_that_it_is_decided(cases: FakeCases) -> None:
    opened(cases)
    cases.meanwhile = [lambda: decided(cases, Action.CANCEL)]

    assert decided(cases) == ActionNotOffered(())
    assert cases.cases[CASE].resolution == "CANCEL"


def test_a_decision_that_an_escalation_overtakes_is_taken_all_the_same(cases: FakeCases) -> None:
    opened(cases)
    cases.meanwhile = [lambda: escalated(cases)]

    result = decided(cases)

    assert isinstance(result, Case)
    assert (result.state, result.version) == (State.RESOLVED, 3)


def test_a_decision_that_is_overtaken_without_end_is_given_up(cases: FakeCases) -> None:
    opened(cases)

    def somebody_writes() -> None:
        raise WriteConflict("again")

    cases.meanwhile = [somebody_writes] * 9

    with pytest.raises(WriteConflict):
        decided(cases)


def test_only_what_is_past_its_deadline_is_escalated(cases: FakeCases) -> None:
    opened(cases, "ASSESS-0", "SHORTAGE")
    opened(cases, "ASSESS-1", "FRAUD_REVIEW")
    opened(cases, "ASSESS-2", "TECHNICAL")

    done = escalated(cases, DAY + 1)

    assert done == [f"{ORDER}.ASSESS-1", f"{ORDER}.ASSESS-2"]
    assert {cases.cases[one].owner for one in done} == {"engineering"}
    assert cases.cases[CASE].state is State.OPEN


def test_an_item_is_escalated_once(cases: FakeCases) -> None:
    opened(cases)

    rounds = [escalated(cases) for _ in range(2)]

    assert [len(each) for each in rounds] == [1, 0]
    assert [event.type for event in cases.recorded(ORDER)] == ["ExceptionOpened", "ExceptionEscalated"]


def test_an_item_that_a_late_list_still_shows_as_open_is_left_alone() -> None:
    class Late(FakeCases):
        def overdue(self, owner: str, *, limit: int, until: str) -> list[str]:
            return [CASE] if owner == "support" else []

    cases = Late()
    opened(cases)
    decided(cases)

    assert escalated(cases) == []


def test_an_item_that_somebody_decides_during_its_escalation_is_left_alone(cases: FakeCases) -> None:
    opened(cases)
    opened(cases, "ASSESS-1", "FRAUD_REVIEW")
    cases.meanwhile = [
        lambda: decide(f"{ORDER}.ASSESS-1", Action.ACCEPT, cases=cases, now=NOW, actor=ADA, reason="")
    ]

    assert escalated(cases) == [CASE]


def test_a_cancelled_order_closes_every_item_its_workflow_waits_with(cases: FakeCases) -> None:
    opened(cases, "ASSESS-0")
    opened(cases, "FULFIL-1", "SHIPMENT_OVERDUE", token="t2")
    opened(cases, "capture-f1-p1", "CAPTURE_FAILED", token="")

    done = close_all(ORDER, Action.CANCEL, cases=cases, now=NOW, actor=SYSTEM, reason="cancelled")

    assert [(case.case_id, case.resolution) for case in done] == [
        (f"{ORDER}.ASSESS-0", "CANCEL"),
        (f"{ORDER}.FULFIL-1", "CANCEL"),
    ]
    assert cases.cases[f"{ORDER}.capture-f1-p1"].is_open
    assert close_all(ORDER, Action.CANCEL, cases=cases, now=NOW, actor=SYSTEM, reason="") == []


def test_items_with_a_spared_key_stay_open(cases: FakeCases) -> None:
    opened(cases, "ASSESS-0")
    opened(cases, "CANCEL-1", "REFUND_FAILED")

    done = close_all(ORDER, Action.CANCEL, cases=cases, now=NOW, actor=SYSTEM, reason="", sparing=("CANCEL",))

    assert [case.case_id for case in done] == [f"{ORDER}.ASSESS-0"]
    assert cases.cases[f"{ORDER}.CANCEL-1"].is_open


def test_where_a_kind_is_named_only_its_items_are_closed(cases: FakeCases) -> None:
    opened(cases, "ASSESS-0", "SHORTAGE")
    opened(cases, "FULFIL-1", "SHIPMENT_OVERDUE")

    done = close_all(
        ORDER, Action.RETRY, cases=cases, now=NOW, actor=SYSTEM, reason="", kind="SHIPMENT_OVERDUE"
    )

    assert [case.case_id for case in done] == [f"{ORDER}.FULFIL-1"]
    assert cases.cases[f"{ORDER}.ASSESS-0"].is_open


def test_the_events_of_one_item_have_ids_of_their_own(cases: FakeCases) -> None:
    opened(cases)
    escalated(cases)
    decided(cases)

    assert sorted(cases.events) == [f"{ORDER}:support:ASSESS-0-{version}" for version in (1, 2, 3)]
