"""States that take time: tasks, nested machines and branches."""

from typing import Any

import pytest

from tests.simulation.asl.documents import (
    Json,
    call,
    catch,
    express,
    machine,
    nested,
    parallel,
    passing,
    retry,
    wait_for_token,
)
from tests.simulation.asl.effects import (
    OVERDUE,
    TIMED_OUT,
    Call,
    CallWithToken,
    Ended,
    Failed,
    NewToken,
    StartSync,
    Succeeded,
)
from tests.simulation.asl.interpreter import Execution, run
from tests.simulation.asl.scripted import Driver, always, replies

DONE: Json = {"Type": "Succeed"}


def output(given: Any = None, **states: Json) -> Any:
    """The output of a machine that calls nobody."""
    return Driver({}).finish(machine(**states), given).output


def test_a_task_calls_its_function_and_takes_what_it_answers() -> None:
    driver = Driver({"plan_fulfilment": always({"x": [1]})})
    planning = machine(
        Plan=call(
            "PlanFulfilment",
            payload={"id": "{% $states.input.id %}"},
            TimeoutSeconds=60,
            Assign={"found": "{% $states.result.Payload.x %}"},
            Output="{% $states.result.Payload %}",
            Next="Tell",
        ),
        Tell=passing(Output=["{% $found %}", "{% $states.input %}"]),
    )
    assert driver.finish(planning, {"id": "o1"}).output == [[1], {"x": [1]}]
    assert Call("plan_fulfilment", {"id": "o1"}, 60) in driver.effects


def test_without_an_output_a_task_hands_on_its_whole_result() -> None:
    driver = Driver({"work": always(1)})
    assert driver.finish(machine(Only=call()), None).output == {"Payload": 1, "StatusCode": 200}


def test_a_task_that_waits_gets_its_token_before_its_payload_is_made() -> None:
    driver = Driver({"work": always({"action": "ACCEPT"})})
    payload = {"token": "{% $states.context.Task.Token %}", "order": "{% $states.context.Execution.Name %}"}
    waiting = machine(Only=wait_for_token(payload=payload, TimeoutSeconds=5))
    assert driver.finish(waiting, None).output == {"action": "ACCEPT"}
    assert driver.effects[1:] == [
        NewToken(),
        CallWithToken("work", {"token": "token-1", "order": "ord_1"}, "token-1", 5),
    ]


def test_a_state_knows_when_it_was_entered_however_often_it_is_tried() -> None:
    driver = Driver({"work": replies(Failed("Lambda.SdkClientException"), {"Payload": 1})})
    entered = "{% $states.context.State.EnteredTime & ', try ' & $string($states.context.State.RetryCount) %}"
    before = {"Type": "Wait", "Seconds": 7, "Next": "Only"}
    tried = call(payload={"at": entered}, Retry=[retry("Lambda.SdkClientException")])

    driver.finish(machine(Before=before, Only=tried), None)

    assert driver.calls("work") == [{"at": "second 7, try 0"}, {"at": "second 7, try 1"}]


def test_a_nested_machine_is_started_with_what_its_input_says() -> None:
    inner = express(Only=passing(Output={"was": "{% $states.input.a %}"}))
    given = "{% $string({'a': $states.input.a}) %}"
    outer = machine(
        Start=nested("AssessOrder", given, TimeoutSeconds=9, Output="{% $parse($states.result.Output) %}")
    )
    driver = Driver({}, {"assess_order": inner})
    assert driver.finish(outer, {"a": 5}).output == {"was": 5}
    assert StartSync("assess_order", {"a": 5}, 9) in driver.effects


def test_a_nested_machine_that_failed_is_a_result_and_no_failure() -> None:
    inner = express(Only={"Type": "Fail", "Error": "Broken", "Cause": "why"})
    outer = machine(Start=nested("AssessOrder", "{}"))
    assert Driver({}, {"assess_order": inner}).finish(outer, None).output == {
        "Status": "FAILED",
        "Error": "Broken",
        "Cause": "why",
    }


