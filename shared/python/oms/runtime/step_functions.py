"""Step Functions as Holdfast uses it: start, look, wake."""

import json
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError

from oms.aws.errors import translated

_SPENT = {"TaskDoesNotExist", "InvalidToken", "TaskTimedOut"}


class StepFunctions(Protocol):
    """The part of boto3's Step Functions client that Holdfast calls."""

    def send_task_success(self, **request: Any) -> Any: ...
    def send_task_failure(self, **request: Any) -> Any: ...
    def start_execution(self, **request: Any) -> Any: ...
    def describe_execution(self, **request: Any) -> Any: ...
    def list_executions(self, **request: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Tokens:
    """Wakes waiting tasks. A token that was spent before is no error: somebody was faster."""

    client: StepFunctions

    def succeed(self, token: str, output: dict[str, Any]) -> bool:
        """Whether this call woke the task."""
        return self._send(self.client.send_task_success, taskToken=token, output=json.dumps(output))

    def interrupt(self, token: str, error: str, cause: str) -> bool:
        """Ends the wait without a result; the workflow catches `error` by name."""
        return self._send(self.client.send_task_failure, taskToken=token, error=error, cause=cause)

    @staticmethod
    def _send(call: Any, **request: Any) -> bool:
        with translated():
            try:
                call(**request)
            except ClientError as error:
                if error.response["Error"]["Code"] in _SPENT:
                    return False
                raise
        return True
