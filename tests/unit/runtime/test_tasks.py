"""Workflow tasks: the payload becomes a command, the result becomes JSON, nothing is swallowed."""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import pytest
import yaml
from oms.contracts import tasks as contracts
from oms.contracts.tasks import (
    AwaitFulfilment,
    AwaitResolution,
    CancelLines,
    PlanFulfilment,
    ReleaseStock,
    ScreenOrder,
)
from oms.kernel.errors import BrokenInvariant, Throttled
from oms.runtime.step_functions import Tokens
from oms.runtime.tasks import Handler, as_json, parse, token_task, workflow_task

from tests.builders import ORDER, ROOT
from tests.fakes.step_functions import FakeStepFunctions


@dataclass(frozen=True, slots=True)
class Outcome:
    outcome: str
    lines: tuple[int, ...] = ()


def test_a_payload_becomes_its_command() -> None:
    payload = {"order_id": ORDER, "exclusions": [["SKU-1", "LON"]]}

    assert parse(PlanFulfilment, payload) == PlanFulfilment(ORDER, [["SKU-1", "LON"]])
    assert parse(PlanFulfilment, {"order_id": ORDER}) == PlanFulfilment(ORDER)


@pytest.mark.parametrize("payload", [{}, {"exclusions": []}, {"order_id": ORDER, "colour": "red"}])
def test_a_payload_with_missing_or_unknown_names_stops_the_task(payload: dict[str, Any]) -> None:
    with pytest.raises(BrokenInvariant, match="PlanFulfilment"):
        parse(PlanFulfilment, payload)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("order_id", {"order_id": 7, "reason": "why"}),
        ("reason", {"order_id": ORDER, "reason": None}),
        ("reason", {"order_id": ORDER, "reason": ["why"]}),
    ],
)
def test_a_text_that_is_none_stops_the_task_before_it_is_stored(name: str, payload: dict[str, Any]) -> None:
    with pytest.raises(BrokenInvariant, match=f"CancelLines: {name} is no str"):
        parse(CancelLines, payload)


def test_a_flag_that_is_none_stops_the_task() -> None:
    with pytest.raises(BrokenInvariant, match="own is no bool"):
        parse(ReleaseStock, {"order_id": ORDER, "run": "1-0", "own": 1})


def test_the_result_of_a_task_is_json() -> None:
    handler = workflow_task(ScreenOrder)(lambda command: Outcome(command.order_id, (1, 2)))

    assert json.loads(json.dumps(handler({"order_id": ORDER}, None))) == {"outcome": ORDER, "lines": [1, 2]}


@pytest.mark.parametrize("result", [{"outcome": "DONE"}, None, "text", Outcome])
def test_what_is_no_dataclass_is_passed_on_as_it_is(result: Any) -> None:
    assert as_json(result) is result


def test_a_failure_leaves_the_task_so_that_the_workflow_repeats_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_: ScreenOrder) -> None:
        raise Throttled("with a secret in it")

    with pytest.raises(Throttled):
        workflow_task(ScreenOrder)(fail)({"order_id": ORDER}, None)

    line = json.loads(capsys.readouterr().out)
    assert (line["function"], line["error"], line["code"], line["order_id"]) == (
        "ScreenOrder",
        "Throttled",
        "throttled",
        ORDER,
    )
    assert "secret" not in json.dumps(line)


def waiting(task: Callable[[AwaitResolution], Any], states: FakeStepFunctions) -> Handler:
    return token_task(AwaitResolution, lambda: Tokens(states))(task)


def test_a_task_that_waits_with_a_token_says_that_it_waits() -> None:
    seen: list[AwaitResolution] = []
    states = FakeStepFunctions(waiting={"t1"})

    answer = waiting(seen.append, states)(
        {
            "order_id": ORDER,
            "key": "ASSESS-0",
            "kind": "SHORTAGE",
            "detail": "",
            "assessment": 1,
            "token": "t1",
            "turn": "",
            "unanswered": False,
        },
        None,
    )

    assert answer == {"outcome": "WAITING"}
    assert seen[0].token == "t1"
    assert states.interruptions == {}


@pytest.mark.parametrize("error", [Throttled("slow"), KeyError("x"), BrokenInvariant("gone")])
def test_a_wait_that_could_not_begin_is_told_to_the_workflow(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody else would: an engine that waits for a token may not hear that the function failed."""
    states = FakeStepFunctions(waiting={"secret-token"})

    def fail(_: AwaitResolution) -> None:
        raise error

    payload = {
        "order_id": ORDER,
        "key": "k",
        "kind": "SHORTAGE",
        "detail": "",
        "token": "secret-token",
        "turn": "",
        "unanswered": False,
        "assessment": 1,
    }

    assert waiting(fail, states)(payload, None) == {"outcome": "FAILED"}
    assert states.interruptions == {"secret-token": "NotWaiting"}
    assert "secret-token" not in capsys.readouterr().out


def test_a_payload_that_does_not_fit_is_told_too() -> None:
    states = FakeStepFunctions(waiting={"t1"})

    assert waiting(print, states)({"nonsense": 1, "token": "t1", "turn": ""}, None) == {"outcome": "FAILED"}
    assert states.interruptions == {"t1": "NotWaiting"}


def test_a_token_is_not_shown_when_its_command_is() -> None:
    assert "secret" not in repr(AwaitResolution(ORDER, "k", "SHORTAGE", "why", 1, "secret", "", False))
    assert "secret" not in repr(AwaitFulfilment(ORDER, "secret", ""))


def payloads(states: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every task of a workflow with what it passes to its function."""
    found = []
    for state in states.values():
        for branch in state.get("Branches", []):
            found += payloads(branch["States"])
        arguments = state.get("Arguments", {})
        if isinstance(arguments, dict) and "FunctionName" in arguments:
            found.append((arguments["FunctionName"].strip("${}"), arguments["Payload"]))
    return found


PAYLOADS = [
    pair
    for name in ("order_capture", "assess_order")
    for pair in payloads(yaml.safe_load((ROOT / f"statemachines/{name}.asl.yaml").read_text())["States"])
]


@pytest.mark.parametrize(("name", "payload"), PAYLOADS, ids=[name for name, _ in PAYLOADS])
def test_what_a_workflow_passes_is_what_its_task_takes(name: str, payload: dict[str, Any]) -> None:
    """A flag that the workflow works out is one in the end."""
    flags = {field.name for field in fields(getattr(contracts, name)) if field.type is bool}
    worked_out = {each: False for each in flags if str(payload.get(each)).startswith("{%")}

    command = parse(getattr(contracts, name), payload | worked_out)

    assert {field.name for field in fields(command)} == payload.keys()


def test_every_command_is_used_by_a_workflow() -> None:
    commands = {
        name
        for name, value in vars(contracts).items()
        if is_dataclass(value) and isinstance(value, type) and value.__module__ == contracts.__name__
    }

    assert commands == {name for name, _ in PAYLOADS}
