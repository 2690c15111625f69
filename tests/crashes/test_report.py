"""What counts as one case, and when a matrix counts as passed."""

import math
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from io import StringIO
from typing import Any
from unittest.mock import Mock

import pytest
from rich.console import Console

from tests.crashes import matrix, rehearsal
from tests.crashes.calls import Call, Way
from tests.crashes.flows import FLOWS
from tests.crashes.matrix import Case, Outcome, Verdict, broken, cases_of
from tests.crashes.recording import Recorded, distinct
from tests.crashes.rehearsal import never_called, one_of_each_kind
from tests.crashes.report import Report
from tests.crashes.stage import FUNCTIONS, Stage

SHIPPED, CANCELLED = FLOWS[:2]
PUT = Call("holdfast-accept-order", "dynamodb", "PutItem", 1)
CAPTURE = Call("stripe", "stripe", "POST /v1/payment_intents/*/capture", 1)
SECRET = Call("holdfast-screen-order", "secretsmanager", "GetSecretValue", 1, named=False)


def an_outcome(verdict: Verdict = Verdict.SURVIVED) -> Outcome:
    return Outcome(Case(Recorded(SHIPPED, 1, PUT), Way.AFTER), verdict, "ord_a", 1.0)


def test_the_same_call_after_the_same_history_is_one_case() -> None:
    before = [Recorded(flow, 1, PUT) for flow in (SHIPPED, CANCELLED)]
    behind = [Recorded(flow, 2, PUT) for flow in (SHIPPED, CANCELLED)]

    assert distinct([*before, *behind]) == [before[0], *behind]


def test_a_call_that_names_no_order_is_one_case_in_all_flows() -> None:
    assert len(distinct(Recorded(flow, 2, SECRET) for flow in FLOWS)) == 1


def test_flows_differ_in_their_names_and_in_what_is_done() -> None:
    done = {(flow.goods, flow.steps) for flow in FLOWS}

    assert len({flow.name for flow in FLOWS}) == len(done) == len(FLOWS)


def test_an_order_may_be_named_after_its_flow() -> None:
    """The name stands in its external id, by which the proxy knows it."""
    assert not [flow.name for flow in FLOWS if not re.fullmatch("[a-z0-9 ]{1,50}", flow.name)]


def test_what_is_done_before_an_order_is_placed_is_not_in_its_history() -> None:
    assert SHIPPED.history(0) == ()
    assert len(SHIPPED.history(1)) == 1


def test_every_recorded_call_is_broken_off_in_all_its_ways() -> None:
    assert [case.way for case in cases_of([Recorded(SHIPPED, 1, PUT), Recorded(SHIPPED, 1, SECRET)])] == [
        *PUT.ways,
        *SECRET.ways,
    ]


def test_a_share_has_every_kind_of_call_once_and_all_ways() -> None:
    calls = [replace(PUT, operation=f"Put{n % 6}", ordinal=n) for n in range(12)]

    share = one_of_each_kind(cases_of([Recorded(SHIPPED, 1, call) for call in [*calls, SECRET]]))

    assert sorted(case.call.operation for case in share) == [f"Put{n}" for n in range(6)]
    assert {case.way for case in share} == set(Way)


@pytest.mark.parametrize("verdict", [Verdict.NOT_HIT, Verdict.BROKEN])
def test_a_case_that_was_not_hit_counts_as_little_as_one_that_broke(verdict: Verdict) -> None:
    assert Report([an_outcome()], [], 1, 1, [an_outcome().case], 1.0).holds
    told = Report([an_outcome(), an_outcome(verdict)], [], 1, 1, [an_outcome().case], 1.0)
    assert not told.holds
    assert len(told.failures()) == 1


def test_a_broken_law_is_the_case_of_its_order() -> None:
    found = broken(an_outcome(), ["law 1: ord_a: two units are missing", "law 2: ord_b: one is missing"])

    assert (found.verdict, found.detail) == (Verdict.BROKEN, "law 1: ord_a: two units are missing")
    assert broken(an_outcome(), ["law 2: ord_b"]).verdict is Verdict.SURVIVED


