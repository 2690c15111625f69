"""Retry and Catch: who takes an error, how often, after how long."""

import json
from typing import Any

import pytest

from tests.simulation.asl.documents import (
    Json,
    call,
    catch,
    choice,
    machine,
    parallel,
    passing,
    retry,
    wait_for_token,
)
from tests.simulation.asl.effects import TIMED_OUT, Ended, Failed, raised
from tests.simulation.asl.failures import QUERY, matches
from tests.simulation.asl.interpreter import Machine
from tests.simulation.asl.scripted import Driver, always, replies

BROKEN = Failed("Broken", "why")
OTHER = Failed("Other")
JITTER: Json = {"JitterStrategy": "FULL"}


def retrying(*rules: Json, **fields: Any) -> Machine:
    return machine(Work=call(Retry=list(rules), **fields))


def tried(loaded: Machine, *answers: Any) -> tuple[Ended, Driver]:
    driver = Driver({"work": replies(*answers)})
    return driver.finish(loaded, {"a": 1}), driver


def test_a_retry_repeats_until_it_succeeds() -> None:
    ended, driver = tried(retrying(retry()), BROKEN, BROKEN, "done")
    assert ended.status == "SUCCEEDED"
    assert driver.counts == {"work": 3}


def test_a_retry_gives_up_after_its_attempts_and_the_last_error_ends_the_machine() -> None:
    ended, driver = tried(retrying(retry(MaxAttempts=2)), OTHER, OTHER, BROKEN, "too late")
    assert ended == Ended("FAILED", error="Broken", cause="why")
    assert driver.counts == {"work": 3}


def test_without_figures_a_retry_makes_three_attempts_one_two_and_four_seconds_apart() -> None:
    _, driver = tried(retrying(retry()), BROKEN)
    assert driver.pauses() == [(1, 1), (2, 2), (4, 4)]


def test_a_retry_with_no_attempts_never_repeats() -> None:
    assert tried(retrying(retry(MaxAttempts=0)), BROKEN)[1].counts == {"work": 1}


def test_pauses_grow_by_the_rate_up_to_the_longest() -> None:
    rule = retry(IntervalSeconds=2, BackoffRate=3, MaxAttempts=6, MaxDelaySeconds=300)
    _, driver = tried(retrying(rule), BROKEN)
    assert driver.pauses() == [(2, 2), (6, 6), (18, 18), (54, 54), (162, 162), (300, 300)]


def test_with_full_jitter_a_pause_is_anything_up_to_that() -> None:
    _, driver = tried(retrying(retry(IntervalSeconds=2, MaxAttempts=2, **JITTER)), BROKEN)
    assert driver.pauses() == [(0, 2), (0, 4)]


def test_every_rule_counts_its_own_attempts() -> None:
    rules = [retry("Broken", MaxAttempts=1, IntervalSeconds=7), retry(MaxAttempts=2, IntervalSeconds=3)]
    ended, driver = tried(retrying(*rules), BROKEN, OTHER, OTHER, BROKEN, "too late")
    assert driver.pauses() == [(7, 7), (3, 3), (6, 6)]
    assert ended.error == "Broken"


def test_the_first_rule_that_takes_an_error_decides_also_when_it_has_no_attempt_left() -> None:
    rules = [retry("Broken", MaxAttempts=0), retry()]
    assert tried(retrying(*rules), BROKEN)[1].counts == {"work": 1}


def test_a_state_that_is_entered_again_has_all_its_attempts_again() -> None:
    rule = {"Condition": "{% $n < 2 %}", "Next": "Again"}
    twice = machine(
        Begin=passing(Assign={"n": 0}, Next="Work"),
        Work=call(Retry=[retry(MaxAttempts=1)], Catch=[catch(to="Ask")]),
        Ask=choice(rule, default="Done"),
        Again=passing(Assign={"n": "{% $n + 1 %}"}, Next="Work"),
        Done={"Type": "Succeed"},
    )
    assert tried(twice, BROKEN)[1].counts == {"work": 6}


def test_every_attempt_is_told_how_many_there_were_before() -> None:
    counting = machine(
        Work=call(payload="{% $states.context.State.RetryCount %}", Retry=[retry()], Next="Next"),
        Next=call(payload="{% $states.context.State.RetryCount %}"),
    )
    assert tried(counting, BROKEN, BROKEN, 1)[1].calls("work") == [0, 1, 2, 0]


def test_every_attempt_that_waits_has_a_token_of_its_own() -> None:
    waiting = machine(Work=wait_for_token(Retry=[retry("NotWaiting")]))
    ended, driver = tried(waiting, Failed("NotWaiting"), {"action": "ACCEPT"})
    assert driver.calls("work") == [{"token": "token-1"}, {"token": "token-2"}]
    assert ended.output == {"action": "ACCEPT"}


def caught_by(*rules: Json, **fields: Any) -> Machine:
    """A task whose Catch rules lead to states that tell which it was."""
    states = {rule["Next"]: passing() for rule in rules}
    return machine(Work=call(Catch=list(rules), **fields), **states)


