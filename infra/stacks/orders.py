"""Orders: the table and the routes that take, read, cancel and ship orders."""

from typing import Any

from constructs import Construct

from infra import names
from infra.constructs.front_door import add_routes
from infra.constructs.platform import lookup
from infra.constructs.table import OUTBOX, Table
from infra.constructs.task_function import TaskFunction
from infra.settings import Settings
from infra.stacks.base import HoldfastStack

FOLDERS = (
    "capture/accept_order",
    "capture/read_orders",
    "capture/cancel_order",
    "capture/record_shipment",
)


class OrdersStack(HoldfastStack):
    def __init__(self, scope: Construct, name: str, *, settings: Settings, **kwargs: Any) -> None:
        super().__init__(scope, name, settings=settings, **kwargs)
        table = Table(
            self.platform,
            context="orders",
            indexes={
                "outbox": OUTBOX,
                "by_status": ("status_key", "status_at"),
                "by_location": ("location_key", "location_at"),
            },
        )
        for folder in FOLDERS:
            function = TaskFunction(
                self.platform,
                folder=folder,
                tables={"orders": table.table_name},
                environment={"CHANNELS": lookup(self, names.CHANNELS)},
            )
            add_routes(self.platform, folder=folder, function=function)
