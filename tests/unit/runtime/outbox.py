"""An outbox to sweep: a table, its index as slow as a test needs it, a bus and a clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from oms.aws.items import marshal, unmarshal
from oms.aws.outbox import event_item, event_row
from oms.aws.table import Table
from oms.kernel.events import Event
from oms.runtime.listed import event_id
from oms.runtime.relay import Relay
from oms.runtime.sweeping import MARK, Swept, sweep

from tests.builders import ORDER, later
from tests.fakes.aws_errors import client_error
from tests.fakes.bus import FakeBus

PK = f"ORDER#{ORDER}"
BUCKET = "2026-11-27T09:00"
"""Where events of NOW are listed."""
SOON = later(400)
"""When the stream has had its time for events of NOW, and their bucket has not yet ended."""
RIPE = later(600 + 20 * 60)
"""When the bucket has ended for so long that it can be proven complete."""
SHARDS = 8


@dataclass
class Watched:
    """A client that notes what is asked of it, whose index lists some rows late, and few at a time."""

    client: Any
    hidden: set[str] = field(default_factory=set)
    """Ids of events that the index does not list yet."""
    page: int = 500
    ghosts: list[dict[str, Any]] = field(default_factory=list)
    """Rows that the index lists though they are gone."""
    listed: list[str] = field(default_factory=list)
    """Shards of the index that were asked for, each behind the bucket from which on."""
    marks: list[dict[str, Any]] = field(default_factory=list)
    """Requests for marks."""
    receipts: list[str] = field(default_factory=list)
    """Buckets whose receipts were asked for."""
    failing: Callable[[dict[str, Any]], str] = lambda request: ""
    """The code that a request fails with; empty where it does not."""
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.calls.append(name)
            if code := self.failing(request):
                raise client_error(code)
            return getattr(self.client, name)(**request)

        return call

    def query(self, **request: Any) -> Any:
        if code := self.failing(request):
            raise client_error(code)
        values = request["ExpressionAttributeValues"]
        if request.get("IndexName") != "outbox":
            pk = values[":pk"]["S"]
            self.marks += [request] * (pk == MARK)
            self.receipts += [pk.partition("#")[2]] * pk.startswith("RELAY#")
            return self.client.query(**request)
        shard, since = values[":h"]["S"], values[":r"]["S"]
        self.listed.append(f"{since}#{shard}")
        self.calls.append("list")
        answer = self.client.query(**request | {"Limit": min(self.page, request["Limit"])})
        ghosts = [one for one in self.ghosts if one["outbox_shard"] == shard and one["outbox_at"] >= since]
        names = ("pk", "sk", "outbox_shard", "outbox_at")
        answer["Items"] += [marshal({name: ghost[name] for name in names}) for ghost in ghosts]
        answer["Items"] = [item for item in answer["Items"] if event_id(unmarshal(item)) not in self.hidden]
        return answer


@dataclass
class Clock:
    """Seconds from anywhere; every reading takes `tick` of them."""

    tick: float = 0.0
    seconds: float = 1_000.0

    def __call__(self) -> float:
        self.seconds += self.tick
        return self.seconds


@dataclass
class Outbox:
    """One table's outbox with its relay."""

    table: Table
    bus: FakeBus
    client: Watched = field(init=False)
    relay: Relay = field(init=False)

    def __post_init__(self) -> None:
        self.client = Watched(self.table.client)
        self.relay = Relay(Table(self.client, self.table.name), self.bus, "holdfast")

    def write(self, *events: Event) -> None:
        """What a transition leaves, and the stream loses."""
        for event in events:
            self.table.write(event_row(self.table.name, event, pk=f"ORDER#{event.subject}"))

    def relayed(self, *events: Event) -> None:
        """What a transition leaves, and the stream delivers."""
        self.write(*events)
        self.relay.publish([event_item(event, pk=PK) for event in events])
        self.bus.calls.clear()

    def sweep(self, at: datetime = SOON, **how: Any) -> Swept:
        self.client.listed.clear()
        self.client.receipts.clear()
        (swept,) = sweep([self.relay], at, **({"clock": Clock()} | how))
        return swept

    def begun(self) -> list[str]:
        """The buckets from which on the last sweep looked at shards, in its order."""
        return list(dict.fromkeys(name.partition("#")[0] for name in self.client.listed))

    def marks(self) -> dict[str, int]:
        """Bucket -> how many shards of it are proven complete."""
        return {row["sk"].partition("#")[2]: row["proven"] for row in self.table.collection(MARK)}

    def remove(self, pk: str, sk: str) -> None:
        self.client.client.delete_item(TableName=self.table.name, Key={"pk": {"S": pk}, "sk": {"S": sk}})
