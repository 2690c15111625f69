"""The watchdog: finds orders that nothing moves any more, and moves them. Nothing else is touched."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from oms.contracts.api import CHANNELS
from oms.kernel.errors import Throttled
from oms.kernel.ids import order_id
from oms.orders.application.cancellation import cancel_lines, request_cancellation
from oms.orders.application.release import hold_order
from oms.orders.application.shipping import record_shipment
from oms.orders.domain.order import Hold, Order
from oms.runtime import watching
from oms.runtime.reviving import GRACE
from oms.runtime.starting import MOST_ATTEMPTS, Executions
from oms.runtime.step_functions import Tokens
from oms.runtime.watching import Watchdog, Watched
from oms.runtime.watchlists import PATIENCE
from oms.support.application.cases import decide, report
from oms.support.domain.exceptions import Action, Case

from tests.builders import CLIENT, NOW, ORDER, SYSTEM, a_snapshot, placed, released
from tests.fakes.bookmarks import FakeBookmarks
from tests.fakes.cases import FakeCases
from tests.fakes.orders import FakeOrders
from tests.fakes.step_functions import WORKFLOW, FakeStepFunctions
from tests.unit.orders.warehouse import a_parcel

SOON = NOW + timedelta(minutes=3)
NOTHING: tuple[str, ...] = ()


@pytest.fixture
def orders() -> FakeOrders:
    return FakeOrders()


@pytest.fixture
def cases() -> FakeCases:
    return FakeCases()


@pytest.fixture
def states() -> FakeStepFunctions:
    return FakeStepFunctions()


@pytest.fixture
def dog(orders: FakeOrders, cases: FakeCases, states: FakeStepFunctions) -> Watchdog:
    return Watchdog(
        orders,
        orders,
        cases,
        Executions(states, WORKFLOW),
        Tokens(states),
        CHANNELS,
        FakeBookmarks(),
        hurry=lambda: False,
    )


def watch(dog: Watchdog, at: datetime = SOON, *, everything: bool = True) -> Watched:
    return dog.round(at, everything=everything)


def ship(orders: FakeOrders) -> None:
    record_shipment(f"{ORDER}-f1", a_parcel("p1"), orders=orders, now=NOW, actor=CLIENT)


def test_a_received_order_without_a_workflow_gets_one(
    dog: Watchdog, orders: FakeOrders, states: FakeStepFunctions
) -> None:
    placed(orders)

    assert watch(dog, everything=False).restarted == (ORDER,)
    assert states.executions == {ORDER: "RUNNING"}


def test_an_order_is_restarted_once(dog: Watchdog, orders: FakeOrders, states: FakeStepFunctions) -> None:
    placed(orders)

    rounds = [watch(dog), watch(dog)]

    assert [each.restarted for each in rounds] == [(ORDER,), NOTHING]
    assert list(states.executions) == [ORDER]


def test_an_order_that_was_just_placed_gets_its_time(dog: Watchdog, orders: FakeOrders) -> None:
    placed(orders)

    assert watch(dog, NOW + PATIENCE - timedelta(milliseconds=1)) == Watched(0, NOTHING, NOTHING, NOTHING)
    assert watch(dog, NOW + PATIENCE + timedelta(milliseconds=1)).restarted == (ORDER,)


@pytest.mark.parametrize("status", ["FAILED", "ABORTED", "TIMED_OUT", "SUCCEEDED"])
def test_an_order_whose_workflow_ended_without_it_gets_another(
    dog: Watchdog, orders: FakeOrders, states: FakeStepFunctions, status: str
) -> None:
    released(orders)
    states.executions = {ORDER: status}

    assert watch(dog).restarted == (ORDER,)
    assert states.executions[f"{ORDER}-2"] == "RUNNING"


def test_a_workflow_that_has_just_died_is_given_time_for_its_last_task(
    dog: Watchdog, orders: FakeOrders, states: FakeStepFunctions
) -> None:
    released(orders)
    states.executions, states.ended = {ORDER: "ABORTED"}, SOON

    assert watch(dog, SOON + GRACE - timedelta(milliseconds=1)).restarted == NOTHING
    assert watch(dog, SOON + GRACE).restarted == (ORDER,)


@pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE"])
def test_an_order_whose_workflow_lives_is_left_alone(
    dog: Watchdog, orders: FakeOrders, states: FakeStepFunctions, status: str
) -> None:
    released(orders)
    states.executions = {ORDER: status}

    assert watch(dog) == Watched(1, NOTHING, NOTHING, NOTHING)
    assert list(states.executions) == [ORDER]


@pytest.mark.parametrize("hold", Hold)
def test_a_held_order_without_a_workflow_gets_one(dog: Watchdog, orders: FakeOrders, hold: Hold) -> None:
    placed(orders)
    hold_order(ORDER, hold, "why", assessment=1, orders=orders, now=NOW, actor=SYSTEM)

    assert watch(dog).restarted == (ORDER,)


@pytest.mark.parametrize("end", ["shipped", "cancelled"])
def test_an_order_that_has_ended_is_left_alone(
    dog: Watchdog, orders: FakeOrders, states: FakeStepFunctions, end: str
) -> None:
    released(orders)
    if end == "shipped":
        ship(orders)
    else:
        cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)

    assert watch(dog) == Watched(0, NOTHING, NOTHING, NOTHING)
    assert states.executions == {}


def test_an_order_that_a_late_list_still_shows_as_active_is_left_alone(
    dog: Watchdog, orders: FakeOrders, states: FakeStepFunctions
) -> None:
    stale = FakeOrders()
    placed(stale)
    released(orders)
    ship(orders)

    late = replace(dog, listings=stale)

    assert watch(late) == Watched(1, NOTHING, NOTHING, NOTHING)
    assert states.executions == {}


@pytest.mark.parametrize("listed", [True, False])
def test_a_workflow_whose_event_was_lost_is_woken(
    dog: Watchdog, orders: FakeOrders, states: FakeStepFunctions, listed: bool
) -> None:
    released(orders)
    states.executions, states.waiting = {ORDER: "RUNNING"}, {"t1"}
    orders.keep_token(ORDER, "t1", "")
    if listed:
        request_cancellation(ORDER, "other", orders=orders, now=NOW, actor=CLIENT)
    else:  # an order that has ended stands in no list of active ones, but its workflow still runs
        ship(orders)

    assert watch(dog).woken == (ORDER,)
    assert watch(dog).woken == NOTHING
    assert states.waiting == set()


def test_a_workflow_that_waits_for_something_to_happen_goes_on_waiting(
    dog: Watchdog, orders: FakeOrders, states: FakeStepFunctions
) -> None:
    released(orders)
    states.executions, states.waiting = {ORDER: "RUNNING"}, {"t1"}
    orders.keep_token(ORDER, "t1", "")

    assert watch(dog).woken == NOTHING
    assert states.waiting == {"t1"}


def test_an_execution_of_no_order_of_ours_is_passed_over(dog: Watchdog, states: FakeStepFunctions) -> None:
    states.executions = {"somebody-elses": "RUNNING"}

    assert watch(dog) == Watched(0, NOTHING, NOTHING, NOTHING)


def test_every_channel_is_watched(dog: Watchdog, orders: FakeOrders) -> None:
    ids = {placed(orders, a_snapshot(channel=channel)).order_id for channel in CHANNELS}

    assert set(watch(dog).restarted) == ids


def test_a_list_of_many_pages_is_watched_whole(
    dog: Watchdog, orders: FakeOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_PAGE", 2)
    ids = {placed(orders, a_snapshot(external=f"n{number}")).order_id for number in range(7)}

    assert set(watch(dog).restarted) == ids


def test_no_round_starts_more_workflows_than_the_starter_would_admit(
    dog: Watchdog, orders: FakeOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_STARTS", 3)
    ids = {placed(orders, a_snapshot(external=f"n{number}")).order_id for number in range(5)}

    rounds = [set(watch(dog).restarted) for _ in range(3)]

    assert [len(each) for each in rounds] == [3, 2, 0]
    assert rounds[0] | rounds[1] == ids == {order_id("web", f"n{number}") for number in range(5)}


def a_question(cases: FakeCases, key: str, kind: str, token: str = "t1") -> str:
    case = report(
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
    return case.case_id


def test_questions_of_a_dead_workflow_are_withdrawn_because_their_answers_wake_nobody(
    dog: Watchdog, orders: FakeOrders, cases: FakeCases, states: FakeStepFunctions
) -> None:
    placed(orders)
    states.executions = {ORDER: "ABORTED"}
    question = a_question(cases, "ASSESS-0", "SHORTAGE")
    other = a_question(cases, "capture-f1-p1", "CAPTURE_FAILED", token="")

    watch(dog)

    withdrawn = cases.cases[question]
    assert (withdrawn.is_open, withdrawn.resolved_by) == (False, "system:watchdog")
    assert cases.cases[other].is_open


def test_a_watchdog_that_stood_still_closes_nothing_that_the_next_workflow_asks(
    dog: Watchdog,
    orders: FakeOrders,
    cases: FakeCases,
    states: FakeStepFunctions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    placed(orders)
    states.executions = {ORDER: "ABORTED"}
    of_subject = cases.of_subject

    def late(order_id: str) -> list[Case]:
        states.executions[f"{ORDER}-2"] = "RUNNING"
        a_question(cases, "ASSESS-100", "FRAUD_REVIEW")
        return of_subject(order_id)

    monkeypatch.setattr(cases, "of_subject", late)

    assert watch(dog).restarted == NOTHING
    assert [case.is_open for case in of_subject(ORDER)] == [True]


def test_a_watchdog_that_took_a_waiting_order_for_a_lost_one_closes_nothing_either(
    dog: Watchdog,
    orders: FakeOrders,
    cases: FakeCases,
    states: FakeStepFunctions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It found no workflow, and stood still until the order's first one had asked its question."""
    placed(orders)
    load = orders.load

    def late(order_id: str) -> Order | None:
        states.executions[ORDER] = "RUNNING"
        a_question(cases, "ASSESS-0", "FRAUD_REVIEW")
        return load(order_id)

    monkeypatch.setattr(orders, "load", late)
    watch(dog)

    assert [case.is_open for case in cases.of_subject(ORDER)] == [True]


