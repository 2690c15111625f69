"""One suite, two engines: the simulated DynamoDB and that of the local AWS."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from ops.local import Engine, client
from tests.builders import create_table
from tests.simulation.aws.dynamo import SimDynamo
from tests.simulation.aws.shelf import Shelf

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a local engine listens."""
    with Engine(tmp_path_factory.mktemp("engine"), port=0) as running:
        yield running.url


@pytest.fixture(scope="module")
def local(engine: str) -> Any:
    """A client of the local engine."""
    return client("dynamodb", engine)


@pytest.fixture(params=["simulated", "local"])
def dynamo(request: pytest.FixtureRequest) -> Any:
    """A client; tests keep apart by their tables."""
    return SimDynamo() if request.param == "simulated" else request.getfixturevalue("local")


@pytest.fixture
def shelf(dynamo: Any) -> Shelf:
    """An empty table with every index."""
    name = f"shelf-{next(_NUMBERS)}"
    create_table(dynamo, name)
    return Shelf(dynamo, name)
