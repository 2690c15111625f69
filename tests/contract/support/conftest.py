"""One suite, two stores of exception items, one of them on two engines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import boto3
import pytest
from moto import mock_aws
from oms.aws.outbox import events_of
from oms.aws.table import Table
from oms.kernel.events import Event
from oms.support.adapters.dynamo import DynamoCases
from oms.support.application.ports import Cases

from tests.builders import create_table
from tests.fakes.cases import FakeCases
from tests.simulation.aws.dynamo import SimDynamo

_NUMBERS = count(1)


@dataclass
class Desk:
    """A store, and what it has recorded of a subject, oldest first."""

    cases: Cases
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
    name = f"support-{next(_NUMBERS)}"
    create_table(dynamo, name)
    return Table(dynamo, name)


@pytest.fixture(params=["fake", "dynamo", "simulated"])
def desk(request: pytest.FixtureRequest) -> Desk:
    if request.param == "fake":
        fake = FakeCases()
        return Desk(fake, fake.recorded)
    dynamo = SimDynamo() if request.param == "simulated" else request.getfixturevalue("dynamo")
    table = _table(dynamo)
    return Desk(DynamoCases(table), lambda subject: events_of(table, f"CASE#{subject}"))


@pytest.fixture
def cases(desk: Desk) -> Cases:
    return desk.cases
