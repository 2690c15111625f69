"""Events that AWS hands over by itself: batches of queues and streams, tasks of workflows, schedules."""

import base64
import json
import re
import zlib
from collections.abc import Sequence
from random import Random
from typing import Any, Final

from oms.aws.items import plain

from tests.fuzz import garbling, values
from tests.fuzz.given import Given
from tests.fuzz.history import History
from tests.fuzz.mutation import mutated

Json = Any
QUEUES: Final = (
    "capture/start_order_capture", "capture/resume_order_capture", "payments/capture_payment", "inventory/ship_stock",
    "tax/commit_tax",
)  # fmt: skip
PARKING: Final = "support/park_dead_letter"
RELAY: Final = "relay/relay_outbox"
SCHEDULES: Final = {"relay/sweep_outbox": "hours", "capture/watch_orders": "everything"}
_MOST_MESSAGE: Final = 256 * 1024
_MOST_ITEM: Final = 300_000
_GREATEST: Final = 1e38
_INDEXED: Final = ("outbox_bucket", "outbox_at", "event_id", "type", "context")
"""What an index is keyed by or begins with, and what code names; where it is no name, it is left out."""
_MOST_KEY: Final = 900
_LONE: Final = re.compile(r"\\ud[89a-f]..")
"""Half a character, which no text of DynamoDB or of ours can hold."""


class Deliveries:
    """Draws events from those of a history."""

    def __init__(self, chance: Random, past: History) -> None:
        self._chance, self._past = chance, past
        self._bodies = [
            record["body"] for folder in QUEUES for event in past.given[folder] for record in event["Records"]
        ]
        self._records = [record for event in past.given[RELAY] for record in event["Records"]]
        known = {RELAY, PARKING, *QUEUES, *SCHEDULES}
        self._tasks = sorted(
            folder
            for folder, events in past.given.items()
            if folder not in known and "routeKey" not in events[0]
        )

    # -- queues ---------------------------------------------------------------------------

    def queue(self) -> Given:
        """A batch of messages, some as they are sent and some as nobody sends them."""
        folder = self._chance.choice((*QUEUES, PARKING))
        count = self._chance.choice((1, 1, 2, 4))
        wrong = [place for place in range(count) if self._chance.random() < 0.85]
        own = [
            self._chance.choice(self._bodies if folder == PARKING else self._own(folder))
            for _ in range(count)
        ]
        bodies = [self._message(body) if place in wrong else body for place, body in enumerate(own)]
        harmless = frozenset(range(count)) - set(wrong)
        event = {"Records": [self._sqs(folder, place, body) for place, body in enumerate(bodies)]}
        return Given(folder, "queue", event, "messages", honest=not wrong, harmless=harmless)

    def _own(self, folder: str) -> Sequence[str]:
        return [record["body"] for event in self._past.given[folder] for record in event["Records"]]

    def _message(self, body: str) -> str:
        """What a queue can hold: text of XML's characters, up to a size."""
        document = json.loads(body)
        draw = self._chance.random()
        if draw < 0.7:
            said = json.dumps(
                mutated(self._chance, document, [json.loads(self._chance.choice(self._bodies))])
            )
        elif draw < 0.8:
            said = json.dumps({"detail-type": "OrderReceived", "detail": values.tree(self._chance)})
        elif draw < 0.9:
            said = json.dumps(values.tree(self._chance))
        else:
            said = garbling.garbled(self._chance, document)
        legal = "".join(
            one
            for one in said
            if one in "\t\n\r" or (one >= " " and not "\ud800" <= one <= "\udfff" and one < "\ufffe")
        )
        return legal.encode()[:_MOST_MESSAGE].decode(errors="ignore") or " "

    def _sqs(self, folder: str, place: int, body: str) -> Json:
        """One message as the mapping hands it over. Its attributes tell nothing that a handler may rely on."""
        name = self._chance.choice(QUEUES) if folder == PARKING else folder
        queue = name.rpartition("/")[2].replace("_", "-") + ("-dlq" if folder == PARKING else "")
        attributes = self._chance.choice(
            ({"ApproximateReceiveCount": "1"}, {}, None, {"ApproximateReceiveCount": "x"})
        )
        return {
            "messageId": f"m-{place}",
            "body": body,
            "attributes": attributes,
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:holdfast-{queue}",
        }

    # -- streams --------------------------------------------------------------------------

    def stream(self) -> Given:
        """A batch of changes; of some the new image is what nobody of ours writes."""
        count = self._chance.choice((1, 2, 5, 30))
        wrong = [place for place in range(count) if self._chance.random() < 0.5]
        own = [self._chance.choice(self._records) for _ in range(count)]
        records = [self._change(record) if place in wrong else record for place, record in enumerate(own)]
        harmless = frozenset(range(count)) - set(wrong)
        return Given(RELAY, "stream", {"Records": records}, "changes", honest=not wrong, harmless=harmless)

    def _change(self, record: Json) -> Json:
        """The keys stay: the mapping's filter has looked at them. The image is one that DynamoDB can hold."""
        donor = self._chance.choice(self._records)["dynamodb"]["NewImage"]
        changed = mutated(self._chance, _plain(record["dynamodb"]["NewImage"]), [_plain(donor)])
        image = {name: _typed(value) for name, value in changed.items()} if isinstance(changed, dict) else {}
        if self._chance.random() < 0.25:
            name = self._chance.choice(("data", "event_id", "outbox_bucket", "type", "reason"))
            image = image | {name: self._odd()}
        image = {name: value for name, value in image.items() if name not in _INDEXED or _may_be_key(value)}
        return record | {"dynamodb": record["dynamodb"] | {"NewImage": image | record["dynamodb"]["Keys"]}}

    def _odd(self) -> Json:
        """A value of DynamoDB that we store none of."""
        packed = zlib.compress(_LONE.sub("?", json.dumps(values.tree(self._chance))).encode())
        odd: tuple[Json, ...] = (
            {"B": base64.b64encode(packed).decode()}, {"B": base64.b64encode(packed[:-3]).decode()}, {"B": "AA=="},
            {"N": "1.5"}, {"N": "1E+100"}, {"SS": ["a", "b"]}, {"NS": ["1"]}, {"BS": ["AA=="]}, {"NULL": True},
            {"BOOL": False}, {"L": []}, {"M": {}}, {"S": ""}, {"S": "x" * _MOST_KEY},
            {"M": {"a": {"L": [{"M": {"b": {"N": "1"}}}]}}},
        )  # fmt: skip
        return self._chance.choice(odd)

    # -- tasks and schedules ----------------------------------------------------------------

    def task(self) -> Given:
        """A payload of a workflow file that somebody has got wrong, or of a step that answered something else."""
        folder = self._chance.choice(self._tasks)
        own = self._past.given[folder]
        payload = self._chance.choice(own)
        draw = self._chance.random()
        if draw < 0.15:
            return Given(folder, "task", payload, "as it should be", honest=True)
        if draw < 0.9:
            return Given(folder, "task", _whole(mutated(self._chance, payload, own)), "changed payload")
        stranger = self._past.given[self._chance.choice(self._tasks)]
        rubbish: Json = self._chance.choice((values.tree(self._chance), {}, self._chance.choice(stranger)))
        return Given(folder, "task", _whole(rubbish), "rubbish")

    def schedule(self) -> Given:
        folder = self._chance.choice(sorted(SCHEDULES))
        if self._chance.random() < 0.4:
            event = {"version": "0", "detail-type": "Scheduled Event", "source": "aws.events", "detail": {}}
            return Given(folder, "schedule", event, "as it should be", honest=True)
        asked = {SCHEDULES[folder]: self._chance.choice((values.value(self._chance), 1, 2, "1", True))}
        return Given(folder, "schedule", asked, "asked for by hand")


