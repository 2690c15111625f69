"""What the foundation offers every other stack, looked up by name at deploy time."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_ssm as ssm

from infra import names
from infra.settings import Settings

RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.ARM_64
NOT_CODE = ["**/__pycache__", "**/*.pyc", "**/.mypy_cache", "**/.DS_Store"]

_KEY_USE = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")


def publish(stack: cdk.Stack, name: str, value: str) -> None:
    """Tell the other stacks and the operator a name."""
    ssm.StringParameter(stack, f"Name{name.replace('/', '-')}", parameter_name=name, string_value=value)


def lookup(stack: cdk.Stack, name: str) -> str:
    """A name another stack has published, resolved when this stack is deployed."""
    return ssm.StringParameter.value_for_string_parameter(stack, name)


def retention(days: int) -> logs.RetentionDays:
    """Raises KeyError for a number of days CloudWatch Logs does not offer."""
    return {
        7: logs.RetentionDays.ONE_WEEK,
        14: logs.RetentionDays.TWO_WEEKS,
        30: logs.RetentionDays.ONE_MONTH,
        90: logs.RetentionDays.THREE_MONTHS,
        365: logs.RetentionDays.ONE_YEAR,
    }[days]


class Platform:
    """The key, the alarm topic and the layers, as one stack sees them.

    Each is looked up at first use, so that a stack takes nothing it does not need.
    """

    def __init__(self, stack: cdk.Stack, *, settings: Settings) -> None:
        self.stack = stack
        self.settings = settings
        self.functions: list[str] = []
        """Physical names of the functions of this stack, for the dashboard."""

    @cached_property
    def key(self) -> kms.IKey:
        return kms.Key.from_key_arn(self.stack, "Key", lookup(self.stack, names.KEY_ARN))

    @cached_property
    def alarm_topic(self) -> sns.ITopic:
        return sns.Topic.from_topic_arn(self.stack, "Alarms", lookup(self.stack, names.ALARM_TOPIC))

    @cached_property
    def layers(self) -> tuple[lambda_.LayerVersion, ...]:
        return (
            self._layer("Packages", self.settings.layer, "Third-party packages"),
            self._layer("Shared", self.settings.root / "shared", "The package oms"),
        )

    def _layer(self, layer: str, folder: Path, description: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self.stack,
            layer,
            code=lambda_.Code.from_asset(str(folder), exclude=["schemas", *NOT_CODE]),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
            description=description,
        )

    def log_group(self, log: str, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self.stack,
            log,
            log_group_name=name,
            retention=retention(self.settings.log_retention_days),
            encryption_key=self.key,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )

    def alarm(self, alarm: str, metric: cloudwatch.IMetric, *, above: float, meaning: str) -> None:
        """Raise `meaning` at the operators when the metric is above `above` for one period."""
        cloudwatch.Alarm(
            self.stack,
            alarm,
            metric=metric,
            threshold=above,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=meaning,
        ).add_alarm_action(actions.SnsAction(self.alarm_topic))

    def key_statement(self, services: Iterable[str]) -> iam.PolicyStatement:
        """Use of the key through the named services only, never directly."""
        hosts = [f"{service}.{self.stack.region}.amazonaws.com" for service in sorted(services)]
        return iam.PolicyStatement(
            actions=[f"kms:{action}" for action in _KEY_USE],
            resources=[self.key.key_arn],
            conditions={"StringEquals": {"kms:ViaService": hosts}},
        )

    def table_arn(self, name: str) -> str:
        return self.stack.format_arn(service="dynamodb", resource="table", resource_name=name)
