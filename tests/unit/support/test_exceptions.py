"""The machine of an exception item, and what each kind offers."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import yaml
from oms.kernel.clock import moment
from oms.support.domain.exceptions import (
    KINDS,
    TRANSITIONS,
    Action,
    ActionNotOffered,
    Case,
    ExceptionResolved,
    State,
    closed,
    escalate,
    open_case,
    resolve,
)

from tests.builders import NOW, ORDER, ROOT

WORKFLOW: Any = yaml.safe_load((ROOT / "statemachines/order_capture.asl.yaml").read_text())


def a_case(kind: str = "SHORTAGE", token: str = "t1") -> Case:
    return open_case(
        subject=ORDER, key="ASSESS-0", channel="web", kind=kind, detail="why", now=NOW, token=token
    )[0]


def test_every_state_can_be_reached_and_only_resolved_has_no_exit() -> None:
    assert {State.OPEN} | set(TRANSITIONS.values()) == set(State)
    assert {source for source, _ in TRANSITIONS} == set(State) - {State.RESOLVED}
    assert {source for source, move in TRANSITIONS if move == "resolve"} == set(State) - {State.RESOLVED}


def test_a_new_item_is_open_and_knows_its_owner_its_deadline_and_its_cause() -> None:
    case, fact = open_case(
        subject=ORDER, key="ASSESS-0", channel="web", kind="FRAUD_REVIEW", detail="score 64", now=NOW
    )

    assert (case.case_id, case.state, case.owner, case.version) == (
        f"{ORDER}.ASSESS-0",
        State.OPEN,
        "support",
        1,
    )
    assert moment(case.deadline) - NOW == timedelta(hours=24)
    assert (fact.case_id, fact.kind, fact.owner, fact.deadline) == (
        case.case_id,
        "FRAUD_REVIEW",
        "support",
        case.deadline,
    )


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        a_case("WEATHER")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_offers_something_and_ends(kind: str) -> None:
    terms = KINDS[kind]

    assert terms.actions
    assert timedelta(0) < terms.deadline <= timedelta(days=14)
    assert terms.cause.endswith(".")


@pytest.mark.parametrize(("kind", "action"), list(product(KINDS, Action)))
def test_only_the_actions_a_kind_offers_can_be_chosen(kind: str, action: Action) -> None:
    result = resolve(a_case(kind), action, by="staff:ada")

    if action in KINDS[kind].actions:
        assert isinstance(result, tuple)
        after, fact = result
        assert (after.state, after.resolution, after.resolved_by) == (State.RESOLVED, action, "staff:ada")
        assert fact == ExceptionResolved(after.case_id, kind, action.value, ORDER)
    else:
        assert result == ActionNotOffered(tuple(KINDS[kind].actions))


def test_a_resolved_item_offers_nothing_any_more() -> None:
    after, _ = closed(a_case(), Action.RETRY, by="staff:ada")

    assert resolve(after, Action.RETRY, by="staff:bob") == ActionNotOffered(())
    with pytest.raises(KeyError):
        closed(after, Action.CANCEL, by="staff:bob")


def test_an_overdue_item_goes_to_the_engineers_and_can_still_be_resolved() -> None:
    after, fact = escalate(a_case())

    assert (after.state, after.owner, after.version) == (State.ESCALATED, "engineering", 2)
    assert (fact.case_id, fact.kind) == (after.case_id, "SHORTAGE")
    assert isinstance(resolve(after, Action.RETRY, by="staff:ada"), tuple)
    with pytest.raises(KeyError):
        escalate(after)


def test_an_item_without_a_waiting_workflow_names_no_order() -> None:
    _, fact = closed(a_case("CAPTURE_FAILED", token=""), Action.DISMISS, by="staff:ada")

    assert fact.order_id == ""


def test_an_order_decided_elsewhere_closes_an_item_whatever_it_offers() -> None:
    after, fact = closed(a_case("REFUND_FAILED"), Action.CANCEL, by="system:order_capture")

    assert (after.is_open, fact.action) == (False, "CANCEL")


def test_every_kind_the_workflow_reports_exists() -> None:
    reported = str(WORKFLOW["States"]["AwaitResolution"]["Arguments"]["Payload"]["kind"])
    named = {word for word in reported.replace("'", " ").split() if word in KINDS}

    assert named == set(KINDS) - {"CAPTURE_FAILED", "DEAD_LETTER", "WORKFLOW_BROKEN"}


def test_whatever_is_offered_where_a_workflow_waits_the_workflow_follows() -> None:
    choices = str(WORKFLOW["States"]["FollowResolution"]["Choices"])
    offered = {
        action
        for kind, terms in KINDS.items()
        if kind not in ("CAPTURE_FAILED", "DEAD_LETTER", "WORKFLOW_BROKEN")
        for action in terms.actions
    }

    assert {action for action in offered if f"'{action}'" not in choices} == {Action.CANCEL}
    assert WORKFLOW["States"]["FollowResolution"]["Default"] == "CancelLines"
