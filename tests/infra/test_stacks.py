"""How the stacks hang together, and that nothing slips past cdk-nag."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sqs as sqs

from infra import names
from infra.app import synthesise
from infra.settings import Settings
from tests.infra.templates import Assembly

BY_HAND = {names.partner_url(partner) for partner in names.PARTNERS}
"""What operators put into SSM themselves, before they deploy."""


def test_inventory_needs_the_foundation_only(aws: Assembly) -> None:
    assert aws.needs["holdfast-inventory"] == {"holdfast-foundation"}
    assert aws.lookups("holdfast-inventory") <= aws.published("holdfast-foundation")


def test_inventory_cannot_be_deleted_by_mistake_on_aws(aws: Assembly, local: Assembly) -> None:
    assert aws.protected == {"holdfast-inventory"}
    assert local.protected == set()


def test_stacks_share_names_and_never_exports(aws: Assembly) -> None:
    for stack, template in aws.templates.items():
        assert "Fn::ImportValue" not in json.dumps(template), stack
        assert "Outputs" not in template, stack


@pytest.mark.parametrize("stage", ["aws", "local"])
def test_every_name_looked_up_was_published_by_a_stack_deployed_before(
    request: pytest.FixtureRequest, stage: str
) -> None:
    assembly: Assembly = request.getfixturevalue(stage)
    by_hand = BY_HAND | ({names.LOCAL_ENDPOINT} if stage == "local" else set())
    for stack in assembly.templates:
        before = _closure(assembly.needs, stack)
        known = set().union(*(assembly.published(other) for other in before), by_hand)
        assert assembly.lookups(stack) <= known, stack


def test_the_foundation_depends_on_nothing(aws: Assembly) -> None:
    assert aws.needs["holdfast-foundation"] == set()


def test_every_output_of_the_command_line_is_published_once(aws: Assembly) -> None:
    published = [p["Name"] for p in aws.all("AWS::SSM::Parameter")]
    assert len(published) == len(set(published))
    expected = {names.API_URL, names.TOKEN_URL, names.USER_POOL, names.BUS}
    expected |= {names.table(table) for table in names.TABLES}
    expected |= {names.workflow(name) for name in ("order_capture", "assess_order")}
    assert expected <= set(published)


def test_every_alarm_reaches_somebody_and_says_what_it_means(aws: Assembly) -> None:
    for alarm in aws.all("AWS::CloudWatch::Alarm"):
        assert alarm["AlarmActions"], alarm.id
        assert len(alarm["AlarmDescription"]) > 20, alarm.id
        assert alarm["TreatMissingData"] == "notBreaching"
        # An alarm on metric math cannot be made on the local AWS.
        assert "Metrics" not in alarm.properties


def test_the_dashboard_shows_every_function(aws: Assembly) -> None:
    (board,) = aws.all("AWS::CloudWatch::Dashboard")
    text = json.dumps(board["DashboardBody"])
    for function in aws.all("AWS::Lambda::Function"):
        assert function["FunctionName"] in text


@pytest.mark.parametrize("stage", ["aws", "local"])
def test_no_finding_stands(request: pytest.FixtureRequest, stage: str) -> None:
    assembly: Assembly = request.getfixturevalue(stage)
    assert [finding for report in assembly.report for finding in report["violations"]] == []


@pytest.mark.parametrize("finding", ["AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy", "AwsSolutions-SQS4"])
def test_a_careless_resource_stops_the_synthesis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finding: str
) -> None:
    def careless(app: cdk.App, _settings: Settings) -> None:
        sqs.Queue(cdk.Stack(app, "careless"), "Open")

    monkeypatch.setattr("infra.app.build", careless)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        synthesise({"stage": "local"}, tmp_path)
    assert finding in (tmp_path / "validation-report.json").read_text(encoding="utf-8")


def _closure(needs: dict[str, set[str]], stack: str) -> set[str]:
    direct = needs[stack]
    return direct.union(*(_closure(needs, other) for other in direct)) if direct else set()