def test_a_law_that_no_case_explains_is_a_failure_too() -> None:
    assert not Report([an_outcome()], ["law 8: something"], 1, 1, [an_outcome().case], 1.0).holds


def test_who_interrupts_a_matrix_is_told_what_it_has_played(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, done: Callable[[Outcome], None], **__: object) -> None:
        done(an_outcome())
        raise KeyboardInterrupt

    monkeypatch.setattr(rehearsal, "record", lambda *_: [Recorded(SHIPPED, 1, PUT)])
    monkeypatch.setattr(rehearsal, "broken_laws", lambda _: [])
    monkeypatch.setattr(rehearsal, "run", interrupted)

    told = rehearsal.rehearse(Mock(), rehearsal.Choice((SHIPPED,)), Mock())

    assert not told.holds
    assert "1 of 3 cases" in shown(told)
    assert f"not played: {PUT.function} 2\n" in shown(told)
    assert shown(told).endswith(" s, interrupted\n")


def test_what_has_begun_ends_before_an_interrupted_matrix_does(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[Case] = []

    def slow(_: Stage, case: Case) -> Outcome:
        time.sleep(0.2)
        ended.append(case)
        return an_outcome()

    def interrupt(_: Outcome) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(matrix, "_THREADS", 2)
    monkeypatch.setattr(matrix, "play", slow)
    cases = cases_of([Recorded(SHIPPED, 1, replace(PUT, ordinal=n)) for n in range(20)])

    with pytest.raises(KeyboardInterrupt):
        matrix.run(Mock(), cases, until=math.inf, done=interrupt)

    begun = len(ended)
    time.sleep(0.5)
    assert 0 < begun == len(ended) < len(cases)


def test_what_nothing_has_met_is_played_again_beside_others_and_then_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[int] = []
    played = matrix._played

    def counted(
        stage: Stage, cases: Sequence[Case], until: float, one: Any, at_once: int
    ) -> Iterator[Outcome]:
        threads.append(at_once)
        return played(stage, cases, until, one, at_once)

    tries: Counter[Case] = Counter()

    def play(_: Stage, case: Case, *, cold: bool = False) -> Outcome:
        """Each is met one try later than the one before it, the last only in a function that begins anew."""
        tries[case] += 1
        met = tries[case] > case.call.ordinal or cold
        return replace(an_outcome(Verdict.SURVIVED if met else Verdict.NOT_HIT), case=case)

    monkeypatch.setattr(matrix, "_PASSES", 2)
    monkeypatch.setattr(matrix, "_played", counted)
    monkeypatch.setattr(matrix, "play", play)
    cases = [Case(Recorded(SHIPPED, 1, replace(PUT, ordinal=n)), Way.BEFORE) for n in range(4)]
    heard: list[Outcome] = []

    matrix.run(Mock(), cases, until=math.inf, done=heard.append)

    assert threads == [matrix._THREADS, matrix._THREADS, 1]
    assert [tries[case] for case in cases] == [1, 2, 3, 3]
    assert sorted(outcome.case.call.ordinal for outcome in heard) == [0, 1, 2, 3]
    assert {outcome.verdict for outcome in heard} == {Verdict.SURVIVED}


def shown(report: Report) -> str:
    console = Console(file=StringIO(), width=200)
    report.show(console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_functions_and_partners_that_no_flow_calls_are_told() -> None:
    left = never_called([Recorded(SHIPPED, 1, call) for call in (PUT, SECRET, CAPTURE)])

    assert set(FUNCTIONS) - set(left) == {PUT.function, SECRET.function}
    assert set(left) - set(FUNCTIONS) == {"avalara", "accertify"}
    assert f"never called: {left[0]}, {left[1]}\n" in shown(Report([], [], 1, 3, [], 1.0, left[:2]))


def test_where_everything_is_called_nothing_is_told_of_it() -> None:
    everybody = [*FUNCTIONS, "stripe", "avalara", "accertify"]

    left = never_called(Recorded(SHIPPED, 1, replace(PUT, function=name)) for name in everybody)

    assert left == ()
    assert "never called" not in shown(Report([], [], 1, 1, [], 1.0, left))