def test_questions_of_a_living_workflow_stay_open(
    dog: Watchdog, orders: FakeOrders, cases: FakeCases, states: FakeStepFunctions
) -> None:
    placed(orders)
    states.executions = {ORDER: "RUNNING"}
    question = a_question(cases, "ASSESS-0", "SHORTAGE")

    watch(dog)

    assert cases.cases[question].is_open


def test_what_nobody_decides_in_time_is_escalated(
    dog: Watchdog, orders: FakeOrders, cases: FakeCases
) -> None:
    case_id = a_question(cases, "ASSESS-0", "TECHNICAL")

    assert watch(dog, NOW + timedelta(hours=3)).escalated == NOTHING
    assert watch(dog, NOW + timedelta(hours=5)).escalated == (case_id,)
    assert watch(dog, NOW + timedelta(hours=6)).escalated == NOTHING
    assert cases.recorded(ORDER)[-1].actor == "system:watchdog"


def test_a_called_off_order_whose_workflow_broke_off_is_taken_up_again(
    orders: FakeOrders, states: FakeStepFunctions, dog: Watchdog
) -> None:
    """Between the cancellation of its lines and the settlement it still holds stock and money."""
    released(orders)
    cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)
    states.executions[ORDER] = "ABORTED"

    watched = dog.round(NOW)

    assert watched.restarted == (ORDER,)
    assert states.executions[f"{ORDER}-2"] == "RUNNING"


