"""Reading the stream of a table, and what becomes of a batch that cannot be read."""

from collections.abc import Iterable

import jsii
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs


def reading(streams: Iterable[str]) -> Iterable[iam.PolicyStatement]:
    """What Lambda's poller does on behalf of a function, for the streams with these ARNs."""
    yield iam.PolicyStatement(
        actions=["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        resources=list(streams),
    )
    # Listing is per account: the service knows no resource for it.
    yield iam.PolicyStatement(actions=["dynamodb:ListStreams"], resources=["*"])


@jsii.implements(lambda_.IEventSourceDlq)
class LostTo:
    """A failure destination. The library's own would add rights on the key by wildcard."""

    def __init__(self, queue: sqs.Queue) -> None:
        self._queue = queue

    def bind(
        self, _target: lambda_.IEventSourceMapping, _target_handler: lambda_.IFunction
    ) -> lambda_.DlqDestinationConfig:
        return lambda_.DlqDestinationConfig(destination=self._queue.queue_arn)
