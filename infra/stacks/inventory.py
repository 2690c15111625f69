"""Inventory, P0: its table, its routes and its consumer stand here, and it needs the foundation only."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra import names
from infra.constructs.consumer import Consumer
from infra.constructs.front_door import add_routes
from infra.constructs.platform import lookup
from infra.constructs.table import OUTBOX, Table
from infra.constructs.task_function import TaskFunction
from infra.settings import Settings
from infra.stacks.base import HoldfastStack

_STOCK_API = "inventory/stock_api"


class InventoryStack(HoldfastStack):
    def __init__(self, scope: Construct, name: str, *, settings: Settings, **kwargs: Any) -> None:
        super().__init__(scope, name, settings=settings, termination_protection=not settings.local, **kwargs)
        table = Table(self.platform, context="inventory", indexes={"outbox": OUTBOX})
        tables = {"inventory": table.table_name}
        api = TaskFunction(
            self.platform,
            folder=_STOCK_API,
            tables=tables,
            environment={"CHANNELS": lookup(self, names.CHANNELS)},
        )
        add_routes(self.platform, folder=_STOCK_API, function=api)
        Consumer(self.platform, folder="inventory/ship_stock", takes=["ShipmentRecorded"], tables=tables)
        self._alarms(table, api)

    def _alarms(self, table: Table, api: TaskFunction) -> None:
        period = cdk.Duration.minutes(1)
        self.platform.alarm(
            "WritesThrottled",
            cloudwatch.Metric(
                namespace="AWS/DynamoDB",
                metric_name="WriteThrottleEvents",
                dimensions_map={"TableName": table.table_name},
                statistic="Sum",
                period=period,
            ),
            above=0,
            meaning="Stock writes are throttled: a SKU is hotter than its buckets.",
        )
        self.platform.alarm(
            "StockApiSlow",
            api.metric_duration(period=period, statistic="p99"),
            above=cdk.Duration.seconds(1).to_milliseconds(),
            meaning="One stock call in a hundred takes more than a second.",
        )
        self.platform.alarm(
            "StockApiThrottled",
            api.metric_throttles(period=period),
            above=0,
            meaning="Lambda refuses stock calls: the account's concurrency is used up.",
        )
