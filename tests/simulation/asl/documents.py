"""Small machines for tests: states by name, with what they need and nothing else."""

from typing import Any

from tests.simulation.asl.interpreter import Machine
from tests.simulation.asl.loading import load

Json = dict[str, Any]


def machine(*, top: Json | None = None, **states: Json) -> Machine:
    """The first state is the start."""
    return load(document(top=top, **states))


def express(**states: Json) -> Machine:
    return load(document(top={"TimeoutSeconds": 290}, **states), kind="EXPRESS")


def document(*, top: Json | None = None, **states: Json) -> Json:
    return {
        "QueryLanguage": "JSONata",
        "TimeoutSeconds": 1000,
        "StartAt": next(iter(states)),
        "States": states,
        **(top or {}),
    }


def call(function: str = "Work", *, payload: Any = None, **fields: Any) -> Json:
    """A Task that calls a function and ends, unless it is given Next."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": f"${{{function}}}", "Payload": {} if payload is None else payload},
        **_onward(fields),
    }


def wait_for_token(function: str = "Work", *, payload: Any = None, **fields: Any) -> Json:
    given = {"token": "{% $states.context.Task.Token %}"} if payload is None else payload
    resource = "arn:aws:states:::lambda:invoke.waitForTaskToken"
    return call(function, payload=given, **fields) | {"Resource": resource}


def nested(workflow: str, given: str, **fields: Any) -> Json:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:startSyncExecution",
        "Arguments": {"StateMachineArn": f"${{{workflow}}}", "Input": given},
        **_onward(fields),
    }


def passing(**fields: Any) -> Json:
    return {"Type": "Pass", **_onward(fields)}


def choice(*rules: Json, default: str, **fields: Any) -> Json:
    return {"Type": "Choice", "Choices": list(rules), "Default": default, **fields}


def parallel(*branches: Json, **fields: Any) -> Json:
    """Branches are states by name."""
    levels = [{"StartAt": next(iter(states)), "States": states} for states in branches]
    return {"Type": "Parallel", "Branches": levels, **_onward(fields)}


def retry(*errors: str, **fields: Any) -> Json:
    return {"ErrorEquals": list(errors or ("States.ALL",)), **fields}


def catch(*errors: str, to: str, **fields: Any) -> Json:
    return {"ErrorEquals": list(errors or ("States.ALL",)), "Next": to, **fields}


def _onward(fields: Json) -> Json:
    return fields if "Next" in fields else {**fields, "End": True}
