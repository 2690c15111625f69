"""A state machine from its file in `statemachines/`."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
import yaml
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn

from infra import names
from infra.constructs.accepted import accept
from infra.constructs.platform import Platform, publish
from infra.constructs.task_function import TaskFunction

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z]+)\}")


class WorkflowError(ValueError):
    """A workflow's file is missing, or names a task that the stack does not offer."""


class Workflow(sfn.StateMachine):
    """`name` is the file's stem; `tasks` and `children` are what it may call, by folder and by name.

    The file knows them as ${CamelCase}, e.g. ${PlanFulfilment}; rights are given for those it
    mentions and no others. Raises WorkflowError.
    """

    def __init__(
        self,
        platform: Platform,
        *,
        name: str,
        kind: sfn.StateMachineType,
        tasks: Mapping[str, TaskFunction],
        children: Mapping[str, sfn.StateMachine] | None = None,
    ) -> None:
        definition = _definition(platform.settings.root, name)
        offered = {names.camel(folder): task.function_arn for folder, task in tasks.items()}
        machines = {names.camel(child): m.state_machine_arn for child, m in (children or {}).items()}
        called = _called(definition, {**offered, **machines}, name)
        physical = f"{names.PREFIX}-{names.kebab(name)}"
        super().__init__(
            platform.stack,
            names.camel(name),
            state_machine_name=physical,
            state_machine_type=kind,
            definition_body=sfn.DefinitionBody.from_string(definition),
            definition_substitutions=called,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=platform.log_group(
                    f"{names.camel(name)}Log", f"/aws/vendedlogs/states/{physical}"
                ),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self._allow("lambda:InvokeFunction", [arn for key, arn in called.items() if key in offered])
        self._allow("states:StartSyncExecution", [arn for key, arn in called.items() if key in machines])
        accept(self, "Log delivery and X-Ray know no resource but *.", "AwsSolutions-IAM5[Resource::*]")
        self._alarms(platform, name)
        publish(platform.stack, names.workflow(name), self.state_machine_arn)

    def _allow(self, action: str, resources: list[str]) -> None:
        if resources:
            self.add_to_role_policy(iam.PolicyStatement(actions=[action], resources=resources))

    def _alarms(self, platform: Platform, name: str) -> None:
        period = cdk.Duration.minutes(5)
        for end, metric in {
            "Failed": self.metric_failed(period=period),
            "TimedOut": self.metric_timed_out(period=period),
        }.items():
            platform.alarm(
                f"{names.camel(name)}{end}",
                metric,
                above=0,
                meaning=f"{name} {end}: every technical failure should have ended in the support queue.",
            )


def execution_arns(stack: cdk.Stack, workflow: str) -> str:
    """Any execution of one workflow. Its last part is the order's id, hence the `*`."""
    return stack.format_arn(
        service="states",
        resource="execution",
        resource_name=f"{names.PREFIX}-{names.kebab(workflow)}:*",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )


def _definition(root: Path, name: str) -> str:
    """The file as JSON; YAML is for people."""
    source = root / "statemachines" / f"{name}.asl.yaml"
    if not source.is_file():
        raise WorkflowError(f"statemachines/{name}.asl.yaml does not exist")
    return json.dumps(yaml.safe_load(source.read_text(encoding="utf-8")))


def _called(definition: str, offered: Mapping[str, str], name: str) -> dict[str, str]:
    """What the file mentions, of what is offered."""
    mentioned = set(_PLACEHOLDER.findall(definition))
    unknown = sorted(mentioned - set(offered))
    if unknown:
        raise WorkflowError(f"statemachines/{name}.asl.yaml names {unknown}; offered are {sorted(offered)}")
    return {key: arn for key, arn in offered.items() if key in mentioned}
