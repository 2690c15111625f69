"""Workflows that wait with a token: whatever wakes them, and whenever, wakes them once."""

from datetime import datetime

import pytest
from oms.contracts.tasks import AwaitFulfilment, AwaitResolution
from oms.kernel.errors import BrokenInvariant, HoldfastError, Throttled, WriteConflict
from oms.kernel.events import Actor, Event
from oms.orders.application.cancellation import cancel_lines, request_cancellation
from oms.orders.application.shipping import record_shipment
from oms.runtime.step_functions import Tokens
from oms.runtime.waiting import await_fulfilment, await_resolution, resume, wake
from oms.support.application.cases import close_all, decide, report
from oms.support.domain.exceptions import Action

from tests.builders import CLIENT, NOW, ORDER, SYSTEM, later, placed, released
from tests.fakes.cases import FakeCases
from tests.fakes.orders import FakeOrders
from tests.fakes.step_functions import FakeStepFunctions
from tests.unit.orders.warehouse import a_parcel

CASE = f"{ORDER}.ASSESS-0"


@pytest.fixture
def orders() -> FakeOrders:
    """One released order."""
    orders = FakeOrders()
    released(orders)
    return orders


@pytest.fixture
def cases() -> FakeCases:
    return FakeCases()


@pytest.fixture
def states() -> FakeStepFunctions:
    """The order's workflow waits with t1."""
    return FakeStepFunctions(waiting={"t1"})


@pytest.fixture
def tokens(states: FakeStepFunctions) -> Tokens:
    return Tokens(states)


def ship(orders: FakeOrders) -> None:
    record_shipment(f"{ORDER}-f1", a_parcel("p1"), orders=orders, now=NOW, actor=CLIENT)


def ask_to_cancel(orders: FakeOrders) -> None:
    request_cancellation(ORDER, "other", orders=orders, now=NOW, actor=CLIENT)


def wait(orders: FakeOrders, tokens: Tokens, token: str = "t1", turn: str = "") -> None:
    await_fulfilment(AwaitFulfilment(ORDER, token, turn), orders=orders, tokens=tokens)


def stop(
    orders: FakeOrders,
    cases: FakeCases,
    tokens: Tokens,
    *,
    token: str = "t1",
    key: str = "ASSESS-0",
    assessment: int = 1,
    unanswered: bool = False,
    at: datetime = NOW,
) -> None:
    command = AwaitResolution(ORDER, key, "SHORTAGE", "line 1 is missing", assessment, token, "", unanswered)
    await_resolution(command, orders=orders, cases=cases, tokens=tokens, now=at)


def last(events: dict[str, Event], kind: str) -> Event:
    return [event for event in events.values() if event.type == kind][-1]


def hear(event: Event, orders: FakeOrders, cases: FakeCases, tokens: Tokens) -> None:
    resume(event, orders=orders, cases=cases, tokens=tokens, now=NOW)


def test_a_wait_that_arrives_after_its_workflow_has_died_takes_nothing_from_the_next_one(
    orders: FakeOrders, tokens: Tokens, states: FakeStepFunctions
) -> None:
    wait(orders, tokens, "t1", "09:02#0")

    with pytest.raises(WriteConflict):
        wait(orders, tokens, "dead", "09:01#0")

    ship(orders)
    assert wake(ORDER, orders=orders, tokens=tokens)
    assert states.outputs == {"t1": {"outcome": "SHIPPED"}}


