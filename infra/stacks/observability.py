"""Observability: the one page to look at first, and the alarms that belong to no single part."""

from collections.abc import Iterable
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra import names
from infra.constructs.accepted import accept
from infra.constructs.platform import lookup
from infra.settings import Settings
from infra.stacks.base import HoldfastStack
from infra.stacks.upkeep import CONSUMERS

_WORKFLOWS = ("order_capture", "assess_order")
_OWN = "Holdfast"
"""Where `oms.runtime.logs` counts."""


class ObservabilityStack(HoldfastStack):
    """`functions` are the physical names of all functions."""

    def __init__(
        self, scope: Construct, name: str, *, settings: Settings, functions: Iterable[str], **kwargs: Any
    ) -> None:
        super().__init__(scope, name, settings=settings, **kwargs)
        self._api = lookup(self, names.API_ID)
        self._alarms()
        self._overdue_exceptions()
        self._dashboard(list(functions))

    def _alarms(self) -> None:
        self.platform.alarm(
            "ApiFaults",
            self._on_api("5xx", "Sum"),
            above=0,
            meaning="The API answered 5xx: handlers answer every error they know of themselves.",
        )
        self.platform.alarm(
            "ApiSlow",
            self._on_api("Latency", "p99"),
            above=cdk.Duration.seconds(2).to_milliseconds(),
            meaning="One request in a hundred takes more than two seconds.",
        )
        self.platform.alarm(
            "UnreadableRows",
            _metric(_OWN, "UnreadableRows", {"function": "read_orders"}, "Sum"),
            above=0,
            meaning="The API left rows out of a list that nobody can read: see the log of read-orders.",
        )

    def _overdue_exceptions(self) -> None:
        """What a person let lie past its deadline reaches the operators as an alarm does."""
        rule = events.Rule(
            self,
            "EscalatedRule",
            rule_name=f"{names.PREFIX}-alarm-escalated",
            description="ExceptionEscalated to the operators",
            event_bus=events.EventBus.from_event_bus_name(self, "Bus", lookup(self, names.BUS)),
            event_pattern=events.EventPattern(
                source=events.Match.prefix(f"{names.PREFIX}."), detail_type=["ExceptionEscalated"]
            ),
            targets=[targets.SnsTopic(self.platform.alarm_topic)],
        )
        accept(rule, "The exception stays in its work queue, told or not.", "Serverless-EventBusDLQ")

    def _dashboard(self, functions: list[str]) -> None:
        board = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=names.PREFIX)
        board.add_widgets(
            _graph("Requests", [self._on_api("Count", "Sum")]),
            _graph("Refused and failed", [self._on_api("4xx", "Sum"), self._on_api("5xx", "Sum")]),
            _graph("Latency", [self._on_api("Latency", "p50"), self._on_api("Latency", "p99")]),
        )
        board.add_widgets(
            *(
                _graph(
                    workflow,
                    [
                        self._on_workflow(workflow, end)
                        for end in ("Started", "Succeeded", "Failed", "TimedOut")
                    ],
                )
                for workflow in _WORKFLOWS
            )
        )
        board.add_widgets(
            _graph("Waiting (age in seconds)", [_age(names.queue(name)) for name in CONSUMERS]),
            _graph("Parked (age in seconds)", [_age(names.dead_letter_queue(name)) for name in CONSUMERS]),
        )
        board.add_widgets(
            _graph("Faults by function", [_on_function(name, "Errors") for name in functions], width=24)
        )

    def _on_api(self, metric: str, statistic: str) -> cloudwatch.Metric:
        return _metric("AWS/ApiGateway", metric, {"ApiId": self._api}, statistic)

    def _on_workflow(self, workflow: str, end: str) -> cloudwatch.Metric:
        arn = lookup(self, names.workflow(workflow))
        return _metric("AWS/States", f"Executions{end}", {"StateMachineArn": arn}, "Sum")


def _age(queue: str) -> cloudwatch.Metric:
    return _metric("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": queue}, "Maximum")


def _on_function(name: str, metric: str) -> cloudwatch.Metric:
    return _metric("AWS/Lambda", metric, {"FunctionName": name}, "Sum")


def _metric(namespace: str, metric: str, dimensions: dict[str, str], statistic: str) -> cloudwatch.Metric:
    # No label: with one, an alarm on the metric would be rendered as metric math.
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=metric,
        dimensions_map=dimensions,
        statistic=statistic,
        period=cdk.Duration.minutes(5),
    )


def _graph(title: str, metrics: list[cloudwatch.Metric], *, width: int = 8) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=width)
