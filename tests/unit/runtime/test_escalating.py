"""The watchdog's look at exceptions that are past their deadline: their trouble is not that of the orders."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from oms.contracts.api import CHANNELS
from oms.kernel.errors import Throttled
from oms.runtime.starting import Executions
from oms.runtime.step_functions import Tokens
from oms.runtime.watching import Watchdog
from oms.support.application.cases import report

from tests.builders import NOW, ORDER, SYSTEM, placed
from tests.fakes.bookmarks import FakeBookmarks
from tests.fakes.cases import FakeCases
from tests.fakes.orders import FakeOrders
from tests.fakes.step_functions import WORKFLOW, FakeStepFunctions

LATE = NOW + timedelta(days=3)
TROUBLE = [Throttled("slow down"), KeyError("deadline"), ValueError("state")]


@pytest.fixture
def cases() -> FakeCases:
    """One item of the engineers, and three of support, the first of which has the nearest deadline."""
    cases = FakeCases()
    kinds = ["FRAUD_REVIEW", "SHORTAGE", "PAYMENT_DECLINED", "TECHNICAL"]
    for number, kind in enumerate(kinds):
        report(
            subject=ORDER,
            key=str(number),
            channel="web",
            kind=kind,
            detail="why",
            cases=cases,
            now=NOW,
            actor=SYSTEM,
        )
    return cases


def a_dog(cases: FakeCases, hurry: Callable[[], bool] = lambda: False) -> Watchdog:
    """Watches over an order that has lost its workflow."""
    orders, states = FakeOrders(), FakeStepFunctions()
    placed(orders)
    executions = Executions(states, WORKFLOW)
    return Watchdog(orders, orders, cases, executions, Tokens(states), CHANNELS, FakeBookmarks(), hurry=hurry)


def ids(*numbers: int) -> tuple[str, ...]:
    return tuple(f"{ORDER}.{number}" for number in numbers)


@pytest.mark.parametrize("error", TROUBLE, ids=repr)
@pytest.mark.parametrize("method", ["load", "save"])
def test_an_exception_that_cannot_be_escalated_keeps_neither_orders_nor_other_exceptions_waiting(
    cases: FakeCases,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    method: str,
    error: Exception,
) -> None:
    healthy = getattr(cases, method)

    def troubled(case: Any, *more: Any) -> Any:
        if getattr(case, "case_id", case) == f"{ORDER}.0":
            raise error
        return healthy(case, *more)

    monkeypatch.setattr(cases, method, troubled)

    watched = a_dog(cases).round(LATE)

    assert watched.restarted == (ORDER,)
    assert watched.escalated == ids(1, 2, 3)
    assert watched.failed == ids(0)
    out = capsys.readouterr().out
    assert f'"error": "{type(error).__name__}"' in out
    assert f'"failed": "{ORDER}.0"' in out


@pytest.mark.parametrize("error", TROUBLE, ids=repr)
def test_a_queue_that_cannot_be_read_keeps_neither_orders_nor_the_other_queue_waiting(
    cases: FakeCases, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    healthy = cases.overdue

    def troubled(owner: str, **more: Any) -> list[str]:
        if owner == "support":
            raise error
        return healthy(owner, **more)

    monkeypatch.setattr(cases, "overdue", troubled)

    watched = a_dog(cases).round(LATE)

    assert watched.restarted == (ORDER,)
    assert watched.escalated == ids(3)
    assert watched.failed == ("support#OPEN",)


def test_a_store_of_exceptions_that_answers_late_takes_the_time_of_no_more_than_every_other_round(
    cases: FakeCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    late: list[str] = []

    def slow(case_id: str) -> Any:
        late.append(case_id)
        raise Throttled(case_id)

    monkeypatch.setattr(cases, "load", slow)
    rounds = []
    for minute in range(6):
        late.clear()
        rounds.append(a_dog(cases, lambda: bool(late)).round(LATE + timedelta(minutes=minute)))

    assert [len(each.failed) for each in rounds] == [1] * 6
    assert sum(each.restarted == (ORDER,) for each in rounds) == 3


def test_where_the_time_is_over_no_more_is_escalated(cases: FakeCases) -> None:
    watched = a_dog(cases, lambda: len(cases.events) > 5).round(LATE)

    assert watched.cut_short
    assert len(watched.escalated) == 2
