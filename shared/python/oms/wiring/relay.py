"""The relay and the sweeper, ready to use."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from oms.aws.table import Table
from oms.runtime.logs import log, metric
from oms.runtime.relay import LOOK_BACK, Relay
from oms.wiring.clients import client, now
from oms.wiring.settings import required

_GRACE = timedelta(seconds=90)
"""What the stream gets to deliver before the sweeper does its work for it."""
_RECENT = timedelta(minutes=30)


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
    """Publish what the streams lost: the last half hour at every run, 26 hours back once an hour.

    On demand {"hours": n} looks back as far as it is told: after an outage that lasted longer.
    """
    moment = now()
    back = timedelta(hours=int(event["hours"])) if "hours" in event else _back(moment)
    start = moment - back
    for table_name in required("OUTBOX_TABLES").split(","):
        swept = _relay(table_name).sweep(start, moment - _GRACE)
        metric(
            "sweep_outbox",
            {"Republished": len(swept.published), "Parked": len(swept.parked)},
            table=table_name,
        )


def _back(moment: datetime) -> timedelta:
    return LOOK_BACK if moment.minute == 0 else _RECENT
