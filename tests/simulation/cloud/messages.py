"""The bus, the queues behind it, and the streams before it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from infra import names
from infra.catalogue import CATALOGUE
from ops.verify.outbox_laws import CONSUMERS
from tests.simulation.agenda import Agenda
from tests.simulation.asl.effects import Failed, Succeeded
from tests.simulation.cloud.functions import Functions
from tests.simulation.weather import Weather

PARTNERS = ("payments/capture_payment", "tax/commit_tax")
"""They take one message at a time, and try longer. tests/infra holds these figures to the templates."""
ATTEMPTS, PARTNER_ATTEMPTS = 5, 20
_NEVER = 10**6
HIDDEN = 6
"""Time-outs of its function for which a queue hides a message that is being worked on."""
_DLQ = "support/park_dead_letter"
_DAY = 24 * 3600.0
STREAM_ATTEMPTS = 5
GATHERING = 1.0
"""Seconds for which a mapping gathers what comes close together."""


@dataclass(eq=False)
class Message:
    """One delivery of many: two of the same event are two."""

    body: str
    attributes: dict[str, str]
    visible_at: float
    received: int = 0


@dataclass
class Queue:
    """One queue with the function that reads it; what fails too often goes to `dead`, if there is one."""

    name: str
    """As the command line calls it."""
    resource: str
    """As it is called on AWS."""
    folder: str
    messages: list[Message] = field(default_factory=list)
    batch: int = 10
    attempts: int = ATTEMPTS
    dead: "Queue | None" = None


class Queues:
    """Every consumer's queue and dead-letter queue."""

    def __init__(self, agenda: Agenda, chance: Random, weather: Weather, functions: Functions) -> None:
        self._agenda, self._chance, self._weather, self._functions = agenda, chance, weather, functions
        self.all: dict[str, Queue] = {}
        for consumer in CONSUMERS:
            self._make(consumer.folder)

    def send(self, queue: Queue, body: str, attributes: dict[str, str] | None = None) -> None:
        late = self._chance.uniform(0.01, 0.3)
        if self._weather.meets("reordering", self._agenda.now):
            late += self._chance.uniform(0, 30)
        if self._weather.meets("delay", self._agenda.now):
            late += self._chance.uniform(1, 600)
        message = Message(body, attributes or {}, self._agenda.now + late)
        queue.messages.append(message)
        self._agenda.after(late, lambda: self._poll(queue))

    def depths(self) -> dict[str, int]:
        return {name: len(queue.messages) for name, queue in self.all.items()}

    def _make(self, folder: str) -> None:
        name = folder.rpartition("/")[2].replace("_", "-")
        dead = Queue(f"{name}-dlq", names.dead_letter_queue(folder), _DLQ, attempts=_NEVER)
        partner = folder in PARTNERS
        attempts = PARTNER_ATTEMPTS if partner else ATTEMPTS
        queue = Queue(
            name, names.queue(folder), folder, batch=1 if partner else 10, attempts=attempts, dead=dead
        )
        self.all[queue.name], self.all[dead.name] = queue, dead

    def _poll(self, queue: Queue) -> None:
        now = self._agenda.now
        visible = [message for message in queue.messages if message.visible_at <= now]
        if not visible:
            return
        taken = visible[: queue.batch]
        hidden = float(HIDDEN * CATALOGUE[queue.folder].timeout)
        for message in taken:
            message.received += 1
            message.visible_at = now + hidden
        self._agenda.after(hidden, lambda: self._poll(queue))
        exhausted = [message for message in taken if message.received > queue.attempts]
        for message in exhausted:
            self._bury(queue, message)
        if batch := [message for message in taken if message not in exhausted]:
            self._deliver(queue, batch)
        if len(visible) > len(taken):
            self._agenda.after(0.01, lambda: self._poll(queue))

    def _bury(self, queue: Queue, message: Message) -> None:
        queue.messages.remove(message)
        assert queue.dead is not None
        self.send(queue.dead, message.body, message.attributes)

    def _deliver(self, queue: Queue, batch: list[Message]) -> None:
        records = [
            {
                "messageId": f"{queue.name}-{number}",
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": str(message.received)},
                "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{queue.resource}",
            }
            for number, message in enumerate(batch)
        ]

        def heard(said: Succeeded | Failed) -> None:
            if isinstance(said, Failed):
                return
            failed = {row["itemIdentifier"] for row in said.value["batchItemFailures"]}
            for record, message in zip(records, batch, strict=True):
                if record["messageId"] not in failed and message in queue.messages:
                    queue.messages.remove(message)

        self._functions.invoke(queue.folder, {"Records": records}, heard)


