"""Dead letters: each gets an owner and keeps its text, whatever it is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oms.contracts.envelope import to_detail
from oms.kernel.events import Actor
from oms.runtime.parking import park
from oms.support.application.cases import decide
from oms.support.domain.exceptions import Action, Case

from tests.builders import NOW, ORDER, an_event, later
from tests.fakes.cases import FakeCases

QUEUE = "holdfast-tax-queue"
ARN = f"arn:aws:sqs:eu-west-1:123456789012:{QUEUE}-dlq"
BODY = json.dumps({"detail": to_detail(an_event(type="ShipmentRecorded"))})


def parked(cases: FakeCases, body: str = BODY, arn: str = ARN) -> list[Case]:
    park({"eventSourceARN": arn, "body": body}, cases=cases, now=NOW)
    return list(cases.cases.values())


def test_a_dead_letter_becomes_an_item_for_the_engineers() -> None:
    (case,) = parked(FakeCases())

    assert (case.subject, case.kind, case.owner, case.channel) == (QUEUE, "DEAD_LETTER", "engineering", "web")
    assert case.message == BODY
    assert case.detail == f"{QUEUE} could not deal with ShipmentRecorded {ORDER}:orders:000001"
    assert case.actions == (Action.RETRY, Action.DISMISS)


def test_a_dead_letter_that_is_delivered_twice_is_one_item() -> None:
    cases = FakeCases()
    parked(cases)

    assert len(parked(cases)) == 1


def test_the_same_event_dead_in_two_queues_is_two_items() -> None:
    cases = FakeCases()
    parked(cases)

    assert len(parked(cases, arn=ARN.replace("tax", "stock"))) == 2


def test_two_events_of_one_order_are_two_items() -> None:
    cases = FakeCases()
    parked(cases)

    assert len(parked(cases, json.dumps({"detail": to_detail(an_event(2))}))) == 2


@pytest.mark.parametrize(("action", "items"), [(Action.RETRY, 2), (Action.DISMISS, 1)])
def test_what_fails_again_after_it_was_sent_again_is_a_new_item(action: Action, items: int) -> None:
    cases = FakeCases()
    (case,) = parked(cases)
    decide(case.case_id, action, cases=cases, now=later(9), actor=Actor("staff", "ada"), reason="")

    found = parked(cases)

    assert len(found) == items
    assert len({each.case_id for each in found}) == items


@pytest.mark.parametrize(
    "body",
    ["", "no json", "[]", '{"detail": "text"}', '{"detail": {"event_id": 7}}', '{"other": 1}', "[" * 99_999],
    ids=lambda body: body[:20],
)
def test_what_is_no_event_is_kept_all_the_same(body: str) -> None:
    cases = FakeCases()

    (case,) = parked(cases, body)

    assert (case.message, case.channel) == (body, "")
    assert case.detail == f"{QUEUE} could not deal with unreadable"
    assert len(parked(cases, body)) == 1


DETAILS: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {name: st.none() | st.text() | st.integers() | st.lists(st.text()) for name in to_detail(an_event())}
)


@given(st.text() | DETAILS.map(lambda detail: json.dumps({"detail": detail})))
def test_no_message_is_too_strange_to_be_parked(body: str) -> None:
    (case,) = parked(FakeCases(), body)

    assert case.message == body
