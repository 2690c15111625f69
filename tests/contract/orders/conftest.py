"""One suite, two stores of orders, one of them on two engines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

import boto3
import pytest
from moto import mock_aws
from oms.aws.outbox import events_of
from oms.aws.table import Table
from oms.kernel.events import Event
from oms.orders.adapters.dynamo import DynamoOrders
from oms.orders.application.ports import OrderListings, Orders

from tests.builders import create_table
from tests.fakes.orders import FakeOrders
from tests.simulation.aws.dynamo import SimDynamo

_NUMBERS = count(1)


class Store(Orders, OrderListings, Protocol):
    """What an orders store is, whole."""


@dataclass
class Desk:
    """A store, and what it has recorded of an order, oldest first."""

    orders: Store
    events: Callable[[str], list[Event]]


@pytest.fixture(scope="module")
def dynamo() -> Iterator[Any]:
    """A client of the in-process engine; tests keep apart by their tables."""
    with mock_aws():
        yield boto3.client(
            "dynamodb", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        )


@pytest.fixture
def table(dynamo: Any) -> Table:
    """An empty table."""
    return _table(dynamo)


def _table(dynamo: Any) -> Table:
    name = f"orders-{next(_NUMBERS)}"
    create_table(dynamo, name)
    return Table(dynamo, name)


@pytest.fixture(params=["fake", "dynamo", "simulated"])
def desk(request: pytest.FixtureRequest) -> Desk:
    if request.param == "fake":
        fake = FakeOrders()
        return Desk(fake, fake.recorded)
    dynamo = SimDynamo() if request.param == "simulated" else request.getfixturevalue("dynamo")
    table = _table(dynamo)
    return Desk(DynamoOrders(table), lambda order_id: events_of(table, f"ORDER#{order_id}"))


@pytest.fixture
def orders(desk: Desk) -> Store:
    return desk.orders
