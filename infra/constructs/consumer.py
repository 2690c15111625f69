"""A consumer of events: rule, queue, dead-letter queue and function.

The dead-letter queue stands behind the queue and not on the rule: the queue is where a dead
partner's events wait, and it hurts nobody else.
"""

from collections.abc import Iterable, Mapping

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from infra import names
from infra.catalogue import CATALOGUE
from infra.constructs.accepted import accept
from infra.constructs.platform import Platform, lookup, publish
from infra.constructs.task_function import TaskFunction

ATTEMPTS = 5
"""Deliveries before a message is parked."""


class Consumer:
    """Feeds `folder` the events named in `takes`, at least once, in no order.

    `concurrency` limits how many batches run at once on AWS. A consumer that asks a partner takes one
    message at a time, or a slow answer for one would use up the time of the others in its batch, and
    gets more `attempts`, so that an outage ends before the message is parked.
    """

    def __init__(
        self,
        platform: Platform,
        *,
        folder: str,
        takes: Iterable[str],
        tables: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        statements: Iterable[iam.PolicyStatement] = (),
        concurrency: int = 10,
        batch: int = 10,
        attempts: int = ATTEMPTS,
    ) -> None:
        self._platform = platform
        self._folder = folder
        self._id = names.camel(folder)
        self._attempts = attempts
        self.parked = self._dead_letter_queue()
        self.queue = self._queue()
        self._rule(sorted(takes))
        self.function = TaskFunction(
            platform, folder=folder, tables=tables, environment=environment, statements=statements
        )
        self._feed(concurrency, batch)
        self._publish()

    def _dead_letter_queue(self) -> sqs.Queue:
        queue = encrypted_queue(
            self._platform,
            f"{self._id}DeadLetters",
            name=names.dead_letter_queue(self._folder),
            consumer="support/park_dead_letter",
        )
        accept(
            queue,
            "It is the dead-letter queue; what cannot even be parked stays in it for 14 days, and alarms.",
            "Serverless-SQSRedrivePolicy",
        )
        return queue

    def _queue(self) -> sqs.Queue:
        return encrypted_queue(
            self._platform,
            f"{self._id}Queue",
            name=names.queue(self._folder),
            consumer=self._folder,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.parked, max_receive_count=self._attempts),
        )

    def _rule(self, takes: list[str]) -> None:
        stack = self._platform.stack
        bus = events.EventBus.from_event_bus_name(stack, f"{self._id}Bus", lookup(stack, names.BUS))
        rule = events.Rule(
            stack,
            f"{self._id}Rule",
            rule_name=f"{names.PREFIX}-{names.kebab(self._folder)}",
            description=f"{', '.join(takes)} to {names.function_name(self._folder)}",
            event_bus=bus,
            event_pattern=events.EventPattern(
                source=events.Match.prefix(f"{names.PREFIX}."), detail_type=takes
            ),
            targets=[targets.SqsQueue(self.queue)],
        )
        accept(rule, "The dead-letter queue stands behind the queue.", "Serverless-EventBusDLQ")

    def _feed(self, concurrency: int, batch: int) -> None:
        self.function.add_to_role_policy(consumption(self.queue.queue_arn))
        self.function.add_to_role_policy(self._platform.key_statement(["sqs"]))
        mapping = self.function.add_event_source_mapping(
            "Queue",
            event_source_arn=self.queue.queue_arn,
            batch_size=batch,
            max_concurrency=concurrency,
            report_batch_item_failures=True,
        )
        accept_queue_mapping(mapping)

    def _publish(self) -> None:
        stack = self._platform.stack
        publish(stack, names.queue_url(self._folder), self.queue.queue_url)
        publish(stack, names.dead_letter_url(self._folder), self.parked.queue_url)
        self._platform.alarm(
            f"{self._id}Delay",
            self.queue.metric_approximate_age_of_oldest_message(period=cdk.Duration.minutes(5)),
            above=cdk.Duration.minutes(15).to_seconds(),
            meaning=f"{names.queue(self._folder)} has not moved for 15 minutes.",
        )
        self._platform.alarm(
            f"{self._id}Parked",
            self.parked.metric_approximate_age_of_oldest_message(period=cdk.Duration.minutes(5)),
            above=cdk.Duration.minutes(5).to_seconds(),
            meaning=f"{names.dead_letter_queue(self._folder)} is not emptied into the support queue.",
        )


def encrypted_queue(
    platform: Platform,
    queue: str,
    *,
    name: str,
    consumer: str,
    dead_letter_queue: sqs.DeadLetterQueue | None = None,
) -> sqs.Queue:
    """A queue read by the function `consumer`, whose time-out sets how long a failed message is hidden."""
    hidden = platform.settings.retry_after or 6 * CATALOGUE[consumer].timeout
    return sqs.Queue(
        platform.stack,
        queue,
        queue_name=name,
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=platform.key,
        data_key_reuse=cdk.Duration.hours(1),
        enforce_ssl=True,
        visibility_timeout=cdk.Duration.seconds(hidden),
        retention_period=cdk.Duration.days(14),
        dead_letter_queue=dead_letter_queue,
    )


def consumption(queue_arn: str) -> iam.PolicyStatement:
    """What Lambda's poller does on behalf of a function."""
    return iam.PolicyStatement(
        actions=[
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ChangeMessageVisibility",
        ],
        resources=[queue_arn],
    )


def accept_queue_mapping(mapping: lambda_.EventSourceMapping) -> None:
    accept(
        mapping,
        "Queue mappings have no failure destination: a message that keeps failing goes to the "
        "dead-letter queue.",
        "Serverless-LambdaEventSourceMappingDestination",
    )
