"""The functions as they are composed, on the in-process engine."""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import count
from typing import Any

import boto3
import pytest
from moto import mock_aws
from oms.aws.items import unmarshal
from oms.aws.table import Table

from tests.builders import CLIENTS, create_table
from tests.fakes.bus import FakeBus

from .outbox import Outbox

Handler = Callable[[dict[str, Any], Any], Any]
_NUMBERS = count(1)
_REGION = "eu-west-1"


@pytest.fixture(scope="module")
def dynamo() -> Iterator[Any]:
    """A client of the in-process engine; tests keep apart by their tables."""
    with mock_aws():
        yield boto3.client("dynamodb", region_name=_REGION)


@pytest.fixture
def table(dynamo: Any) -> Table:
    """An empty table."""
    name = f"table-{next(_NUMBERS)}"
    create_table(dynamo, name)
    return Table(dynamo, name)


@pytest.fixture
def outbox(table: Table) -> Outbox:
    """An outbox without events, beside a bus."""
    return Outbox(table, FakeBus())


@pytest.fixture
def composed(table: Table, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Handler]]:
    """The handler of a function, by its folder, composed as it is deployed: all tables are one."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", _REGION)
    for name in ("ORDERS_TABLE", "INVENTORY_TABLE", "PAYMENTS_TABLE", "SUPPORT_TABLE"):
        monkeypatch.setenv(name, table.name)
    monkeypatch.setenv("CHANNELS", str(CLIENTS).replace("'", '"'))
    _forget()
    yield lambda folder: import_module(f"functions.{folder.replace('/', '.')}.handler").handler
    _forget()


@pytest.fixture
def accept(composed: Callable[[str], Handler]) -> Handler:
    """POST /v1/orders as it is deployed."""
    return composed("capture/accept_order")


@pytest.fixture
def stored(table: Table) -> Callable[[], list[dict[str, Any]]]:
    """Every item of the table."""
    return lambda: [unmarshal(item) for item in table.client.scan(TableName=table.name)["Items"]]  # type: ignore[attr-defined]


def _forget() -> None:
    """What a worker keeps for its life, it keeps for one test."""
    for name, module in list(sys.modules.items()):
        if name.startswith("oms.wiring"):
            for value in vars(module).values():
                if clear := getattr(value, "cache_clear", None):
                    clear()
