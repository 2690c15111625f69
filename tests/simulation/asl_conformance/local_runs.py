"""The workflow files on the local engine, with stubs for functions: the trace of a story."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config

from ops.local.aws import ACCOUNT, REGION
from tests.simulation.asl.effects import Failed
from tests.simulation.asl_conformance.documents import document, placeholders
from tests.simulation.asl_conformance.scripts import (
    LATE,
    VARIANTS,
    WAITING,
    Json,
    Story,
    Trace,
    Variant,
    masked,
    told,
)
from tests.simulation.asl_conformance.stubs import ROLE, deploy_functions, recorded

_PATIENCE: Final = 60.0
"""Seconds until a story counts as stuck."""


class LocalWorkflows:
    """Both machines in all variants; `stories` by order id are known to the stubs beforehand."""

    def __init__(self, endpoint: str, stories: Mapping[str, Story], calls: Path) -> None:
        self._stories = stories
        self._calls = calls
        self._engine = boto3.client(
            "stepfunctions",
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(inject_host_prefix=False, read_timeout=60, max_pool_connections=16),
        )
        script = {order_id: story.script() for order_id, story in stories.items()}
        self._arns = deploy_functions(endpoint, placeholders(), script, calls)
        self._assess = express = self._create("assess_order", "as it is", "EXPRESS")
        self._capture: dict[Variant, str] = {}
        for variant in VARIANTS:
            self._arns["assess_order"] = f"{express}-not" if variant == "lost" else express
            self._capture[variant] = self._create("order_capture", variant, "STANDARD")

    def _create(self, name: str, variant: Variant, kind: Any) -> str:
        made = self._engine.create_state_machine(
            name=f"{name}-{variant.replace(' ', '-')}",
            definition=json.dumps(document(name, variant, self._arns)),
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
            type=kind,
        )
        return made["stateMachineArn"]

    def trace(self, order_id: str) -> Trace:
        """Raises AssertionError when the story comes to no end."""
        express = self._stories[order_id].workflow == "assess_order"
        return self._assessed(order_id) if express else self._captured(order_id)

    def _assessed(self, order_id: str) -> Trace:
        given = self._stories[order_id].given
        ended: Any = self._engine.start_sync_execution(stateMachineArn=self._assess, input=json.dumps(given))
        return self._trace(order_id, ended, ended["executionArn"])

    def _captured(self, order_id: str) -> Trace:
        story = self._stories[order_id]
        started = self._engine.start_execution(
            stateMachineArn=self._capture[story.variant], name=order_id, input=json.dumps(story.given)
        )
        arn = started["executionArn"]
        deadline = time.monotonic() + _PATIENCE
        answered: set[str] = set()
        while (ended := self._engine.describe_execution(executionArn=arn))["status"] == "RUNNING":
            self._answer(order_id, answered)
            if time.monotonic() > deadline:
                raise AssertionError(f"{order_id} is stuck: {self._entered(arn)}")
            time.sleep(0.03)
        return self._trace(order_id, ended, arn)

    def _answer(self, order_id: str, answered: set[str]) -> None:
        """Bring back the tokens that functions were given."""
        calls = recorded(self._calls, order_id)
        for function in WAITING:
            for number, payload in enumerate(calls.get(function, ())):
                call = f"{function}-{number}"
                if call not in answered:
                    answered.add(call)
                    answers = self._stories[order_id].answers[function]
                    self._bring_back(payload["token"], answers[min(number, len(answers) - 1)])

    def _bring_back(self, token: str, answer: Any) -> None:
        if answer == LATE:
            return
        if isinstance(answer, Failed):
            self._engine.send_task_failure(taskToken=token, error=answer.error, cause=answer.cause)
        else:
            self._engine.send_task_success(taskToken=token, output=json.dumps(answer))

    def _trace(self, order_id: str, ended: Mapping[str, Any], arn: str) -> Trace:
        payloads = recorded(self._calls, order_id)
        succeeded = ended["status"] == "SUCCEEDED"
        return Trace(
            states=self._entered(arn),
            payloads={name: [masked(one) for one in calls] for name, calls in payloads.items()},
            status=ended["status"],
            output=json.loads(ended["output"]) if succeeded else None,
            error="" if succeeded else ended["error"],
            cause="" if succeeded else told(ended["error"], ended["cause"]),
            inner=[self._entered(inner) for inner in self._nested(arn)],
        )

    def _entered(self, arn: str) -> list[str]:
        details = (event.get("stateEnteredEventDetails") for event in self._history(arn))
        return [one["name"] for one in details if one]

    def _nested(self, arn: str) -> Iterator[str]:
        """The executions that the tasks of this one have started and waited for."""
        for event in self._history(arn):
            output: Json | None = event.get("taskSucceededEventDetails")
            if output and "startSyncExecution" in output["resource"]:
                yield json.loads(output["output"])["ExecutionArn"]

    def _history(self, arn: str) -> list[Any]:
        return list(self._engine.get_execution_history(executionArn=arn, maxResults=1000)["events"])
