"""Alarms reach the operators."""

from oms.runtime.logs import NAMESPACE

from infra import names
from tests.infra.templates import Assembly, Resource


def _topic(assembly: Assembly) -> Resource:
    (topic,) = assembly.all("AWS::SNS::Topic")
    return topic


def test_alarms_and_rules_of_this_account_may_publish_and_nobody_without_tls(aws: Assembly) -> None:
    (policy,) = aws.all("AWS::SNS::TopicPolicy")
    assert policy.resolve(policy["Topics"]) == [f"<{_topic(aws).id}>"]
    found = [policy.resolve(statement) for statement in policy["PolicyDocument"]["Statement"]]
    (admitted,) = (s for s in found if s["Effect"] == "Allow")
    assert admitted["Principal"] == {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]}
    assert admitted["Action"] == "sns:Publish"
    assert admitted["Condition"] == {"StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"}}
    (refused,) = (s for s in found if s["Effect"] == "Deny")
    assert refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_every_alarm_goes_to_the_topic(aws: Assembly) -> None:
    alarms = aws.all("AWS::CloudWatch::Alarm")
    assert alarms
    for alarm in alarms:
        assert alarm.resolve(alarm["AlarmActions"]) == [f"<{names.ALARM_TOPIC}>"]


def test_an_exception_past_its_deadline_reaches_the_operators_too(aws: Assembly) -> None:
    (rule,) = (
        r for r in aws.all("AWS::Events::Rule") if r.properties.get("Name") == "holdfast-alarm-escalated"
    )
    assert rule["EventPattern"]["detail-type"] == ["ExceptionEscalated"]
    assert [rule.resolve(target["Arn"]) for target in rule["Targets"]] == [f"<{names.ALARM_TOPIC}>"]


def test_rows_that_the_api_leaves_out_of_a_list_raise_an_alarm(aws: Assembly) -> None:
    alarms = aws.all("AWS::CloudWatch::Alarm")
    (alarm,) = [one for one in alarms if one.properties.get("MetricName") == "UnreadableRows"]

    assert alarm["Namespace"] == NAMESPACE
    assert alarm["Dimensions"] == [{"Name": "function", "Value": "read_orders"}]
    assert alarm["Threshold"] == 0
