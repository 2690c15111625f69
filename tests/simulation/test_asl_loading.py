"""What the interpreter cannot run as AWS would is refused when it is loaded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.asl.documents import (
    Json,
    call,
    catch,
    choice,
    document,
    nested,
    parallel,
    passing,
    retry,
    wait_for_token,
)
from tests.simulation.asl.loading import NotAMachine, load, load_all
from tests.workflows.machines import FOLDER

DONE: Json = {"Type": "Succeed"}
ITEMS: Json = {"ItemProcessor": {"StartAt": "Each", "States": {"Each": passing()}}}


def only(state: Json) -> Json:
    return document(Only=state)


def reading(text: str) -> Json:
    return only(passing(Output=f"{{% {text} %}}"))


REFUSED: list[tuple[Json, str]] = [
    (only({"Type": "Map", "End": True, **ITEMS}), "has no Map"),
    (only(call(HeartbeatSeconds=5)), "has no HeartbeatSeconds"),
    (only(call(Credentials={})), "has no Credentials"),
    (only({"Type": "Wait", "Timestamp": "2030-01-01T00:00:00Z", "End": True}), "has no Timestamp"),
    (only({"Type": "Wait", "Seconds": "{% 5 %}", "End": True}), "written out"),
    (only(call(TimeoutSeconds="{% 5 %}")), "time-out that is not written out"),
    (only({**call(), "Resource": "arn:aws:states:::sqs:sendMessage"}), "has no arn:aws:states:::sqs"),
    (only({**call(), "Arguments": {"FunctionName": "f"}}), "and nothing else"),
    (only(nested("AssessOrder", "{}") | {"Arguments": {"StateMachineArn": "a"}}), "and nothing else"),
    (
        only({**call(), "Arguments": {"FunctionName": "{% 'f' %}", "Payload": {}}}),
        "calls what is not written",
    ),
    (only(call(Retry=[retry("States.HeartbeatTimeout")])), "never reports States.HeartbeatTimeout"),
    (only(call(Retry=[retry(), retry("Other")])), "before the last"),
    (only(call(Catch=[catch(to="Gone")])), "leads to 'Gone'"),
    (only(passing(Next="Gone")), "leads to 'Gone'"),
    (only(passing(Parameters={})), "a Pass has no Parameters"),
    (only(wait_for_token(payload={})), "a token that nobody gets"),
    (document(top={"QueryLanguage": "JSONPath"}, Done=DONE), "is not JSONata"),
    (document(top={"Version": "1.0", "Author": "me"}, Done=DONE), "no field Author"),
    (document(top={"TimeoutSeconds": None}, Done=DONE), "has no TimeoutSeconds"),
    (
        document(Ask=choice({"Condition": "{% true %}"}, default="Done"), Done=DONE),
        "needs Condition and Next",
    ),
    (reading("$states.input +"), "Unexpected end of expression"),
    (reading("$sweep(1)"), "no function $sweep"),
    (reading("$now()"), "no function $now"),
    (reading("$random()"), "no function $random"),
    (reading("$uuid()"), "no function $uuid"),
    (reading("$range(1, 2, 1)"), "no function $range"),
    (reading("$hash('a', 'MD5')"), "no function $hash"),
    (reading("$partition([1], 1)"), "no function $partition"),
    (reading("$eval('1')"), "no function $eval"),
    (reading("$states"), "does not fill in"),
    (reading("$states.context"), "does not fill in"),
    (reading("$states.context.Execution.StartTime"), "does not fill in"),
    (reading("$states.result"), "no $states.result in Output"),
    (only(passing(Output="a {% 1 %}")), "no expression"),
    (
        document(First=passing(Assign={"string": 1}, Next="Then"), Then=passing(Output="{% $string(1) %}")),
        "would hide the function",
    ),
    (
        document(
            Begin=passing(Assign={"x": 1}, Next="Both"), Both=parallel({"In": passing(Assign={"x": 2})})
        ),
        "which belongs outside",
    ),
]


@pytest.mark.parametrize(("refused", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_what_is_not_supported_is_refused(refused: Json, reason: str) -> None:
    with pytest.raises(NotAMachine) as error:
        load(refused)
    assert reason in str(error.value)


def test_an_express_machine_does_not_wait_for_a_token() -> None:
    with pytest.raises(NotAMachine, match="cannot wait"):
        load(only(wait_for_token()), kind="EXPRESS")


def test_a_placeholder_without_a_substitution_is_refused() -> None:
    with pytest.raises(NotAMachine, match="PlanFulfilment"):
        load(only(call("PlanFulfilment")), {"ScreenOrder": "arn"})


def test_both_machines_of_the_project_are_loaded_from_their_files() -> None:
    loaded = load_all()
    assert {name: machine.kind for name, machine in loaded.items()} == {
        "order_capture": "STANDARD",
        "assess_order": "EXPRESS",
    }
    assert {"Assess", "Complete"} <= loaded["order_capture"].states
    assert {"CheckOrder", "ScreenOrder", "TaxFailed"} <= loaded["assess_order"].states


def test_a_file_is_read_where_it_is(tmp_path: Path) -> None:
    changed = tmp_path / "assess_order.asl.yaml"
    text = (FOLDER / changed.name).read_text(encoding="utf-8")
    changed.write_text(text.replace("TimeoutSeconds: 290", "TimeoutSeconds: 17"), encoding="utf-8")
    loaded = load(changed)
    assert (loaded.name, loaded.kind, loaded.timeout_seconds) == ("assess_order", "EXPRESS", 17)


@pytest.mark.parametrize(
    "change", [lambda text: text.replace("Type: Pass", "Type: Stop"), lambda text: "States: {}"]
)
def test_a_broken_file_is_refused(tmp_path: Path, change: Callable[[str], Any]) -> None:
    broken = tmp_path / "assess_order.asl.yaml"
    broken.write_text(change((FOLDER / broken.name).read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(NotAMachine):
        load(broken)
