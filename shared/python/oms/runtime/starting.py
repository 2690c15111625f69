"""Order workflows: started once per order and attempt, named by the order id.

A name is burned once used, also by an execution that an outage killed: the first attempt is called
<order id>, the next <order id>-2.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from oms.aws.errors import translated
from oms.runtime.step_functions import StepFunctions

MOST_ATTEMPTS = 9
"""Executions an order may use up before a person has to look."""
BROKEN = ("FAILED", "TIMED_OUT", "ABORTED")
"""How an execution can end without having finished: an outage, a limit of the service, a person."""
_APART = 100
"""Each attempt numbers its assessments and stops from a hundred of its own: reservations, payments and
exceptions are named by them, and must never be mistaken for those of an attempt that died."""


@dataclass(frozen=True, slots=True)
class Executions:
    """Executions of the order capture workflow."""

    client: StepFunctions
    workflow_arn: str

    def start(self, order_id: str, *, attempt: int = 1) -> bool:
        """True where it runs now, by this call or by one just like it; False where it has ended before.

        AWS answers a repeated start of a running execution as it answered the first.
        """
        before = (attempt - 1) * _APART
        given = {"order_id": order_id, "assessment": before + 1, "stops": before}
        with translated():
            try:
                self.client.start_execution(
                    stateMachineArn=self.workflow_arn, name=name(order_id, attempt), input=json.dumps(given)
                )
            except ClientError as error:
                if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
                    return False
                raise
        return True

    def latest(self, order_id: str) -> tuple[int, str]:
        """The newest attempt and its status; (0, "") where there is none."""
        known = (0, "")
        for attempt in range(1, MOST_ATTEMPTS + 1):
            status = self._status(name(order_id, attempt))
            if not status:
                return known
            known = (attempt, status)
        return known

    def ended_at(self, order_id: str, attempt: int) -> datetime | None:
        """When that attempt ended; None while it has not, or is unknown."""
        answer = self._described(name(order_id, attempt))
        ended: datetime | None = answer.get("stopDate")
        return ended

    def running(self, *, limit: int) -> list[str]:
        """Order ids of executions that run, newest first."""
        return self._listed("RUNNING", limit)

    def broken(self, *, limit: int) -> list[str]:
        """Order ids of executions that came to no proper end, newest first, `limit` of each kind."""
        return [order_id for status in BROKEN for order_id in self._listed(status, limit)]

    def _listed(self, status: str, limit: int) -> list[str]:
        with translated():
            answer = self.client.list_executions(
                stateMachineArn=self.workflow_arn, statusFilter=status, maxResults=limit
            )
        return [order_of(str(execution["name"])) for execution in answer["executions"]]

    def _status(self, execution: str) -> str:
        return str(self._described(execution).get("status", ""))

    def _described(self, execution: str) -> Mapping[str, Any]:
        """Nothing where there is no such execution."""
        arn = self.workflow_arn.replace(":stateMachine:", ":execution:") + f":{execution}"
        with translated():
            try:
                answer: Mapping[str, Any] = self.client.describe_execution(executionArn=arn)
            except ClientError as error:
                if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                    return {}
                raise
        return answer


def name(order_id: str, attempt: int) -> str:
    """The name of an order's n-th execution."""
    return order_id if attempt == 1 else f"{order_id}-{attempt}"


def order_of(execution: str) -> str:
    """The order an execution's name stands for."""
    return execution.partition("-")[0]


def paced(starts: Callable[[], Any], *, rate: int, sleep: Callable[[float], None]) -> Any:
    """Do `starts`, then let 1/`rate` of a second pass: an execution starts asynchronously, so only time limits it."""
    result = starts()
    sleep(1 / rate)
    return result
