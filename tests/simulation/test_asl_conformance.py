"""The interpreter and the local engine take the same way through both workflow files.

They are given the same files, inputs and answers, and compared by the states they enter, by every payload their
functions get, and by how they end. What cannot be compared, because the engine does not do it:

- the length of pauses: it ignores jitter and the longest delay, and here it pauses not at all;
- states inside branches: its history does not tell them (their payloads it does);
- a failing function of a token task: it swallows the error and waits on, AWS fails the task;
- tokens: it gives all attempts of a task the same one, AWS makes a new one for each;
- errors by name: every exception in a function is a Runtime.HandlerError; States.Runtime and
  States.DataLimitExceeded it would catch with States.ALL;
- the time-outs of whole machines, which it does not watch;
- branches that end early: it lets all branches come to their end before one of them fails the state.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from ops.local import Engine
from tests.simulation.asl.expressions import Expression
from tests.simulation.asl.scopes import Scope
from tests.simulation.asl_conformance.interpreted import moves, payloads, trace
from tests.simulation.asl_conformance.local_runs import LocalWorkflows
from tests.simulation.asl_conformance.scripts import RAISES, Story, Trace
from tests.simulation.asl_conformance.stories import BY_ORDER, TITLES
from tests.workflows.machines import KINDS, machine

AT_ONCE = 4


@pytest.fixture(scope="module")
def locally(tmp_path_factory: pytest.TempPathFactory) -> dict[str, "Future[Trace]"]:
    """Every story on the engine, several at a time, before the first is compared."""
    calls = tmp_path_factory.mktemp("calls")
    with Engine(tmp_path_factory.mktemp("engine"), port=0, wait_scale=0) as engine:
        local = LocalWorkflows(engine.url, BY_ORDER, calls)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return {order_id: pool.submit(local.trace, order_id) for order_id in BY_ORDER}


@pytest.mark.parametrize("order_id", BY_ORDER, ids=TITLES.__getitem__)
def test_the_interpreter_goes_the_way_of_the_local_engine(
    order_id: str, locally: dict[str, "Future[Trace]"]
) -> None:
    assert trace(order_id, BY_ORDER[order_id]) == locally[order_id].result()


def story(title: str) -> Story:
    (found,) = (order_id for order_id, each in TITLES.items() if each == title)
    return BY_ORDER[found]


def test_who_is_not_answered_in_time_asks_once_more_about_the_same_stop() -> None:
    asked = payloads(story("nobody decides"), "await_resolution")

    assert [(one["key"], one["unanswered"]) for one in asked] == [("ASSESS-0", False), ("ASSESS-0", True)]


def test_the_next_question_is_not_an_unanswered_one() -> None:
    unanswered = story("nobody decides")
    late, then_cancelled = unanswered.answers["await_resolution"]
    answers = {
        **unanswered.answers,
        "await_resolution": [late, then_cancelled, then_cancelled],
        "cancel_lines": [RAISES],
    }

    asked = payloads(replace(unanswered, answers=answers), "await_resolution")

    assert [(one["key"], one["unanswered"]) for one in asked[1:3]] == [
        ("ASSESS-0", True),
        ("CANCEL-1", False),
    ]


def test_a_refund_that_is_tried_again_says_that_somebody_was_asked() -> None:
    settled = payloads(story("a refund is refused, then paid"), "settle_cancellation")

    assert [one["stops"] for one in settled] == [0, 1]


@pytest.mark.parametrize(
    ("title", "asked"),
    [
        ("the wait's function stands still at first", []),
        ("the wait breaks, then goes on", ["TECHNICAL"]),
        ("overdue", ["SHIPMENT_OVERDUE"]),
    ],
)
def test_only_a_wait_that_took_too_long_is_overdue(title: str, asked: list[str]) -> None:
    assert [one["kind"] for one in payloads(story(title), "await_resolution")] == asked


def test_the_stories_go_every_way_that_the_files_show() -> None:
    gone = {move for order_id, story in BY_ORDER.items() for move in moves(order_id, story)}
    shown = {
        (name, edge.source, edge.target)
        for name in KINDS
        for level in machine(name).levels()
        for edge in level.edges()
    }
    assert not shown - gone


@pytest.mark.parametrize(
    "title", ["all goes well", "shortage three rounds", "a refund is refused, then paid"]
)
def test_what_usually_happens_is_evaluated_by_closures_alone(
    title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow: list[str] = []
    by_jsonata = Expression.by_jsonata

    def note(self: Expression, scope: Scope) -> object:
        slow.append(self.text)
        return by_jsonata(self, scope)

    monkeypatch.setattr(Expression, "by_jsonata", note)
    order_id = next(one for one, story in TITLES.items() if story == title)
    trace(order_id, BY_ORDER[order_id])
    assert slow == []