def test_the_first_catch_that_takes_the_error_decides() -> None:
    rules = [catch("Broken", to="First"), catch("Broken", "Other", to="Second"), catch(to="Third")]
    for answer, state in [(BROKEN, "First"), (OTHER, "Second"), (Failed("Else"), "Third")]:
        assert tried(caught_by(*rules), answer)[1].entered("machine") == ["Work", state]


def test_an_error_that_no_catch_takes_ends_the_machine() -> None:
    assert tried(caught_by(catch("Broken", to="First")), OTHER)[0].error == "Other"


def test_an_error_is_caught_when_all_attempts_are_used_up() -> None:
    ended, driver = tried(caught_by(catch(to="Caught"), Retry=[retry(MaxAttempts=2)]), BROKEN)
    assert driver.counts == {"work": 3}
    assert ended.output == {"Error": "Broken", "Cause": "why"}


def test_a_catch_assigns_and_makes_an_output_of_the_error_and_the_input() -> None:
    rule = catch(
        to="Tell",
        Assign={"failure": "{% 'Work: ' & $states.errorOutput.Error %}"},
        Output=["{% $states.errorOutput.Cause %}", "{% $states.input.a %}"],
    )
    caught = machine(
        Work=call(Catch=[rule], Assign={"failure": "of the task"}),
        Tell=passing(Output=["{% $failure %}", "{% $states.input %}"]),
    )
    assert tried(caught, BROKEN)[0].output == ["Work: Broken", ["why", 1]]


def test_a_result_that_cannot_be_read_is_retried_and_caught_and_assigns_nothing() -> None:
    work = call(
        Assign={"first": 1, "second": "{% $states.result.Payload.missing %}"},
        Retry=[retry(MaxAttempts=1)],
        Catch=[catch(QUERY, to="Tell")],
    )
    reading = machine(Work=work, Tell=passing(Output=["{% $exists($first) %}", "{% $states.input.Error %}"]))
    ended, driver = tried(reading, {})
    assert ended.output == [False, QUERY]
    assert driver.counts == {"work": 2}


def test_a_payload_that_cannot_be_made_is_caught_before_anybody_is_called() -> None:
    ended, driver = tried(caught_by(catch(to="Caught"), payload="{% $missing %}"))
    assert ended.output["Error"] == QUERY
    assert driver.counts == {}


def test_a_failure_of_the_catch_itself_ends_the_machine() -> None:
    rules = [catch("Broken", to="First", Assign={"x": "{% $missing %}"}), catch(to="Second")]
    assert tried(caught_by(*rules), BROKEN)[0].error == QUERY


def test_a_result_is_not_seen_by_the_catch_that_follows() -> None:
    rule = catch(to="Caught", Output="{% $exists($states.result) %}")
    with pytest.raises(ValueError, match=r"no \$states\.result"):
        caught_by(rule)


def test_a_time_out_is_an_error_like_any_other_for_those_who_take_it() -> None:
    rules = [catch("States.TaskFailed", to="Failed"), catch("States.Timeout", to="Late")]
    ended, driver = tried(caught_by(*rules, TimeoutSeconds=60), TIMED_OUT)
    assert driver.entered("machine") == ["Work", "Late"]
    assert driver.now == 60
    assert ended.output["Error"] == "States.Timeout"


def test_a_parallel_is_retried_as_a_whole() -> None:
    both = machine(
        Both=parallel({"One": call("First")}, {"Two": call("Second")}, Retry=[retry(MaxAttempts=1)]),
    )
    driver = Driver({"first": always(1), "second": replies(BROKEN, 2)})
    assert driver.finish(both, None).status == "SUCCEEDED"
    assert driver.counts == {"first": 2, "second": 2}


def test_a_parallel_counts_its_own_attempts() -> None:
    given = machine(
        Both=parallel(
            {"Work": call(payload="{% $states.input %}", Retry=[retry(MaxAttempts=2)])},
            Arguments="{% $states.context.State.RetryCount %}",
            Retry=[retry(MaxAttempts=2)],
        )
    )
    assert tried(given, *[BROKEN] * 6, 1)[1].calls("work") == [0, 0, 0, 1, 1, 1, 2]


@pytest.mark.parametrize(
    ("names", "error", "taken"),
    [
        (["States.ALL"], "Anything", True),
        (["States.ALL"], "States.Timeout", True),
        (["States.ALL"], QUERY, True),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.DataLimitExceeded"], "States.DataLimitExceeded", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.Runtime"], "States.Runtime", False),
        (["States.TaskFailed"], "Anything", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.TaskFailed"], "States.DataLimitExceeded", False),
        (["Lambda.ServiceException"], "Lambda.ServiceException", True),
        (["Lambda.ServiceException"], "lambda.serviceexception", False),
        (["Value"], "ValueError", False),
    ],
)
def test_a_rule_takes_the_errors_it_names(names: list[str], error: str, taken: bool) -> None:
    assert matches(names, error) is taken


def test_an_exception_of_a_function_has_its_name_and_tells_its_message() -> None:
    failed = raised(KeyError("sku"))
    assert failed.error == "KeyError"
    assert json.loads(failed.cause) == {"errorMessage": "'sku'", "errorType": "KeyError"}