def test_a_workflow_that_broke_off_is_left_alone_once_a_later_one_has_succeeded(
    orders: FakeOrders, states: FakeStepFunctions, dog: Watchdog
) -> None:
    released(orders)
    cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)
    states.executions |= {ORDER: "FAILED", f"{ORDER}-2": "SUCCEEDED"}

    assert dog.round(NOW).restarted == ()


def broken_off(times: int) -> dict[str, str]:
    return {ORDER if attempt == 1 else f"{ORDER}-{attempt}": "FAILED" for attempt in range(1, times + 1)}


@pytest.mark.parametrize("called_off", [False, True])
def test_an_order_whose_workflows_all_break_off_goes_to_an_engineer_and_is_left_alone(
    orders: FakeOrders, cases: FakeCases, states: FakeStepFunctions, dog: Watchdog, called_off: bool
) -> None:
    released(orders)
    if called_off:
        cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)
    states.executions |= broken_off(MOST_ATTEMPTS)

    rounds = [watch(dog), watch(dog)]

    assert [each.restarted for each in rounds] == [NOTHING, NOTHING]
    assert len(states.executions) == MOST_ATTEMPTS
    (case,) = cases.of_subject(ORDER)
    assert (case.kind, case.owner, case.is_open) == ("WORKFLOW_BROKEN", "engineering", True)


