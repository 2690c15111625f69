"""A table on the in-process engine."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import boto3
import pytest
from moto import mock_aws
from oms.aws.table import Table

from tests.builders import create_table

_NUMBERS = count(1)


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
    name = f"table-{next(_NUMBERS)}"
    create_table(dynamo, name)
    return Table(dynamo, name)
