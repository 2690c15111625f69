"""One suite, two stores, one of them on two engines."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from tests.contract.inventory.desk import Desk, dynamo_desk, fake_desk
from tests.simulation.aws.dynamo import SimDynamo

OpenDesk = Callable[[int], Desk]


def lost() -> Exception:
    """A connection that broke: nobody knows whether the request arrived."""
    return EndpointConnectionError(endpoint_url="https://dynamodb.invalid")


@pytest.fixture(scope="module")
def dynamo() -> Iterator[Any]:
    """A client of the in-process engine; tests keep apart by their tables."""
    with mock_aws():
        yield boto3.client(
            "dynamodb", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        )


@pytest.fixture(params=["fake", "dynamo", "simulated"])
def open_desk(request: pytest.FixtureRequest) -> OpenDesk:
    """Opens an empty desk with chunks of so many stock rows."""
    if request.param == "fake":
        return fake_desk
    client = SimDynamo() if request.param == "simulated" else request.getfixturevalue("dynamo")
    return lambda chunk_size: dynamo_desk(client, lost, chunk_size)


@pytest.fixture
def desk(open_desk: OpenDesk) -> Desk:
    return open_desk(97)
