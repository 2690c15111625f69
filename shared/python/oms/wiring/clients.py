"""AWS clients: low-level, made once, with two attempts and short time-outs.

Retries live in one layer, the workflow or the queue; the second attempt here only bridges a lost
connection, and every write is conditional, so it is harmless.

Requests are not checked on this side, because AWS checks them anyway, and the user agent is one string
that botocore need not put together anew: both would take their time in every call. It names the function,
so that whoever stands between a function and AWS can tell who calls.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from oms.aws.table import Table
from oms.wiring.settings import function_name, required

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=10,
    parameter_validation=False,
)


@cache
def client(service: str) -> Any:
    """The boto3 client of `service`."""
    make: Callable[..., Any] = boto3.client
    return make(service, config=_CONFIG.merge(Config(user_agent=f"holdfast/{function_name()}")))


@cache
def table(variable: str) -> Table:
    """The table whose name stands in the environment variable `variable`."""
    return Table(client("dynamodb"), required(variable))


def now() -> datetime:
    """The present moment: the one place a clock is read."""
    return datetime.now(UTC)
