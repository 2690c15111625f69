"""A table of one context: on-demand, encrypted, recoverable to any second of 35 days."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb

from infra import names
from infra.constructs.platform import Platform, publish

_STRING = dynamodb.AttributeType.STRING

OUTBOX = ("outbox_shard", "outbox_at")
"""Keys of the index in which the sweeper finds events that carry no receipt."""


class Table(dynamodb.Table):
    """Primary key `pk`, `sk`; keys-only indexes, for nothing is decided from an index."""

    def __init__(
        self,
        platform: Platform,
        *,
        context: str,
        indexes: Mapping[str, tuple[str, str]] | None = None,
        streamed: bool = True,
    ) -> None:
        local = platform.settings.local
        super().__init__(
            platform.stack,
            f"{context.capitalize()}Table",
            partition_key=dynamodb.Attribute(name="pk", type=_STRING),
            sort_key=dynamodb.Attribute(name="sk", type=_STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=platform.key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            stream=dynamodb.StreamViewType.NEW_IMAGE if streamed else None,
            deletion_protection=not local,
            removal_policy=cdk.RemovalPolicy.DESTROY if local else cdk.RemovalPolicy.RETAIN,
        )
        for index, (partition, sort) in (indexes or {}).items():
            self.add_global_secondary_index(
                index_name=index,
                partition_key=dynamodb.Attribute(name=partition, type=_STRING),
                sort_key=dynamodb.Attribute(name=sort, type=_STRING),
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            )
        publish(platform.stack, names.table(context), self.table_name)
        if self.table_stream_arn:
            publish(platform.stack, names.stream(context), self.table_stream_arn)