def test_when_the_engineer_has_mended_it_the_order_has_as_many_workflows_again(
    orders: FakeOrders, cases: FakeCases, states: FakeStepFunctions, dog: Watchdog
) -> None:
    released(orders)
    states.executions |= broken_off(MOST_ATTEMPTS)
    watch(dog)
    (item,) = cases.of_subject(ORDER)

    decide(item.case_id, Action.RETRY, cases=cases, now=NOW, actor=SYSTEM, reason="mended")

    assert watch(dog).restarted == (ORDER,)
    assert list(states.executions)[-1] == f"{ORDER}-{MOST_ATTEMPTS + 1}"
    states.executions |= broken_off(2 * MOST_ATTEMPTS)
    assert watch(dog).restarted == NOTHING
    assert [(one.is_open, one.detail[:2]) for one in cases.of_subject(ORDER)] == [(False, "9 "), (True, "18")]


@pytest.mark.parametrize(("known", "assessment"), [({ORDER: "FAILED"}, 101), ({}, 0)])
def test_who_follows_a_dead_workflow_takes_the_order_over_from_it(
    orders: FakeOrders, states: FakeStepFunctions, dog: Watchdog, known: dict[str, str], assessment: int
) -> None:
    """What the dead one still has under way then releases nothing, and asks nobody."""
    placed(orders)
    states.executions = dict(known)

    assert watch(dog).restarted == (ORDER,)
    assert orders.orders[ORDER].assessment == assessment


def test_an_order_whose_first_workflows_are_forgotten_keeps_the_one_that_waits(
    orders: FakeOrders, cases: FakeCases, states: FakeStepFunctions, dog: Watchdog
) -> None:
    released(orders)
    orders.take_over(ORDER, 101)
    states.executions = {f"{ORDER}-2": "RUNNING"}

    assert watch(dog).restarted == NOTHING
    assert list(states.executions) == [f"{ORDER}-2"]


def test_the_last_attempt_is_still_made(
    orders: FakeOrders, cases: FakeCases, states: FakeStepFunctions, dog: Watchdog
) -> None:
    released(orders)
    states.executions |= broken_off(MOST_ATTEMPTS - 1)

    assert watch(dog).restarted == (ORDER,)
    assert cases.of_subject(ORDER) == []


def test_trouble_with_one_order_does_not_keep_the_watchdog_from_the_next(
    orders: FakeOrders, states: FakeStepFunctions, dog: Watchdog, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = order_id("web", "other")
    placed(orders)
    placed(orders, a_snapshot(order_id=other, external_order_id="other"))
    load = orders.load

    def troubled(wanted: str) -> Order | None:
        if wanted == ORDER:
            raise Throttled("slow down")
        return load(wanted)

    monkeypatch.setattr(orders, "load", troubled)

    assert watch(dog).restarted == (other,)
