"""The bus and Step Functions as AWS would take a request: they refuse what the service refuses, and remember the rest.

Limits: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html and
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

_MOST_NAME: Final = 80
_MOST_ENTRY: Final = 256 * 1024
_MOST_OUTPUT: Final = 262_144
_BAD_NAME: Final = re.compile(r"""[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]""")


def refusal(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, operation)


def require_sound(request: Any, operation: str) -> None:
    """Every text of a request must be Unicode. Raises ClientError as the service does for one that is not."""
    pending = [request]
    while pending:
        match pending.pop():
            case str() as text if not text.isascii():
                try:
                    text.encode()
                except UnicodeEncodeError:
                    raise refusal("SerializationException", operation) from None
            case Mapping() as inner:
                pending += [*inner.keys(), *inner.values()]
            case list() | tuple() as inner:
                pending += inner


class Bus:
    """EventBridge."""

    def __init__(self) -> None:
        self.published: list[str] = []
        """Ids of events, as often as they were taken."""

    def put_events(self, **request: Any) -> Any:
        entries = request["Entries"]
        if not 1 <= len(entries) <= 10:
            raise refusal("ValidationException", "PutEvents")
        if not all(isinstance(value, str) for entry in entries for value in entry.values()):
            raise refusal("SerializationException", "PutEvents")
        if sum(len(value.encode()) for entry in entries for value in entry.values()) > _MOST_ENTRY:
            raise refusal("ValidationException", "PutEvents")
        results = [self._put(entry) for entry in entries]
        return {"Entries": results, "FailedEntryCount": sum("ErrorCode" in row for row in results)}

    def _put(self, entry: Mapping[str, str]) -> dict[str, str]:
        if not (entry["DetailType"] and entry["Source"]):
            return {"ErrorCode": "InvalidArgument"}
        try:
            detail = json.loads(entry["Detail"], parse_constant=_no_number)
        except ValueError:
            return {"ErrorCode": "MalformedDetail"}
        if not isinstance(detail, dict):
            return {"ErrorCode": "MalformedDetail"}
        self.published.append(str(detail.get("event_id")))
        return {"EventId": str(len(self.published))}


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


class StepFunctions:
    """Executions as they stood, and those that are started now; tokens that something waits with."""

    def __init__(self, executions: Mapping[str, tuple[str, datetime | None]], tokens: set[str]) -> None:
        self.executions = dict(executions)
        self.tokens = set(tokens)
        self.sent: list[str] = []
        """What was started, and which tokens were spent."""

    def start_execution(self, **request: Any) -> Any:
        name = request["name"]
        if not isinstance(name, str) or not 1 <= len(name) <= _MOST_NAME or _BAD_NAME.search(name):
            raise refusal("InvalidName", "StartExecution")
        status, _ = self.executions.get(name, ("", None))
        if status and status != "RUNNING":
            raise refusal("ExecutionAlreadyExists", "StartExecution")
        if not status:
            self.sent.append(f"start {name}")
            self.executions[name] = ("RUNNING", None)
        return {"executionArn": f"arn:execution:{name}"}

    def describe_execution(self, **request: Any) -> Any:
        name = request["executionArn"].rpartition(":")[2]
        if name not in self.executions:
            raise refusal("ExecutionDoesNotExist", "DescribeExecution")
        status, ended = self.executions[name]
        return {"name": name, "status": status} | ({"stopDate": ended} if ended else {})

    def list_executions(self, **request: Any) -> Any:
        names = [name for name, (status, _) in self.executions.items() if status == request["statusFilter"]]
        return {"executions": [{"name": name} for name in names]}

    def send_task_success(self, **request: Any) -> Any:
        if len(request["output"]) > _MOST_OUTPUT:
            raise refusal("ValidationException", "SendTaskSuccess")
        json.loads(request["output"], parse_constant=_no_number)
        return self._spend(request["taskToken"], "SendTaskSuccess")

    def send_task_failure(self, **request: Any) -> Any:
        if len(request.get("error", "")) > 256 or len(request.get("cause", "")) > 32_768:
            raise refusal("ValidationException", "SendTaskFailure")
        return self._spend(request["taskToken"], "SendTaskFailure")

    def _spend(self, token: Any, operation: str) -> Any:
        if not isinstance(token, str):
            raise refusal("SerializationException", operation)
        if not 1 <= len(token) <= 2048:
            raise refusal("ValidationException", operation)
        if token not in self.tokens:
            raise refusal("TaskTimedOut", operation)
        self.tokens.discard(token)
        self.sent.append(f"spend {token}")
        return {}
