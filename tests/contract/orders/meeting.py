"""A store of orders at which somebody may act between another's reading and writing."""

from typing import Any

from oms.aws.outbox import events_of
from oms.aws.table import Table
from oms.orders.adapters.dynamo import DynamoOrders

from tests.builders import create_table
from tests.contract.inventory.desk import Meddler
from tests.contract.orders.conftest import Desk
from tests.fakes.orders import FakeOrders
from tests.simulation.aws.dynamo import SimDynamo


def over_the_fake() -> tuple[Desk, Meddler]:
    fake = FakeOrders()
    meddler = Meddler(fake, {"save"})
    store: Any = meddler
    return Desk(store, fake.recorded), meddler


def over_dynamo() -> tuple[Desk, Meddler]:
    client = SimDynamo()
    create_table(client, "orders")
    meddler = Meddler(client, {"transact_write_items"})
    watched: Any = meddler
    table = Table(watched, "orders")
    return Desk(DynamoOrders(table), lambda order_id: events_of(table, f"ORDER#{order_id}")), meddler
