"""Scratch tables beside the deployed ones: same keys and indexes, no stream, so that nothing reacts to them."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Final

from infra import names
from ops.bench.meter import Meter, index_keys
from ops.local.aws import REGION, client
from ops.local.outputs import read_outputs

STREAMED: Final = tuple(f"bench-{context}" for context in names.STREAMED)
_ANSWERED: Final = ("stepfunctions", "events")
_WATCHED: Final = ("dynamodb", "secretsmanager", *_ANSWERED)


@contextmanager
def tables(endpoint: str) -> Iterator[dict[str, dict[str, tuple[str, str]]]]:
    """Make the tables; they are deleted again. Answers table -> index -> its (hash, range) attributes."""
    raw = client("dynamodb", endpoint)
    indexes = {}
    for context, real in read_outputs(endpoint).tables.items():
        description = raw.describe_table(TableName=real)["Table"]
        raw.create_table(**_like(description, f"bench-{context}"))
        indexes[f"bench-{context}"] = index_keys(description)
    try:
        yield indexes
    finally:
        for table in indexes:
            raw.delete_table(TableName=table)


@contextmanager
def metered(endpoint: str, sandbox: str) -> Iterator[tuple[Meter, Any]]:
    """Set this process up as a function would be, on scratch tables, with a meter on all its clients."""
    with tables(endpoint) as indexes:
        os.environ.update(environment(endpoint, sandbox))
        meter = Meter(client("dynamodb", endpoint), indexes)
        _hook(meter)
        yield meter, meter.raw


def environment(endpoint: str, sandbox: str) -> dict[str, str]:
    """What the functions' environment says, with scratch tables, as the administrator of the local AWS."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        **{f"{context.upper()}_TABLE": f"bench-{context}" for context in names.TABLES},
        **{f"{partner.upper()}_URL": f"{sandbox}/{partner}" for partner in names.PARTNERS},
        "BUS_NAME": "bench",
        "ORDER_CAPTURE_ARN": f"arn:aws:states:{REGION}:000000000000:stateMachine:bench",
        "ADMISSION_RATE": "1000",
        "PARTNER_SECRET": names.PARTNER_SECRET,
        "CHANNELS": json.dumps({"bench": "web"}),
        "OUTBOX_TABLES": ",".join(STREAMED),
    }


def _hook(meter: Meter) -> None:
    from oms.wiring.clients import client as wired

    for service in _WATCHED:
        made = wired(service)
        meter.watch(made)
        if service in _ANSWERED:
            made.meta.events.register(f"before-call.{service}", _answer)


def _answer(params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
    """Success, without asking anybody."""
    body = json.loads(params["body"] or "{}")
    entries = [{"EventId": str(number)} for number, _ in enumerate(body.get("Entries", ()))]
    return SimpleNamespace(status_code=200), {"FailedEntryCount": 0, "Entries": entries}


def _like(description: dict[str, Any], name: str) -> dict[str, Any]:
    indexes = [
        {key: index[key] for key in ("IndexName", "KeySchema", "Projection")}
        for index in description.get("GlobalSecondaryIndexes", ())
    ]
    request = {
        "TableName": name,
        "KeySchema": description["KeySchema"],
        "AttributeDefinitions": description["AttributeDefinitions"],
        "BillingMode": "PAY_PER_REQUEST",
    }
    return request | ({"GlobalSecondaryIndexes": indexes} if indexes else {})