@pytest.mark.parametrize(
    ("given", "error"), [("{% {'a': 1} %}", "States.Runtime"), ("{", "Sfn.InvalidExecutionInputException")]
)
def test_the_input_of_a_nested_machine_is_a_text_of_json(given: str, error: str) -> None:
    outer = machine(Start=nested("AssessOrder", given))
    assert Driver({}).finish(outer, None).error == error


def test_branches_run_on_the_same_input_and_their_outputs_stand_in_order() -> None:
    driver = Driver({"work": replies("first", "second")})
    both = machine(
        Both=parallel({"One": call(Output="{% $states.result.Payload %}")}, {"Two": passing()}, Next="Tell"),
        Tell=passing(Output={"both": "{% $states.input %}"}),
    )
    assert driver.finish(both, {"a": 1}).output == {"both": ["first", {"a": 1}]}
    assert driver.entered("machine") == ["Both", "One", "Two", "Tell"]


def test_a_parallel_gives_arguments_to_its_branches_and_makes_an_output_of_theirs() -> None:
    assert output(
        {"a": 1},
        Both=parallel(
            {"One": passing(Output="{% $states.input + 1 %}")},
            {"Two": passing(Output="{% $states.input + 2 %}")},
            Arguments="{% $states.input.a %}",
            Assign={"second": "{% $states.result[1] %}"},
            Output={"all": "{% $states.result %}"},
            Next="Tell",
        ),
        Tell=passing(Output=["{% $second %}", "{% $states.input.all %}"]),
    ) == [3, [2, 3]]


def test_a_branch_reads_what_is_outside_and_what_it_assigns_stays_inside() -> None:
    assert output(
        Begin=passing(Assign={"outer": 1}, Next="Both"),
        Both=parallel(
            {
                "Set": passing(Assign={"inner": "{% $outer + 1 %}"}, Next="Tell"),
                "Tell": passing(Output="{% $inner %}"),
            },
            {"Other": passing(Output="{% $exists($inner) %}")},
            Next="End",
        ),
        End=passing(Output=["{% $states.input %}", "{% $exists($inner) %}"]),
    ) == [[2, False], False]


def test_a_failing_branch_ends_the_others_and_fails_the_state_with_its_error() -> None:
    driver = Driver({"work": always(1)})
    broken = {"Broken": {"Type": "Fail", "Error": "TaxFailed", "Cause": "no rates"}}
    both = machine(
        Both=parallel(broken, {"Never": call()}, Next="Done", Catch=[catch(to="Caught")]),
        Caught=passing(Output="{% $states.input %}"),
        Done=DONE,
    )
    assert driver.finish(both, None).output == {"Error": "TaxFailed", "Cause": "no rates"}
    assert driver.calls("work") == []


def test_a_failing_branch_that_nobody_catches_ends_the_machine() -> None:
    both = machine(Both=parallel({"Broken": {"Type": "Fail", "Error": "TaxFailed", "Cause": ""}}))
    assert Driver({}).finish(both, None) == Ended("FAILED", error="TaxFailed")


def test_a_machine_that_takes_too_long_is_ended_by_its_driver_and_nothing_catches_it() -> None:
    pause = {"Type": "Wait", "Seconds": 60, "Next": "Work"}
    slow = machine(
        top={"TimeoutSeconds": 100},
        Work=call(TimeoutSeconds=50, Catch=[catch(to="Pause")]),
        Pause=pause,
    )
    driver = Driver({"work": replies(TIMED_OUT)})
    assert slow.timeout_seconds == 100
    assert driver.finish(slow, None) == OVERDUE
    assert driver.entered("machine") == ["Work", "Pause"]


@pytest.mark.parametrize("answer", [None, "text"])
def test_a_driver_that_does_not_answer_a_task_is_told(answer: Any) -> None:
    running = run(machine(Only=call()), None, Execution("arn", "ord_1"))
    next(running)
    running.send(None)
    with pytest.raises(TypeError, match="the driver answered"):
        running.send(answer)


def test_a_driver_that_does_not_make_a_token_is_told() -> None:
    running = run(machine(Only=wait_for_token()), None, Execution("arn", "ord_1"))
    next(running)
    running.send(None)
    with pytest.raises(TypeError, match="a token is a text"):
        running.send(Succeeded(1))