def _plain(image: Json) -> Json:
    """An image as plain values; what is packed stays typed."""
    return {name: value if "B" in value else plain(value) for name, value in image.items()}


def _whole(document: Json) -> Json:
    """Without halves of characters: what a workflow hands over, another function has answered in UTF-8."""
    return json.loads(_LONE.sub("?", json.dumps(document)))


def _may_be_key(value: Json) -> bool:
    """DynamoDB stores nothing else in an attribute that an index is keyed by, and nobody writes longer names."""
    return 0 < len(str(value.get("S", "")).encode()) <= _MOST_KEY


def _typed(value: Json) -> Json:
    """Any value as DynamoDB would hold it: Unicode, 38 digits, 32 levels."""
    match value:
        case {"B": str() as packed} if len(value) == 1:
            return {"B": packed}
        case bool():
            return {"BOOL": value}
        case None:
            return {"NULL": True}
        case int() | float():
            return {"N": f"{value:g}" if abs(value) < _GREATEST else "9" * 38}
        case str():
            return {"S": _unicode(value)}
        case list():
            return {"L": [_typed(one) for one in value]} if len(repr(value)) < _MOST_ITEM else {"L": []}
        case dict():
            return {"M": {_unicode(str(name)): _typed(one) for name, one in value.items()}}
    return {"S": "?"}


def _unicode(text: str) -> str:
    return text.encode(errors="replace").decode()
