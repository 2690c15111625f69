"""What each state does with its input, its variables and its result."""

from typing import Any

import pytest

from tests.simulation.asl.documents import Json, call, choice, document, machine, passing
from tests.simulation.asl.effects import Ended, Entered, Sleep
from tests.simulation.asl.failures import QUERY
from tests.simulation.asl.interpreter import Execution, run
from tests.simulation.asl.loading import load
from tests.simulation.asl.scripted import Driver, always

DONE: Json = {"Type": "Succeed"}


def output(given: Any = None, **states: Json) -> Any:
    """The output of a machine that calls nobody."""
    ended = Driver({}).finish(machine(**states), given)
    assert ended.status == "SUCCEEDED", ended
    return ended.output


def error(given: Any = None, **states: Json) -> str:
    ended = Driver({}).finish(machine(**states), given)
    assert ended.status == "FAILED"
    return ended.error


def test_a_pass_hands_on_its_input() -> None:
    assert output({"a": 1}, Only=passing()) == {"a": 1}


def test_a_pass_makes_its_output_from_input_and_variables() -> None:
    assert output(
        {"a": 1},
        First=passing(Assign={"b": "{% $states.input.a + 1 %}"}, Output={"c": 3}, Next="Second"),
        Second=passing(Output={"b": "{% $b %}", "c": "{% $states.input.c %}", "d": [None, "text"]}),
    ) == {"b": 2, "c": 3, "d": [None, "text"]}


def test_assign_and_output_see_the_variables_as_they_were() -> None:
    assert output(
        First=passing(Assign={"x": 1, "y": 2}, Next="Swap"),
        Swap=passing(Assign={"x": "{% $y %}", "y": "{% $x %}"}, Output={"x": "{% $x %}"}, Next="Tell"),
        Tell=passing(Output=["{% $x %}", "{% $y %}", "{% $states.input.x %}"]),
    ) == [2, 1, 1]


def test_a_failed_assignment_ends_a_machine_that_catches_nothing() -> None:
    assert error(Only=passing(Assign={"x": "{% $missing %}"})) == QUERY


def test_the_first_condition_that_holds_decides() -> None:
    rules = [
        {"Condition": "{% $states.input = 1 %}", "Next": "One"},
        {"Condition": "{% $states.input < 3 %}", "Next": "Few"},
    ]
    states = {"Ask": choice(*rules, default="Many"), "One": passing(Output="one")}
    states |= {"Few": passing(Output="few"), "Many": passing(Output="many")}
    assert [output(number, **states) for number in (1, 2, 3)] == ["one", "few", "many"]


def test_a_choice_assigns_what_its_rule_says_and_by_default_what_it_says_itself() -> None:
    rule = {
        "Condition": "{% $states.input %}",
        "Next": "Tell",
        "Assign": {"x": "rule"},
        "Output": "of the rule",
    }
    states = {
        "Ask": choice(rule, default="Tell", Assign={"x": "default"}, Output="of the state"),
        "Tell": passing(Output=["{% $x %}", "{% $states.input %}"]),
    }
    assert output(True, **states) == ["rule", "of the rule"]
    assert output(False, **states) == ["default", "of the state"]


@pytest.mark.parametrize("given", ["text", 1, None, []])
def test_a_condition_is_true_or_false_and_nothing_else(given: Any) -> None:
    rule = {"Condition": "{% $states.input %}", "Next": "Done"}
    assert error(given, Ask=choice(rule, default="Done"), Done=DONE) == QUERY


def test_a_wait_lets_its_seconds_pass() -> None:
    driver = Driver({})
    waiting = machine(Pause={"Type": "Wait", "Seconds": 600, "Next": "Done", "Assign": {"x": 1}}, Done=DONE)
    assert driver.finish(waiting, {"a": 1}) == Ended("SUCCEEDED", {"a": 1})
    assert Sleep(600) in driver.effects
    assert driver.now == 600


def test_a_succeed_ends_with_its_output() -> None:
    assert output({"a": 1}, Only={"Type": "Succeed", "Output": "{% $states.input.a %}"}) == 1


def test_a_fail_ends_with_its_error_and_a_cause_that_may_be_computed() -> None:
    failing = machine(Only={"Type": "Fail", "Error": "Broken", "Cause": "{% 'no ' & $states.input %}"})
    assert Driver({}).finish(failing, "luck") == Ended("FAILED", error="Broken", cause="no luck")


def test_a_fail_whose_cause_is_no_text_fails_with_an_error_of_the_query() -> None:
    assert error(Only={"Type": "Fail", "Error": "Broken", "Cause": "{% 1 %}"}) == QUERY


def test_the_context_tells_the_execution_the_state_and_the_machine() -> None:
    texts = ["Execution.Id", "Execution.Name", "Execution.Input.a", "State.Name", "StateMachine.Name"]
    only = passing(Output=[f"{{% $states.context.{text} %}}" for text in texts])
    assert output({"a": 1}, First=passing(Output={}, Next="Only"), Only=only) == [
        "arn:ord_1",
        "ord_1",
        1,
        "Only",
        "machine",
    ]


def test_every_state_that_is_entered_is_told() -> None:
    running = run(machine(First=passing(Next="Done"), Done=DONE), None, Execution("arn", "ord_1"))
    assert next(running) == Entered("machine", "First")
    assert running.send(None) == Entered("machine", "Done")
    with pytest.raises(StopIteration) as stopped:
        running.send(None)
    assert stopped.value.value == Ended("SUCCEEDED")


def test_two_executions_of_one_machine_share_nothing() -> None:
    counting = machine(
        Begin=passing(Assign={"seen": []}, Next="Add"),
        Add=passing(Assign={"seen": "{% $append($seen, [$states.input]) %}"}, Next="Tell"),
        Tell=passing(Output="{% $seen %}"),
    )
    assert [Driver({}).finish(counting, number).output for number in (1, 2)] == [[1], [2]]


def test_names_of_functions_and_machines_can_be_substituted() -> None:
    loaded = load(document(Only=call("PlanFulfilment")), {"PlanFulfilment": "arn:plan"})
    driver = Driver({"arn:plan": always(1)})
    assert driver.finish(loaded, None).status == "SUCCEEDED"
