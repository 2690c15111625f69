"""Step Functions as far as Holdfast calls it: names are burned once used, tokens can be spent once."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.aws_errors import client_error

WORKFLOW = "arn:aws:states:eu-west-1:123456789012:stateMachine:order-capture"
_EXECUTIONS = "arn:aws:states:eu-west-1:123456789012:execution:order-capture:"


@dataclass
class FakeStepFunctions:
    """`StepFunctions`. `waiting` holds the tokens somebody waits with; `failures` fails the next calls."""

    executions: dict[str, str] = field(default_factory=dict)
    """Name → status, oldest first."""
    inputs: dict[str, Any] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    outputs: dict[str, Any] = field(default_factory=dict)
    interruptions: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    """Operations, in the order they arrived."""
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Page token → whose list it goes on with, and behind which execution; expired ones are no longer here."""
    ended: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    """When those that do not run came to their end."""

    def start_execution(self, **request: Any) -> Any:
        self._arrives("StartExecution")
        assert request["stateMachineArn"] == WORKFLOW
        name, given = request["name"], json.loads(request["input"])
        repeated = self.executions.get(name) == "RUNNING" and self.inputs[name] == given
        if name in self.executions and not repeated:
            raise client_error("ExecutionAlreadyExists", "StartExecution")
        self.executions[name], self.inputs[name] = "RUNNING", given
        return {"executionArn": _EXECUTIONS + name}

    def describe_execution(self, **request: Any) -> Any:
        self._arrives("DescribeExecution")
        name = request["executionArn"].removeprefix(_EXECUTIONS)
        if name not in self.executions:
            raise client_error("ExecutionDoesNotExist", "DescribeExecution")
        status = self.executions[name]
        ended = {} if status in ("RUNNING", "PENDING_REDRIVE") else {"stopDate": self.ended}
        return {"name": name, "status": status, **ended}

    def list_executions(self, **request: Any) -> Any:
        self._arrives("ListExecutions")
        status, size = request["statusFilter"], request["maxResults"]
        newest_first = list(reversed(self.executions))
        if token := request.get("nextToken"):
            if self.pages.get(token, ("", ""))[0] != status:
                raise client_error("InvalidToken", "ListExecutions")
            newest_first = newest_first[newest_first.index(self.pages[token][1]) + 1 :]
        wanted = [name for name in newest_first if self.executions[name] == status]
        more = {"nextToken": self._token(status, wanted[size - 1])} if len(wanted) > size else {}
        return {"executions": [{"name": name} for name in wanted[:size]], **more}

    def _token(self, status: str, last: str) -> str:
        token = f"page-{len(self.pages) + 1}"
        self.pages[token] = (status, last)
        return token

    def send_task_success(self, **request: Any) -> Any:
        self.outputs[self._spent(request)] = json.loads(request["output"])
        return {}

    def send_task_failure(self, **request: Any) -> Any:
        self.interruptions[self._spent(request)] = request["error"]
        return {}

    def _spent(self, request: Any) -> str:
        self._arrives("SendTask")
        token = str(request["taskToken"])
        assert token, "botocore refuses an empty token before it sends it"
        if token not in self.waiting:
            raise client_error("TaskTimedOut", "SendTask")
        self.waiting.discard(token)
        return token

    def _arrives(self, operation: str) -> None:
        self.calls.append(operation)
        if self.failures:
            raise client_error(self.failures.pop(0), operation)
