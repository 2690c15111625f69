"""What must be true of every handler, whatever it is given."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from oms.runtime.queues import event_in

from tests.fuzz.backstage import Backstage
from tests.fuzz.deliveries import PARKING
from tests.fuzz.given import Given, Kind
from tests.fuzz.history import PERSON
from tests.fuzz.judging_http import http_faults, http_outcome
from tests.fuzz.running import Hung, Ran, run

_RAW: Final = ("${jndi", "OR 1=1", "<script>", "{0.__class__}", "../../etc")
"""Pieces of what only a client can have sent."""

_MOST_TOKEN: Final = 2_048


@dataclass(frozen=True)
class Verdict:
    """`outcome` for the report; `faults` say what broke, each beginning with the name of the property."""

    outcome: str
    faults: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(fault.partition(": ")[0] for fault in self.faults)


def judged(world: Backstage, given: Given) -> Verdict:
    """Invoke and judge. What a queue's handler gives back goes to its dead letters, as it would."""
    ran = run(world, given)
    faults = [*_of_all(given, ran), *_PROPERTIES[given.kind](given, ran, world)]
    if ran.changed:
        faults += [f"laws: {text}" for text in world.broken_laws()]
    return Verdict(_OUTCOMES[given.kind](ran), tuple(faults))


def _of_all(given: Given, ran: Ran) -> Iterator[str]:
    if isinstance(ran.error, Hung):
        yield "time: it never came back"
    elif ran.error is None:
        yield from _unspeakable(ran.answer)
    raw = _RAW if given.kind == "http" and given.how != "rubbish" else ()
    for line in ran.lines:
        for told in (PERSON, *raw):
            if told in line:
                yield f"privacy: a log line says {told!r}: {line[:300]}"
        try:
            json.loads(line)
        except ValueError:
            yield f"logs: a line is no JSON: {line[:300]}"


def _unspeakable(answer: Any) -> Iterator[str]:
    """Lambda writes answers as JSON in UTF-8."""
    try:
        json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        yield f"answer: it cannot be written: {type(error).__name__}: {error}"


def _queue(given: Given, ran: Ran, world: Backstage) -> Iterator[str]:
    records = given.event["Records"]
    ids = [record["messageId"] for record in records]
    if ran.error is not None:
        yield f"batch: {type(ran.error).__name__} left the batch"
        return
    failed = [row["itemIdentifier"] for row in ran.answer["batchItemFailures"]]
    if (
        not set(failed) <= set(ids)
        or len(set(failed)) < len(failed)
        or ran.answer.keys() != {"batchItemFailures"}
    ):
        yield f"batch: it names {failed} of {ids}"
    for place in sorted(given.harmless):
        if ids[place] in failed:
            yield f"honest: {ids[place]} is as the system sends it and failed: {ran.lines[-1][:200] if ran.lines else ''}"
    if given.folder == PARKING:
        yield from _parked(records, failed, ran, world)
    elif failed:
        letters = [_dead(record) for record in records if record["messageId"] in failed]
        dead = Given(PARKING, "queue", {"Records": letters}, "dead letters")
        yield from _queue(dead, run(world, dead), world)


def _parked(records: list[Any], failed: list[str], ran: Ran, world: Backstage) -> Iterator[str]:
    """Every dead letter gets an owner, who can read it as it was."""
    if failed:
        yield f"poison: {failed} could not be parked: {ran.lines[-1][:300] if ran.lines else ''}"
    cases = [row for row in world.dynamo.items("support") if row["sk"]["S"].startswith("CASE#")]
    kept = {row["message"]["S"] for row in cases}
    known = kept | {_event_id(body) for body in kept}
    for record in records:
        if record["messageId"] not in failed and not {record["body"], _event_id(record["body"])} & known:
            yield f"poison: nobody has the message {record['messageId']}"


def _event_id(body: str) -> str:
    """An event's id stands for all of it: the same event, sent again, needs no second owner."""
    try:
        return event_in(body).event_id
    except (KeyError, TypeError, ValueError):
        return body


def _dead(record: Mapping[str, Any]) -> dict[str, Any]:
    return {**record, "eventSourceARN": f"{record['eventSourceARN']}-dlq"}


def _stream(given: Given, ran: Ran, world: Backstage) -> Iterator[str]:
    records = given.event["Records"]
    if ran.error is not None:
        yield f"shard: {type(ran.error).__name__} blocks it: {ran.error}"
        return
    told = [json.loads(line) for line in ran.lines]
    done = sum(one["published"] + one["parked"] for one in told if one["message"] == "relayed")
    if done != len(records):
        yield f"shard: of {len(records)} events {done} were published or parked"
    for place in sorted(given.harmless):
        event_id = records[place]["dynamodb"]["NewImage"]["event_id"]["S"]
        if event_id not in world.bus.published:
            yield f"honest: {event_id} was not published"


def _task(given: Given, ran: Ran, _world: Backstage) -> Iterator[str]:
    if given.honest and ran.error is not None:
        yield f"honest: a task that is done again raised {type(ran.error).__name__}: {ran.error}"
    token = given.event.get("token") if isinstance(given.event, dict) else None
    waits = (
        isinstance(token, str) and 0 < len(token) <= _MOST_TOKEN and token.isascii() and token.isprintable()
    )
    if waits and given.folder.rpartition("/")[2].startswith("await_") and ran.error is not None:
        yield f"token: {type(ran.error).__name__} was not told through the token: {ran.error}"
    if ran.error is None and not isinstance(ran.answer, dict):
        yield "answer: a workflow reads an object"


def _schedule(given: Given, ran: Ran, _world: Backstage) -> Iterator[str]:
    if given.honest and ran.error is not None:
        yield f"honest: a round raised {type(ran.error).__name__}: {ran.error}"
    if not isinstance(ran.error, ValueError | None):
        yield f"refusal: what was asked for wrongly raised {type(ran.error).__name__}: {ran.error}"
    if ran.error is not None and ran.changed:
        yield "refusal: something was done before it was refused"


def _ended(ran: Ran) -> str:
    return type(ran.error).__name__ if ran.error is not None else "done"


def _batch_outcome(ran: Ran) -> str:
    if ran.error is not None:
        return _ended(ran)
    return "some failed" if ran.answer["batchItemFailures"] else "all taken"


def _task_outcome(ran: Ran) -> str:
    if ran.error is not None:
        return f"raised {_ended(ran)}"
    return (
        str(ran.answer.get("outcome") or ran.answer.get("decision")) if isinstance(ran.answer, dict) else "?"
    )


_Property = Callable[[Given, Ran, Backstage], Iterator[str]]
_PROPERTIES: Final[Mapping[Kind, _Property]] = {
    "http": http_faults, "queue": _queue, "stream": _stream, "task": _task, "schedule": _schedule,
}  # fmt: skip
_OUTCOMES: Final[Mapping[Kind, Callable[[Ran], str]]] = {
    "http": http_outcome, "queue": _batch_outcome, "stream": _ended, "task": _task_outcome, "schedule": _ended,
}  # fmt: skip
