"""The relay and the sweeper, ready to use."""

import time
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from oms.aws.table import Table
from oms.runtime.logs import log, metric
from oms.runtime.relay import Relay
from oms.runtime.sweeping import sweep
from oms.wiring.clients import client, now
from oms.wiring.settings import required

MOST_HOURS = 366 * 24
"""A look back of a year is 50,000 buckets per table; whoever asks for more has slipped."""
_DIGITS = 4


@cache
def _relay(table_name: str) -> Relay:
    return Relay(Table(client("dynamodb"), table_name), client("events"), required("BUS_NAME"))


def relay_records(records: Iterable[Mapping[str, Any]]) -> None:
    """Publish the events among a stream's records, table by table."""
    by_table: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        by_table.setdefault(str(record["eventSourceARN"]).split("/")[1], []).append(record)
    for table_name, found in by_table.items():
        relayed = _relay(table_name).stream(found)
        log("relayed", table=table_name, published=len(relayed.published), parked=len(relayed.parked))


def sweep_outbox(event: Mapping[str, Any]) -> None:
    """Publish what the streams lost. On demand {"hours": n} looks back as far as it is told, at everything.

    Raises ValueError for hours that are none, else the first trouble it met, after every table had its turn.
    """
    hours = _hours(event["hours"]) if "hours" in event else None
    relays = [_relay(table_name) for table_name in required("OUTBOX_TABLES").split(",")]
    swept = sweep(relays, now(), clock=time.monotonic, hours=hours)
    for one in swept:
        metric(
            "sweep_outbox",
            {"Republished": one.published, "Parked": one.parked, "BucketsLeft": len(one.left)},
            table=one.table,
            oldest_left=next(iter(one.left), None),
        )
    troubles = [error for one in swept for error in one.errors]
    if troubles:
        raise troubles[0]


def _hours(asked: object) -> int:
    """What somebody typed: a slip must neither sweep for ever nor sweep nothing and look like success."""
    text = str(asked)
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and 1 <= int(text) <= MOST_HOURS):
        raise ValueError(f"hours must be a number from 1 to {MOST_HOURS}")
    return int(text)
