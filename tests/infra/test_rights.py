"""Least privilege: exact actions on exact resources, and no function with more than its line of the catalogue."""

import json
import re
from dataclasses import replace
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_stepfunctions as sfn

from infra import names
from infra.catalogue import CATALOGUE
from infra.constructs.platform import Platform
from infra.constructs.workflow import Workflow, WorkflowError
from infra.settings import read_settings
from infra.stacks.workflows import TASKS
from tests.infra.templates import Assembly, as_list, of_function, statements

NAMELESS = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
    "states:SendTaskSuccess",
    "states:SendTaskFailure",
    "dynamodb:ListStreams",
}
"""Actions for which IAM knows no resource: the only ones that may name `*`."""


def test_no_right_is_given_by_wildcard(aws: Assembly) -> None:
    actions = {action for _, statement in statements(aws) for action in as_list(statement["Action"])}
    assert actions
    assert not [action for action in actions if "*" in action]


def test_only_actions_without_a_resource_are_allowed_on_everything(aws: Assembly) -> None:
    everywhere = {
        action
        for _, statement in statements(aws)
        if "*" in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
    }
    assert everywhere <= NAMELESS


def test_a_wildcard_inside_a_resource_ends_an_execution_or_a_log_group_only(aws: Assembly) -> None:
    resources = {
        policy.resolve(resource)
        for policy, statement in statements(aws)
        for resource in as_list(statement["Resource"])
        if resource != "*"
    }
    partial = [resource for resource in resources if "*" in resource]
    assert all(":execution:holdfast-order-capture:*" in resource for resource in partial), partial


def test_use_of_the_key_always_goes_through_a_service(aws: Assembly) -> None:
    uses = [s for _, s in statements(aws) if any(a.startswith("kms:") for a in as_list(s["Action"]))]
    assert uses
    assert all("kms:ViaService" in use["Condition"]["StringEquals"] for use in uses)


@pytest.mark.parametrize("folder", CATALOGUE)
def test_a_function_may_touch_exactly_the_tables_of_its_line(aws: Assembly, folder: str) -> None:
    rights = CATALOGUE[folder]
    expected = {f"dynamodb:{action}" for actions in rights.tables.values() for action in actions.split()}
    if rights.indexes:
        expected.add("dynamodb:Query")
    given = {
        action
        for statement in of_function(aws, names.function_name(folder))
        for action in as_list(statement["Action"])
        if action.startswith("dynamodb:")
    }
    streams = {
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    }
    assert given - streams == expected
    assert bool(given & streams) == (folder == "relay/relay_outbox")


@pytest.mark.parametrize("folder", CATALOGUE)
def test_only_functions_that_call_a_partner_read_the_credentials(aws: Assembly, folder: str) -> None:
    actions = {a for s in of_function(aws, names.function_name(folder)) for a in as_list(s["Action"])}
    assert ("secretsmanager:GetSecretValue" in actions) == (CATALOGUE[folder].partner is not None)


def test_a_workflow_may_call_exactly_the_functions_it_mentions(aws: Assembly) -> None:
    machines = aws.all("AWS::StepFunctions::StateMachine")
    assert {machine["StateMachineName"] for machine in machines} == {
        "holdfast-assess-order",
        "holdfast-order-capture",
    }
    for machine in machines:
        mentioned = set(re.findall(r"\$\{([A-Za-z]+)\}", json.dumps(machine["DefinitionString"])))
        assert set(machine["DefinitionSubstitutions"]) == mentioned
        called = {machine.resolve(arn) for arn in machine["DefinitionSubstitutions"].values()}
        role = machine.resolve(machine["RoleArn"])
        allowed = {
            policy.resolve(resource)
            for policy, statement in statements(aws)
            if policy.stack == machine.stack and role in policy.resolve(policy.properties.get("Roles", []))
            for resource in as_list(statement["Resource"])
            if as_list(statement["Action"])[0] in ("lambda:InvokeFunction", "states:StartSyncExecution")
        }
        assert allowed == called


def test_every_task_is_called_by_some_workflow(aws: Assembly) -> None:
    mentioned = {
        name
        for machine in aws.all("AWS::StepFunctions::StateMachine")
        for name in machine["DefinitionSubstitutions"]
    }
    assert mentioned == {names.camel(folder) for folder in TASKS} | {"AssessOrder"}


def test_a_workflow_that_names_a_task_nobody_offers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "statemachines").mkdir()
    (tmp_path / "statemachines" / "one.asl.yaml").write_text("Resource: ${Misspelt}", encoding="utf-8")
    app = cdk.App()
    settings = replace(read_settings({"stage": "local"}.get), root=tmp_path)
    platform = Platform(cdk.Stack(app, "stack"), settings=settings)
    with pytest.raises(WorkflowError, match="Misspelt"):
        Workflow(platform, name="one", kind=sfn.StateMachineType.EXPRESS, tasks={})


def test_the_front_door_may_call_a_function_for_its_own_routes_only(aws: Assembly) -> None:
    permissions = [
        p for p in aws.all("AWS::Lambda::Permission") if p["Principal"] == "apigateway.amazonaws.com"
    ]
    sources = {p.resolve(p["SourceArn"]).split("*/", 1)[1] for p in permissions}
    routes = {route["RouteKey"].replace(" ", "") for route in aws.all("AWS::ApiGatewayV2::Route")}
    assert sources == routes
    assert len(permissions) == len(routes)
