"""Order workflows: named by their order, started once, and again under another name where one died."""

import pytest
from oms.kernel.errors import HoldfastError, Throttled
from oms.runtime.starting import Attempt, Executions, attempt_of, attempt_with, name, paced

from tests.builders import ORDER
from tests.fakes.step_functions import WORKFLOW, FakeStepFunctions


@pytest.fixture
def states() -> FakeStepFunctions:
    return FakeStepFunctions()


@pytest.fixture
def executions(states: FakeStepFunctions) -> Executions:
    return Executions(states, WORKFLOW)


@pytest.mark.parametrize(
    ("attempt", "called"), [(1, ORDER), (2, f"{ORDER}-2"), (9, f"{ORDER}-9"), (10, f"{ORDER}-10")]
)
def test_an_execution_is_named_by_its_order_and_attempt(attempt: int, called: str) -> None:
    assert name(ORDER, attempt) == called
    assert attempt_of(called) == Attempt(ORDER, attempt)
    assert len(called) <= 80


def test_a_first_execution_begins_with_the_first_assessment(
    states: FakeStepFunctions, executions: Executions
) -> None:
    assert executions.start(ORDER)

    assert states.inputs == {ORDER: {"order_id": ORDER, "assessment": 1, "stops": 0}}


def test_no_attempt_numbers_anything_as_another_did(
    states: FakeStepFunctions, executions: Executions
) -> None:
    """Reservations, payments and exceptions are named by these numbers. People may retry dozens of times."""
    for attempt in range(1, 10):
        executions.start(ORDER, attempt=attempt)

    given = list(states.inputs.values())
    for names in ("assessment", "stops"):
        numbers = {each[names] + retry for each in given for retry in range(99)}
        assert len(numbers) == 9 * 99


def test_a_name_that_is_burned_starts_nothing(states: FakeStepFunctions, executions: Executions) -> None:
    states.executions = {ORDER: "ABORTED"}

    assert not executions.start(ORDER)
    assert states.inputs == {}


@pytest.mark.parametrize(
    ("known", "latest"),
    [
        ({}, (0, "")),
        ({ORDER: "RUNNING"}, (1, "RUNNING")),
        ({ORDER: "FAILED", f"{ORDER}-2": "SUCCEEDED"}, (2, "SUCCEEDED")),
        ({ORDER: "FAILED", f"{ORDER}-2": "ABORTED", f"{ORDER}-3": "TIMED_OUT"}, (3, "TIMED_OUT")),
        ({f"{ORDER}-2": "RUNNING"}, (0, "")),
    ],
)
def test_the_newest_attempt_counts(
    states: FakeStepFunctions, executions: Executions, known: dict[str, str], latest: tuple[int, str]
) -> None:
    states.executions = known

    assert executions.latest(ORDER) == latest


def test_behind_an_attempt_that_runs_nobody_looks(states: FakeStepFunctions, executions: Executions) -> None:
    """Every look counts: the watchdog has 600 a minute for all orders."""
    states.executions = {ORDER: "FAILED", f"{ORDER}-2": "RUNNING"}

    executions.latest(ORDER)

    assert states.calls == ["DescribeExecution"] * 2


@pytest.mark.parametrize(
    ("assessment", "attempt"), [(0, 0), (1, 1), (2, 1), (100, 1), (101, 2), (102, 2), (901, 10)]
)
def test_an_assessment_tells_to_which_attempt_it_belongs(assessment: int, attempt: int) -> None:
    assert attempt_with(assessment) == attempt


@pytest.mark.parametrize(
    ("known", "since", "found"),
    [
        ({}, 0, (0, "")),
        ({}, 1, (1, "")),
        ({}, 2, (2, "")),
        ({ORDER: "FAILED"}, 2, (1, "FAILED")),
        ({ORDER: "RUNNING"}, 2, (1, "RUNNING")),
        ({f"{ORDER}-2": "RUNNING"}, 2, (2, "RUNNING")),
        ({f"{ORDER}-2": "FAILED", f"{ORDER}-3": "RUNNING"}, 2, (3, "RUNNING")),
    ],
)
def test_what_aws_has_forgotten_hides_no_attempt_that_has_followed(
    states: FakeStepFunctions,
    executions: Executions,
    known: dict[str, str],
    since: int,
    found: tuple[int, str],
) -> None:
    """It forgets executions 90 days after their end."""
    states.executions = known

    assert executions.latest(ORDER, since=since) == found


def test_executions_are_listed_by_their_order_and_attempt(
    states: FakeStepFunctions, executions: Executions
) -> None:
    states.executions = {"ord_a": "FAILED", "ord_a-2": "RUNNING", "ord_b": "RUNNING", "ord_c": "SUCCEEDED"}

    assert executions.listed("RUNNING", limit=10) == ([Attempt("ord_b", 1), Attempt("ord_a", 2)], None)


@pytest.mark.parametrize(
    "called", ["ord_a-try", "ord_a-20261127", "ord_a-0", "ord_a-1", "ord_a--2", "ord_a-"]
)
def test_an_execution_that_a_person_has_named_stands_for_the_first_attempt(called: str) -> None:
    assert attempt_of(called) == Attempt("ord_a", 1)


def test_a_list_whose_token_is_too_old_begins_anew(states: FakeStepFunctions, executions: Executions) -> None:
    states.executions = dict.fromkeys(("ord_a", "ord_b", "ord_c"), "RUNNING")
    first, token = executions.listed("RUNNING", limit=2)
    assert executions.listed("RUNNING", limit=2, after=token) == ([Attempt("ord_a", 1)], None)

    states.pages.clear()

    assert executions.listed("RUNNING", limit=2, after=token)[0] == first


def test_a_list_that_is_refused_for_another_reason_does_not_begin_anew(
    states: FakeStepFunctions, executions: Executions
) -> None:
    states.failures = ["StateMachineDoesNotExist"]

    with pytest.raises(HoldfastError):
        executions.listed("RUNNING", limit=2, after="token")
    assert states.calls == ["ListExecutions"]


@pytest.mark.parametrize(
    ("code", "kind"), [("ThrottlingException", Throttled), ("ExecutionLimitExceeded", HoldfastError)]
)
def test_whatever_else_is_refused_is_an_error(
    states: FakeStepFunctions, executions: Executions, code: str, kind: type[HoldfastError]
) -> None:
    for call in (
        lambda: executions.start(ORDER),
        lambda: executions.latest(ORDER),
        lambda: executions.listed("RUNNING", limit=1),
    ):
        states.failures = [code]
        with pytest.raises(kind):
            call()
    assert states.executions == {}


def test_starts_keep_their_distance_in_time() -> None:
    done: list[object] = []

    def start() -> str:
        done.append("start")
        return "started"

    assert paced(start, rate=25, sleep=done.append) == "started"
    assert done == ["start", 0.04]


def test_a_start_that_fails_is_not_waited_for() -> None:
    def fail() -> None:
        raise Throttled("slow down")

    slept: list[float] = []
    with pytest.raises(Throttled):
        paced(fail, rate=25, sleep=slept.append)
    assert slept == []
