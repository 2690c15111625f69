"""What a client of Holdfast needs to know, read from where the stacks have put it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from infra import names
from ops.local.aws import client


@dataclass(frozen=True, slots=True)
class Client:
    """A machine client. The secret stays out of logs."""

    name: str
    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outputs:
    """Addresses and names of one deployment."""

    endpoint: str
    api_url: str
    token_url: str
    user_pool: str
    bus: str
    clients: dict[str, Client]
    """By name: every sales channel, `warehouse`, `operations`."""
    tables: dict[str, str]
    """Context -> table name."""
    workflows: dict[str, str]
    """`order-capture`, `assess-order` -> ARN of the state machine."""
    queues: dict[str, str]
    """`<consumer>` and `<consumer>-dlq`, e.g. `start-order-capture` -> URL."""


def read_outputs(endpoint: str) -> Outputs:
    """Those of the local AWS at `endpoint`. Raises LookupError when Holdfast is not deployed there."""
    return outputs_of(client("ssm", endpoint), client("cognito-idp", endpoint), endpoint=endpoint)


def outputs_of(ssm: Any, cognito: Any, *, endpoint: str) -> Outputs:
    """Those that the account of these boto3 clients has. `endpoint` is for people to read.

    Raises LookupError when Holdfast is not deployed there.
    """
    published = _parameters(ssm)
    if names.API_URL not in published:
        raise LookupError(f"Holdfast is not deployed at {endpoint}")
    return Outputs(
        endpoint=endpoint,
        api_url=published[names.API_URL],
        token_url=published[names.TOKEN_URL],
        user_pool=published[names.USER_POOL],
        bus=published[names.BUS],
        clients=_clients(cognito, published),
        tables=_below(published, f"{names.ROOT}/tables/"),
        workflows=_below(published, f"{names.ROOT}/workflows/"),
        queues=_below(published, f"{names.ROOT}/queues/"),
    )


def _parameters(ssm: Any) -> dict[str, str]:
    pages: Iterable[Any] = ssm.get_paginator("get_parameters_by_path").paginate(
        Path=names.ROOT, Recursive=True
    )
    return {found["Name"]: found["Value"] for page in pages for found in page["Parameters"]}


def _below(published: dict[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in published.items() if name.startswith(prefix)}


def _clients(cognito: Any, published: dict[str, str]) -> dict[str, Client]:
    pool = published[names.USER_POOL]
    made = {}
    for name, id_ in _below(published, f"{names.ROOT}/cognito/clients/").items():
        answer = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=id_)
        made[name] = Client(name, id_, answer["UserPoolClient"]["ClientSecret"])
    return made
