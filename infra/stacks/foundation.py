"""Foundation: key, bus, identities, front door and the partners' credentials. It depends on nothing."""

import json
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra import names
from infra.constructs.accepted import accept
from infra.constructs.front_door import FrontDoor
from infra.constructs.identity import Identity
from infra.constructs.platform import publish, retention
from infra.settings import Settings

_SECRET_KEYS = ("avalara_account", "avalara_licence", "accertify_user", "accertify_password")
ARCHIVE_DAYS = 90
"""As long as the longest replay that consumers are tested against."""


class FoundationStack(cdk.Stack):
    def __init__(self, scope: Construct, name: str, *, settings: Settings, **kwargs: Any) -> None:
        super().__init__(scope, name, **kwargs)
        self._settings = settings
        self._lasting = cdk.RemovalPolicy.DESTROY if settings.local else cdk.RemovalPolicy.RETAIN
        self.key = self._key()
        self._bus()
        self._alarm_topic()
        self._partner_secret()
        FrontDoor(
            self,
            settings=settings,
            identity=Identity(self, settings=settings),
            log_group=self._access_log(),
        )

    def _key(self) -> kms.Key:
        """One key for all data at rest. Other stacks name it, so the services are admitted here."""
        key = kms.Key(
            self,
            "Key",
            alias=f"alias/{names.PREFIX}",
            description="Holdfast's data at rest",
            enable_key_rotation=True,
            removal_policy=self._lasting,
        )
        for service in ("events", "cloudwatch", "sns"):
            key.add_to_resource_policy(
                _service_use(
                    f"{service}.amazonaws.com", {"StringEquals": {"aws:SourceAccount": self.account}}
                )
            )
        for service in (f"logs.{self.region}", "delivery.logs"):
            groups = self.format_arn(
                service="logs",
                resource="log-group",
                resource_name="*",
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            )
            condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
            source = {"StringEquals": {"aws:SourceAccount": self.account}}
            key.add_to_resource_policy(
                _service_use(f"{service}.amazonaws.com", condition if service.startswith("logs.") else source)
            )
        publish(self, names.KEY_ARN, key.key_arn)
        return key

    def _bus(self) -> None:
        bus = events.EventBus(self, "Bus", event_bus_name=names.PREFIX)
        bus.archive(
            "Archive",
            archive_name=names.PREFIX,
            description="Every event, for replay",
            event_pattern=events.EventPattern(source=events.Match.prefix(f"{names.PREFIX}.")),
            retention=cdk.Duration.days(ARCHIVE_DAYS),
        )
        publish(self, names.BUS, bus.event_bus_name)

    def _alarm_topic(self) -> None:
        topic = sns.Topic(
            self, "Alarms", topic_name=f"{names.PREFIX}-alarms", master_key=self.key, enforce_ssl=True
        )
        # A policy of its own takes the place of the one that admits the owner's alarms: name them.
        services = ("cloudwatch", "events")
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"{service}.amazonaws.com") for service in services],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        publish(self, names.ALARM_TOPIC, topic.topic_arn)

    def _partner_secret(self) -> None:
        """Created with the right shape and no value: operators put the credentials in by hand."""
        secret = secretsmanager.Secret(
            self,
            "PartnerSecret",
            secret_name=names.PARTNER_SECRET,
            description="Credentials the payment, tax and fraud partners gave us",
            encryption_key=self.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=json.dumps(dict.fromkeys(_SECRET_KEYS, "not set")),
                generate_string_key="stripe_key",
            ),
            removal_policy=self._lasting,
        )
        accept(
            secret,
            "Partners issue these credentials and offer no API to rotate them; runbooks rotate by hand.",
            "AwsSolutions-SMG4",
        )

    def _access_log(self) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "AccessLog",
            log_group_name=f"/aws/vendedlogs/apis/{names.PREFIX}",
            retention=retention(self._settings.log_retention_days),
            encryption_key=self.key,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )


def _service_use(principal: str, conditions: dict[str, Any]) -> iam.PolicyStatement:
    """What an AWS service needs to encrypt for us; in a key's policy, `*` is the key itself."""
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal(principal)],
        actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
        resources=["*"],
        conditions=conditions,
    )