def test_a_workflow_waits_until_the_last_parcel_has_left(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    wait(orders, tokens)
    assert states.outputs == {}

    ship(orders)
    hear(last(orders.events, "ShipmentRecorded"), orders, cases, tokens)

    assert states.outputs == {"t1": {"outcome": "SHIPPED"}}


def test_a_parcel_that_is_not_the_last_wakes_nobody(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    wait(orders, tokens)
    record_shipment(f"{ORDER}-f1", a_parcel("p1", {1: 1}), orders=orders, now=NOW, actor=CLIENT)

    hear(last(orders.events, "ShipmentRecorded"), orders, cases, tokens)

    assert states.waiting == {"t1"}


def test_a_last_parcel_that_left_before_the_wait_began_ends_it_at_once(
    orders: FakeOrders, tokens: Tokens, states: FakeStepFunctions
) -> None:
    ship(orders)

    wait(orders, tokens)

    assert states.outputs == {"t1": {"outcome": "SHIPPED"}}


def test_the_token_is_kept_before_the_order_is_looked_at(tokens: Tokens, states: FakeStepFunctions) -> None:
    """Otherwise a parcel between the two would wake nobody, and nobody would look again."""

    class LeavesJustNow(FakeOrders):
        def keep_token(self, order_id: str, token: str, turn: str) -> None:
            assert not self.orders[ORDER].is_terminal
            super().keep_token(order_id, token, turn)
            ship(self)

    orders = LeavesJustNow()
    released(orders)

    wait(orders, tokens)

    assert states.outputs == {"t1": {"outcome": "SHIPPED"}}


@pytest.mark.parametrize("asked_first", [True, False])
def test_a_wish_to_cancel_interrupts_the_wait_whichever_comes_first(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions, asked_first: bool
) -> None:
    if asked_first:
        ask_to_cancel(orders)
        wait(orders, tokens)
    else:
        wait(orders, tokens)
        ask_to_cancel(orders)
        hear(last(orders.events, "OrderCancellationRequested"), orders, cases, tokens)

    assert states.interruptions == {"t1": "CancellationRequested"}


def test_a_wish_to_cancel_before_there_is_a_token_is_no_error(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    ask_to_cancel(orders)

    hear(last(orders.events, "OrderCancellationRequested"), orders, cases, tokens)

    assert (states.interruptions, states.waiting) == ({}, {"t1"})


def test_an_event_that_comes_twice_finds_the_token_spent_and_is_no_error(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    wait(orders, tokens)
    ship(orders)

    for _ in range(2):
        hear(last(orders.events, "ShipmentRecorded"), orders, cases, tokens)

    assert states.outputs == {"t1": {"outcome": "SHIPPED"}}


def test_waking_says_whether_somebody_woke(
    orders: FakeOrders, tokens: Tokens, states: FakeStepFunctions
) -> None:
    assert not wake(ORDER, orders=orders, tokens=tokens)
    wait(orders, tokens)
    assert not wake(ORDER, orders=orders, tokens=tokens)
    ship(orders)
    assert wake(ORDER, orders=orders, tokens=tokens)
    assert not wake(ORDER, orders=orders, tokens=tokens)


def test_an_order_that_was_called_off_before_an_outage_is_settled_after_it(
    orders: FakeOrders, tokens: Tokens, states: FakeStepFunctions
) -> None:
    cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)

    wait(orders, tokens)

    assert states.interruptions == {"t1": "CancellationRequested"}


def test_a_stop_waits_until_somebody_decides(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    stop(orders, cases, tokens)
    assert states.waiting == {"t1"}

    decide(CASE, Action.RETRY, cases=cases, now=NOW, actor=CLIENT, reason="stock is here")
    hear(last(cases.events, "ExceptionResolved"), orders, cases, tokens)

    assert states.outputs == {"t1": {"action": "RETRY"}}


def test_a_stop_whose_workflow_another_has_followed_asks_nobody(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens
) -> None:
    """The next workflow asks for itself; a decision on this item would be nobody's."""
    orders.take_over(ORDER, 101)
    stop(orders, cases, tokens, token="dead")
    assert cases.of_subject(ORDER) == []

    stop(orders, cases, tokens, key="ASSESS-100", assessment=101)
    assert [case.is_open for case in cases.of_subject(ORDER)] == [True]


def test_a_stop_that_was_opened_while_another_workflow_followed_is_closed(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens
) -> None:
    cases.meanwhile = [lambda: orders.take_over(ORDER, 101)]

    stop(orders, cases, tokens, token="dead")

    assert [(case.is_open, case.resolution) for case in cases.of_subject(ORDER)] == [(False, "RETRY")]


def test_that_an_order_is_to_be_cancelled_outlives_the_workflow_that_asked(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    stop(orders, cases, tokens)
    states.waiting.clear()

    decide(CASE, Action.CANCEL, cases=cases, now=NOW, actor=Actor("staff", "ada"), reason="gone")
    hear(last(cases.events, "ExceptionResolved"), orders, cases, tokens)

    asked = last(orders.events, "OrderCancellationRequested")
    assert (asked.actor, asked.data["code"]) == ("staff:ada", "out_of_stock")
    assert orders.orders[ORDER].cancel_requested


@pytest.mark.parametrize("action", [Action.RETRY, Action.ACCEPT])
def test_any_other_decision_is_the_workflows_alone(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, action: Action
) -> None:
    stop(orders, cases, tokens)
    close_all(ORDER, action, cases=cases, now=NOW, actor=SYSTEM, reason="")
    hear(last(cases.events, "ExceptionResolved"), orders, cases, tokens)

    assert not orders.orders[ORDER].cancel_requested


def test_an_order_that_is_called_off_already_does_not_wait_for_a_person(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens
) -> None:
    """Whoever called it off: a rejection asks nobody."""
    cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)

    stop(orders, cases, tokens)

    assert cases.cases[CASE].resolution == "CANCEL"


def test_an_order_that_has_shipped_is_not_asked_for_any_more(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens
) -> None:
    ship(orders)

    command = AwaitResolution(ORDER, "FULFIL-0", "SHIPMENT_OVERDUE", "thirty days", 1, "t1", "", False)
    await_resolution(command, orders=orders, cases=cases, tokens=tokens, now=NOW)

    assert cases.cases[f"{ORDER}.FULFIL-0"].resolution == "RETRY"


def test_a_decision_that_came_before_the_repeated_stop_is_followed_at_once(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    stop(orders, cases, tokens, token="t0")
    decide(CASE, Action.RETRY, cases=cases, now=NOW, actor=CLIENT, reason="")

    stop(orders, cases, tokens)

    assert states.outputs == {"t1": {"action": "RETRY"}}


def test_a_question_nobody_has_answered_in_time_calls_the_order_off(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    stop(orders, cases, tokens, token="t0")

    stop(orders, cases, tokens, unanswered=True, at=later(1))
    hear(last(cases.events, "ExceptionResolved"), orders, cases, tokens)

    assert states.outputs == {"t1": {"action": "CANCEL"}}
    assert last(cases.events, "ExceptionResolved").reason == "nobody has decided in time"
    assert orders.recorded(ORDER)[-1].type == "OrderCancellationRequested"
    assert orders.recorded(ORDER)[-1].data["code"] == "other"


def test_a_question_nobody_has_been_asked_is_not_called_unanswered(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens
) -> None:
    """The function that was to open the item was lost without a trace."""
    stop(orders, cases, tokens, unanswered=True)

    assert cases.cases[CASE].is_open


def test_a_question_of_an_order_that_has_shipped_lets_it_end(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    """The release had failed in every answer and yet been done; nobody has looked at it for fourteen days."""
    stop(orders, cases, tokens, token="t0", key="RELEASE-0")
    ship(orders)

    stop(orders, cases, tokens, key="RELEASE-0", unanswered=True, at=later(1))
    hear(last(cases.events, "ExceptionResolved"), orders, cases, tokens)

    assert states.outputs == {"t1": {"action": "CANCEL"}}
    assert [event.type for event in orders.recorded(ORDER)].count("OrderCancellationRequested") == 0


def test_a_decision_of_the_last_minute_counts(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    """The workflow has not heard of it when it looks again; or it comes while the workflow looks."""
    stop(orders, cases, tokens, token="t0")
    decide(CASE, Action.RETRY, cases=cases, now=NOW, actor=CLIENT, reason="")
    stop(orders, cases, tokens, unanswered=True)
    assert states.outputs == {"t1": {"action": "RETRY"}}

    stop(orders, cases, tokens, key="ASSESS-1")

    def in_time() -> None:
        decide(f"{ORDER}.ASSESS-1", Action.RETRY, cases=cases, now=NOW, actor=CLIENT, reason="")

    cases.meanwhile = [lambda: None, in_time]
    with pytest.raises(WriteConflict):
        stop(orders, cases, tokens, key="ASSESS-1", unanswered=True, at=later(1))
    assert cases.cases[f"{ORDER}.ASSESS-1"].resolution == "RETRY"


def test_a_cancellation_that_nobody_has_decided_in_time_waits_on(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    """To call it off once more would only try again what was refused."""
    stop(orders, cases, tokens, token="t0", key="CANCEL-0")

    stop(orders, cases, tokens, key="CANCEL-0", unanswered=True, at=later(1))

    assert (cases.cases[f"{ORDER}.CANCEL-0"].is_open, cases.cases[f"{ORDER}.CANCEL-0"].token) == (True, "t1")
    assert states.outputs == {}


def test_a_decision_goes_to_the_newest_token(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    stop(orders, cases, tokens, token="t0")
    stop(orders, cases, tokens, token="t1")

    decide(CASE, Action.CANCEL, cases=cases, now=NOW, actor=CLIENT, reason="")
    hear(last(cases.events, "ExceptionResolved"), orders, cases, tokens)

    assert states.outputs == {"t1": {"action": "CANCEL"}}


def test_an_order_that_is_to_be_cancelled_does_not_wait_for_a_person(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    ask_to_cancel(orders)

    stop(orders, cases, tokens)
    hear(last(cases.events, "ExceptionResolved"), orders, cases, tokens)

    assert states.outputs == {"t1": {"action": "CANCEL"}}


def test_a_wish_to_cancel_decides_what_an_order_waits_for(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    stop(orders, cases, tokens)
    ask_to_cancel(orders)

    hear(last(orders.events, "OrderCancellationRequested"), orders, cases, tokens)
    hear(last(cases.events, "ExceptionResolved"), orders, cases, tokens)

    assert states.outputs == {"t1": {"action": "CANCEL"}}
    assert cases.cases[CASE].resolved_by == "system:order_capture"


@pytest.mark.parametrize("key", ["CANCEL-0", "CANCEL-3"])
def test_a_cancellation_that_got_stuck_waits_for_a_person_whoever_asks_again(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions, key: str
) -> None:
    """Deciding it with CANCEL would send it round in circles, and nobody would ever see it."""
    ask_to_cancel(orders)
    request = last(orders.events, "OrderCancellationRequested")

    stop(orders, cases, tokens, key=key)
    hear(request, orders, cases, tokens)

    assert cases.cases[f"{ORDER}.{key}"].is_open
    assert states.waiting == {"t1"}


def test_a_decision_nobody_waits_for_wakes_nobody(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    case = report(
        subject=ORDER,
        key="capture-f1-p1",
        channel="web",
        kind="CAPTURE_FAILED",
        detail="why",
        cases=cases,
        now=NOW,
        actor=SYSTEM,
    )
    decide(case.case_id, Action.DISMISS, cases=cases, now=NOW, actor=CLIENT, reason="paid by transfer")

    hear(last(cases.events, "ExceptionResolved"), orders, cases, tokens)

    assert (states.outputs, states.waiting) == ({}, {"t1"})


def test_a_stop_of_an_order_that_does_not_exist_stops_the_task(cases: FakeCases, tokens: Tokens) -> None:
    with pytest.raises(BrokenInvariant):
        stop(FakeOrders(), cases, tokens)
    assert cases.cases == {}


def test_an_order_that_was_just_placed_has_nothing_to_tell(
    cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    orders = FakeOrders()
    placed(orders)
    wait(orders, tokens)

    assert states.waiting == {"t1"}


@pytest.mark.parametrize("code", ["TaskDoesNotExist", "InvalidToken", "TaskTimedOut"])
def test_a_spent_token_is_no_error(states: FakeStepFunctions, tokens: Tokens, code: str) -> None:
    states.failures = [code, code]

    assert not tokens.succeed("t1", {})
    assert not tokens.interrupt("t1", "Error", "cause")


@pytest.mark.parametrize(
    ("code", "kind"), [("ThrottlingException", Throttled), ("AccessDeniedException", HoldfastError)]
)
def test_any_other_refusal_is_an_error_to_repeat_or_repair(
    states: FakeStepFunctions, tokens: Tokens, code: str, kind: type[HoldfastError]
) -> None:
    states.failures = [code]

    with pytest.raises(kind):
        tokens.succeed("t1", {})
    assert tokens.succeed("t1", {})


def test_an_overdue_order_that_ships_after_all_goes_on_by_itself(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions
) -> None:
    command = AwaitResolution(ORDER, "FULFIL-0", "SHIPMENT_OVERDUE", "thirty days", 1, "t1", "", False)
    await_resolution(command, orders=orders, cases=cases, tokens=tokens, now=NOW)

    ship(orders)
    hear(orders.recorded(ORDER)[-1], orders, cases, tokens)
    hear(last(cases.events, "ExceptionResolved"), orders, cases, tokens)

    assert states.outputs == {"t1": {"action": "RETRY"}}


@pytest.mark.parametrize("key", ["ASSESS-0", "FULFIL-0"])
def test_a_last_parcel_decides_nothing_else_that_waits(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens, states: FakeStepFunctions, key: str
) -> None:
    """A wait that could not even begin would only begin again, and again: it is an engineer's."""
    stop(orders, cases, tokens, key=key)

    ship(orders)
    hear(orders.recorded(ORDER)[-1], orders, cases, tokens)

    assert states.waiting == {"t1"}


def test_a_question_that_waited_too_long_is_closed_with_its_order(
    orders: FakeOrders, cases: FakeCases, tokens: Tokens
) -> None:
    stop(orders, cases, tokens)
    cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)

    hear(orders.recorded(ORDER)[-1], orders, cases, tokens)

    assert [case.is_open for case in cases.of_subject(ORDER)] == [False]
