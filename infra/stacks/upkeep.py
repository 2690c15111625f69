"""Upkeep: what keeps the rest honest. Relay, sweeper, watchdog, and the parking of dead letters."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra import names
from infra.constructs.accepted import accept
from infra.constructs.consumer import accept_queue_mapping, consumption, encrypted_queue
from infra.constructs.platform import lookup, publish
from infra.constructs.streams import LostTo, reading
from infra.constructs.task_function import TaskFunction
from infra.constructs.workflow import execution_arns
from infra.settings import Settings
from infra.stacks.base import HoldfastStack

CONSUMERS = (
    "inventory/ship_stock",
    "capture/start_order_capture",
    "capture/resume_order_capture",
    "payments/capture_payment",
    "tax/commit_tax",
)
_TOGETHER = cdk.Duration.seconds(1)
"""How long a stream's mapping gathers events. Nobody who waits for an event minds a second, and what comes
together shares an invocation, a call of the bus and a receipt."""
_NEW_EVENTS = {
    "eventName": lambda_.FilterRule.is_equal("INSERT"),
    "dynamodb": {"Keys": {"sk": {"S": lambda_.FilterRule.begins_with("EVENT#")}}},
}


class UpkeepStack(HoldfastStack):
    def __init__(self, scope: Construct, name: str, *, settings: Settings, **kwargs: Any) -> None:
        super().__init__(scope, name, settings=settings, **kwargs)
        self._relay()
        self._every_minute(self._publisher("relay/sweep_outbox"), "relay/sweep_outbox")
        self._watchdog()
        self._parking()

    def _publisher(self, folder: str) -> TaskFunction:
        bus = lookup(self, names.BUS)
        arn = self.format_arn(service="events", resource="event-bus", resource_name=bus)
        return TaskFunction(
            self.platform,
            folder=folder,
            environment={
                "BUS_NAME": bus,
                "OUTBOX_TABLES": ",".join(lookup(self, names.table(table)) for table in names.STREAMED),
            },
            statements=[iam.PolicyStatement(actions=["events:PutEvents"], resources=[arn])],
        )

    def _relay(self) -> None:
        """What the stream gives up on is only logged here: the sweeper finds it in the table itself."""
        relay = self._publisher("relay/relay_outbox")
        lost = self._lost_batches()
        streams = [lookup(self, names.stream(table)) for table in names.STREAMED]
        for statement in reading(streams):
            relay.add_to_role_policy(statement)
        relay.add_to_role_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[lost.queue_arn]))
        relay.add_to_role_policy(self.platform.key_statement(["sqs"]))
        for table, stream in zip(names.STREAMED, streams, strict=True):
            relay.add_event_source_mapping(
                table.capitalize(),
                event_source_arn=stream,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=100,
                max_batching_window=_TOGETHER,
                filters=[lambda_.FilterCriteria.filter(_NEW_EVENTS)],
                bisect_batch_on_error=True,
                report_batch_item_failures=True,
                retry_attempts=5,
                max_record_age=cdk.Duration.hours(1),
                on_failure=LostTo(lost),
            )

    def _lost_batches(self) -> sqs.Queue:
        queue = encrypted_queue(
            self.platform, "LostBatches", name=f"{names.PREFIX}-relay-dlq", consumer="relay/relay_outbox"
        )
        accept(
            queue,
            "It is where the stream mappings put what they give up on; nothing reads it but people.",
            "AwsSolutions-SQS3",
            "Serverless-SQSRedrivePolicy",
        )
        self.platform.alarm(
            "RelayLostBatches",
            queue.metric_approximate_number_of_messages_visible(period=cdk.Duration.minutes(5)),
            above=0,
            meaning="The relay gave up on a batch of events; the sweeper publishes them, find out why.",
        )
        publish(self, names.dead_letter_url("relay_outbox"), queue.queue_url)
        return queue

    def _watchdog(self) -> None:
        arn = lookup(self, names.workflow("order_capture"))
        watchdog = TaskFunction(
            self.platform,
            folder="capture/watch_orders",
            environment={"ORDER_CAPTURE_ARN": arn},
            statements=[
                iam.PolicyStatement(
                    actions=["states:StartExecution", "states:ListExecutions"], resources=[arn]
                ),
                iam.PolicyStatement(
                    actions=["states:DescribeExecution"], resources=[execution_arns(self, "order_capture")]
                ),
            ],
        )
        accept(
            watchdog.role or watchdog,
            "It looks at every execution of order capture; an execution is named by its order.",
            "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:"
            "execution:holdfast-order-capture:*]",
        )
        self._every_minute(watchdog, "capture/watch_orders")

    def _every_minute(self, function: TaskFunction, folder: str) -> None:
        """The rule has a name, because the runbooks switch it off by it."""
        rule = events.Rule(
            self,
            f"{function.node.id}EveryMinute",
            rule_name=f"{names.function_name(folder)}-every-minute",
            schedule=events.Schedule.rate(cdk.Duration.minutes(1)),
            targets=[targets.LambdaFunction(function, retry_attempts=0)],
        )
        function.configure_async_invoke(retry_attempts=0, max_event_age=cdk.Duration.minutes(1))
        accept(rule, "A missed tick is made up by the next one.", "Serverless-EventBusDLQ")

    def _parking(self) -> None:
        """Every consumer's dead letters become exceptions in the support queue."""
        function = TaskFunction(self.platform, folder="support/park_dead_letter")
        function.add_to_role_policy(self.platform.key_statement(["sqs"]))
        for consumer in CONSUMERS:
            arn = self.format_arn(service="sqs", resource=names.dead_letter_queue(consumer))
            function.add_to_role_policy(consumption(arn))
            mapping = function.add_event_source_mapping(
                names.camel(consumer), event_source_arn=arn, batch_size=10, report_batch_item_failures=True
            )
            accept_queue_mapping(mapping)
