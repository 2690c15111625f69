"""Deploying a small assembly: order, repeat, change, failure and what is taken out."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.local import DeploymentError, Engine, client, deploy, read_outputs
from ops.local.prune import UNSUPPORTED, prune

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "first", "VisibilityTimeout": 7}}
PUBLISHED = {
    "Type": "AWS::SSM::Parameter",
    "Properties": {"Name": "/small/queue", "Type": "String", "Value": {"Fn::GetAtt": ["Queue", "QueueName"]}},
}
READER = {
    "Parameters": {"Name": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/small/queue"}},
    "Resources": {
        "Copy": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/small/copy", "Type": "String", "Value": {"Ref": "Name"}},
        }
    },
}


def _assembly(folder: Path, **changes: Any) -> Path:
    """Two stacks: `small-b` reads a name that `small-a` has published. Written in the wrong order."""
    templates = {
        "small-b": READER,
        "small-a": {"Resources": {"Queue": QUEUE, "Published": PUBLISHED, **changes}},
    }
    artifacts: dict[str, Any] = {}
    for name, template in templates.items():
        (folder / f"{name}.template.json").write_text(json.dumps(template), encoding="utf-8")
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": f"{name}.template.json"},
            "dependencies": ["small-a"] if name == "small-b" else [],
        }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}), encoding="utf-8")
    return folder


def _parameter(engine: Engine, name: str) -> str:
    return str(client("ssm", engine.url).get_parameter(Name=name)["Parameter"]["Value"])


def test_stacks_come_up_after_those_they_look_names_up_from(engine: Engine, tmp_path: Path) -> None:
    said: list[str] = []
    deployment = deploy(_assembly(tmp_path), engine.url, said.append)
    assert [stack.name for stack in deployment.stacks] == ["small-a", "small-b"]
    assert _parameter(engine, "/small/copy") == "first"
    assert any("small-b" in line for line in said)


def test_deploying_twice_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    deploy(_assembly(tmp_path), engine.url)
    again = deploy(_assembly(tmp_path), engine.url)
    assert [stack.action for stack in again.stacks] == ["unchanged", "unchanged"]
    assert not again.changed


def test_only_the_changed_stack_is_updated(engine: Engine, tmp_path: Path) -> None:
    deploy(_assembly(tmp_path), engine.url)
    more = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "second"}}
    deployment = deploy(_assembly(tmp_path, More=more), engine.url)
    assert {stack.name: stack.action for stack in deployment.stacks} == {
        "small-a": "updated",
        "small-b": "unchanged",
    }
    assert client("sqs", engine.url).get_queue_url(QueueName="second")


def test_a_failure_names_the_resource_and_the_reason_and_can_be_mended(tmp_path: Path) -> None:
    broken = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 1,
            "Metrics": [{"Id": "a", "Expression": "1"}],
        },
    }
    with Engine(tmp_path / "run", port=0) as engine:
        with pytest.raises(
            DeploymentError, match=r"small-a: .*Broken \(AWS::CloudWatch::Alarm\): .*metric math"
        ):
            deploy(_assembly(tmp_path, Broken=broken), engine.url)
        mended = deploy(_assembly(tmp_path), engine.url)
        assert [stack.action for stack in mended.stacks] == ["created", "created"]


def test_a_type_nobody_has_listed_fails_the_deployment(engine: Engine, tmp_path: Path) -> None:
    unknown = {"Type": "AWS::Events::Connection", "Properties": {}}
    with pytest.raises(DeploymentError, match="AWS::Events::Connection"):
        deploy(_assembly(tmp_path, Unknown=unknown), engine.url)


def test_parameters_no_stack_makes_are_there_before_the_stacks(engine: Engine, tmp_path: Path) -> None:
    deploy(_assembly(tmp_path), engine.url, parameters={"/small/given": "by hand"})
    assert _parameter(engine, "/small/given") == "by hand"


def test_what_is_taken_out_is_reported_with_its_reason() -> None:
    type_, reason = next(iter(UNSUPPORTED.items()))
    template = {
        "Resources": {
            "Gone": {"Type": type_},
            "Kept": {"Type": "AWS::SQS::Queue", "DependsOn": ["Gone", "Other"]},
            "Only": {"Type": "AWS::SQS::Queue", "DependsOn": "Gone"},
        }
    }
    left, (pruned,) = prune("small", template)
    assert (pruned.stack, pruned.logical_id, pruned.type, pruned.reason) == ("small", "Gone", type_, reason)
    assert left["Resources"] == {
        "Kept": {"Type": "AWS::SQS::Queue", "DependsOn": ["Other"]},
        "Only": {"Type": "AWS::SQS::Queue"},
    }
    assert "Gone" in template["Resources"]


def test_an_engine_without_holdfast_is_no_deployment(engine: Engine) -> None:
    with pytest.raises(LookupError, match="not deployed"):
        read_outputs(engine.url)
