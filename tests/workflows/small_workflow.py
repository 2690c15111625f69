"""A small workflow that keeps every rule, and ways to break it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Document = dict[str, Any]
RETRY: Final[Document] = {
    "ErrorEquals": ["States.ALL"],
    "IntervalSeconds": 1,
    "BackoffRate": 2,
    "MaxAttempts": 3,
    "MaxDelaySeconds": 10,
    "JitterStrategy": "FULL",
}
GOOD: Final[Document] = {
    "Comment": "A small workflow that keeps every rule.",
    "QueryLanguage": "JSONata",
    "TimeoutSeconds": 3600,
    "StartAt": "Begin",
    "States": {
        "Begin": {
            "Type": "Pass",
            "Comment": "Remember the order.",
            "Assign": {"order_id": "{% $states.input.order_id %}"},
            "Next": "Check",
        },
        "Check": {
            "Type": "Parallel",
            "Comment": "Side by side.",
            "Branches": [
                {
                    "StartAt": "Note",
                    "States": {
                        "Note": {
                            "Type": "Pass",
                            "Comment": "A branch.",
                            "Assign": {"inner": 1},
                            "Next": "Tell",
                        },
                        "Tell": {
                            "Type": "Pass",
                            "Comment": "Reads what is outside.",
                            "Output": "{% $order_id & $string($inner) %}",
                            "End": True,
                        },
                    },
                }
            ],
            "Next": "Release",
        },
        "Release": {
            "Type": "Task",
            "Comment": "Call a function.",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {
                "FunctionName": "${SettleCancellation}",
                "Payload": {"order_id": "{% $order_id %}", "stops": 0},
            },
            "Assign": {"answer": "{% $states.result.Payload %}"},
            "TimeoutSeconds": 60,
            "Retry": [RETRY],
            "Catch": [
                {
                    "ErrorEquals": ["States.ALL"],
                    "Assign": {"failure": "{% $states.errorOutput.Error %}"},
                    "Next": "Broken",
                }
            ],
            "Next": "Wait",
        },
        "Wait": {
            "Type": "Task",
            "Comment": "Wait with a token.",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Arguments": {
                "FunctionName": "${AwaitFulfilment}",
                "Payload": {
                    "order_id": "{% $order_id %}",
                    "token": "{% $states.context.Task.Token %}",
                    "turn": "{% $states.context.State.EnteredTime %}",
                },
            },
            "TimeoutSeconds": 600,
            "Retry": [RETRY | {"ErrorEquals": ["Lambda.ServiceException"]}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Broken"}],
            "Next": "Decide",
        },
        "Decide": {
            "Type": "Choice",
            "Comment": "Read a value.",
            "Choices": [{"Condition": "{% $answer.outcome = 'RELEASED' %}", "Next": "Done"}],
            "Default": "Broken",
        },
        "Done": {"Type": "Succeed", "Comment": "All is well."},
        "Broken": {"Type": "Fail", "Comment": "All is not well.", "Error": "Broken", "Cause": "See before."},
    },
}

Change = Callable[[Document], object]


def put(state: str, **fields: Any) -> Change:
    """Set fields of a state."""
    return lambda document: document["States"][state].update(fields)


def put_inside(**fields: Any) -> Change:
    """Set fields of the second state of the branch."""
    return lambda document: branch(document)["States"]["Tell"].update(fields)


def drop(state: str, field: str) -> Change:
    return lambda document: document["States"][state].pop(field)


def put_first(state: str, part: str, **fields: Any) -> Change:
    """Set fields of the first Retry, Catch or Choices of a state."""

    def change(document: Document) -> None:
        rules = document["States"][state][part]
        document["States"][state][part] = [{**rules[0], **fields}, *rules[1:]]

    return change


def top(**fields: Any) -> Change:
    return lambda document: document.update(fields)


def add(name: object, state: Mapping[str, Any]) -> Change:
    return lambda document: document["States"].update({name: dict(state)})


def call(resource: str, **arguments: Any) -> Change:
    return put("Release", Resource=resource, Arguments=arguments)


def branch(document: Document) -> Any:
    """The branch of the Parallel."""
    return document["States"]["Check"]["Branches"][0]


def payload(**fields: Any) -> Change:
    """Let Release send more than its task takes."""
    arguments = {
        "FunctionName": "${SettleCancellation}",
        "Payload": {"order_id": "{% $order_id %}", "stops": 0, **fields},
    }
    return put("Release", Arguments=arguments)