class Bus:
    """EventBridge: each event to the queue of everybody who takes its type, at least once."""

    def __init__(self, agenda: Agenda, chance: Random, weather: Weather, queues: Queues) -> None:
        self._agenda, self._chance, self._weather, self._queues = agenda, chance, weather, queues
        self.published = 0
        self.subscribers: list[Callable[[str, str], None]] = []
        """Who else hears of every event at once: its type and its detail."""

    def put_events(self, **request: Any) -> Any:
        results = [self._put(entry) for entry in request["Entries"]]
        return {"Entries": results, "FailedEntryCount": sum("ErrorCode" in row for row in results)}

    def _put(self, entry: dict[str, Any]) -> dict[str, str]:
        if self._weather.meets("partial_batch", self._agenda.now):
            return {"ErrorCode": "InternalFailure", "ErrorMessage": "try again"}
        self.published += 1
        body = f'{{"detail-type":"{entry["DetailType"]}","detail":{entry["Detail"]}}}'
        for consumer in CONSUMERS:
            if entry["DetailType"] in consumer.takes:
                self._send(consumer.folder, body)
        for hear in self.subscribers:
            hear(entry["DetailType"], entry["Detail"])
        return {"EventId": str(self.published)}

    def _send(self, folder: str, body: str) -> None:
        queue = self._queues.all[folder.rpartition("/")[2].replace("_", "-")]
        self._queues.send(queue, body)
        if self._weather.meets("duplicate_delivery", self._agenda.now):
            self._queues.send(queue, body)


class Mapping:
    """A table's stream and the relay that follows it: gathers, repeats, gives up.

    It does not cut a failing batch in halves, as AWS does: here the whole of it is tried again.
    """

    def __init__(
        self,
        agenda: Agenda,
        weather: Weather,
        functions: Functions,
        records: Sequence[dict[str, Any]],
    ) -> None:
        self._agenda, self._weather, self._functions, self._records = agenda, weather, functions, records
        self._position = 0
        self._busy = False
        self.off_until = 0.0
        self.lost = 0

    @property
    def behind(self) -> bool:
        """Whether there are records that it has not dealt with."""
        return self._busy or self._position < len(self._records)

    def notice(self) -> None:
        """There may be new records."""
        if not self._busy and self._position < len(self._records):
            self._busy = True
            self._agenda.after(max(GATHERING, self.off_until - self._agenda.now), self._read)

    def _read(self) -> None:
        records = self._records
        while self._position < len(records) and self._too_old(records[self._position]):
            self._position += 1
        batch = records[self._position : self._position + 100]
        events = [record for record in batch if _is_new_event(record)]
        if not events:
            self._done(len(batch))
        else:
            self._attempt(events, len(batch), 0)

    def _too_old(self, record: dict[str, Any]) -> bool:
        return bool(self._agenda.now - record["dynamodb"]["ApproximateCreationDateTime"] > _DAY)

    def _attempt(self, events: list[dict[str, Any]], count: int, tried: int) -> None:
        def heard(said: Succeeded | Failed) -> None:
            if isinstance(said, Succeeded):
                self._done(count)
            elif tried < STREAM_ATTEMPTS and not self._weather.meets("stream_gives_up", self._agenda.now):
                self._agenda.after(1.0, lambda: self._attempt(events, count, tried + 1))
            else:
                self.lost += 1
                self._done(count)

        self._functions.invoke("relay/relay_outbox", {"Records": events}, heard)

    def _done(self, count: int) -> None:
        self._position += count
        self._busy = False
        self.notice()


def _is_new_event(record: dict[str, Any]) -> bool:
    sort_key: str = record["dynamodb"]["Keys"]["sk"]["S"]
    return record["eventName"] == "INSERT" and sort_key.startswith("EVENT#")
