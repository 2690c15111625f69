"""Order workflows: started once per order and attempt, named by the order id.

A name is burned once used, also by an execution that an outage killed: the first attempt is called
<order id>, the next <order id>-2.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from botocore.exceptions import ClientError

from oms.aws.errors import translated
from oms.runtime.step_functions import StepFunctions

MOST_ATTEMPTS = 9
"""Executions an order may use up before a person has to look; and after that as many again."""
ALIVE = ("RUNNING", "PENDING_REDRIVE")
BROKEN = ("FAILED", "TIMED_OUT", "ABORTED")
"""How an execution can end without having finished: an outage, a limit of the service, a person."""
_APART = 100
"""Each attempt numbers its assessments and stops from a hundred of its own: reservations, payments and
exceptions are named by them, and must never be mistaken for those of an attempt that died."""
_LATER = re.compile(r"[2-9]|[1-9][0-9]{1,3}")
_STALE = ("InvalidToken", "ValidationException")
"""How a page token is refused that is older than 24 hours, or was given for pages of another size."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The n-th execution of an order."""

    order_id: str
    number: int


@dataclass(frozen=True, slots=True)
class Executions:
    """Executions of the order capture workflow."""

    client: StepFunctions
    workflow_arn: str

    def start(self, order_id: str, *, attempt: int = 1) -> bool:
        """True where it runs now, by this call or by one just like it; False where it has ended before.

        AWS answers a repeated start of a running execution as it answered the first.
        """
        before = first_assessment(attempt) - 1
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

    def latest(self, order_id: str, *, since: int = 0) -> tuple[int, str]:
        """The newest attempt and its status; (0, "") where there is none.

        An attempt follows only where the one before it has ended: behind one that runs nobody looks.
        `since`: one that the order has heard of. AWS forgets executions 90 days after their end: where it is
        not there, nor any before it, it counts as the newest, with an empty status.
        """
        if since and not self.status(order_id, since):
            older = self.latest(order_id)
            return older if older[0] else (since, "")
        known = (0, "")
        for attempt in count(max(since, 1)):
            status = self.status(order_id, attempt)
            if not status:
                break
            known = (attempt, status)
            if status in ALIVE:
                break
        return known

    def status(self, order_id: str, attempt: int) -> str:
        """How that attempt stands; empty where there is none."""
        return str(self._described(name(order_id, attempt)).get("status", ""))

    def ended_at(self, order_id: str, attempt: int) -> datetime | None:
        """When that attempt ended; None while it has not, or is unknown."""
        answer = self._described(name(order_id, attempt))
        ended: datetime | None = answer.get("stopDate")
        return ended

    def listed(
        self, status: str, *, limit: int, after: str | None = None
    ) -> tuple[list[Attempt], str | None]:
        """Up to `limit` executions of one status, newest first, and the token of the next page, None at the end.

        A token is good for 24 hours and for the same `limit`. With one that is not, the list begins anew.
        """
        request = {"stateMachineArn": self.workflow_arn, "statusFilter": status, "maxResults": limit}
        with translated():
            try:
                answer = self.client.list_executions(**request, **({"nextToken": after} if after else {}))
            except ClientError as error:
                if not after or error.response["Error"]["Code"] not in _STALE:
                    raise
                return self.listed(status, limit=limit)
        return [attempt_of(str(one["name"])) for one in answer["executions"]], answer.get("nextToken")

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


def first_assessment(attempt: int) -> int:
    """The number of an attempt's first assessment."""
    return (attempt - 1) * _APART + 1


def attempt_with(assessment: int) -> int:
    """The attempt to which an assessment belongs; 0 for none."""
    return (assessment + _APART - 1) // _APART


def name(order_id: str, attempt: int) -> str:
    """The name of an order's n-th execution."""
    return order_id if attempt == 1 else f"{order_id}-{attempt}"


def attempt_of(execution: str) -> Attempt:
    """The order an execution's name stands for, and which attempt. A name that none of ours has counts as a first."""
    order_id, _, number = execution.partition("-")
    return Attempt(order_id, int(number) if _LATER.fullmatch(number) else 1)


def paced(starts: Callable[[], Any], *, rate: int, sleep: Callable[[float], None]) -> Any:
    """Do `starts`, then let 1/`rate` of a second pass: an execution starts asynchronously, so only time limits it."""
    result = starts()
    sleep(1 / rate)
    return result
