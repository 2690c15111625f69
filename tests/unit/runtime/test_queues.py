"""Consumers: messages fail one by one, and an event seen before has no second effect."""

import json
from typing import Any

import pytest
from oms.aws.inbox import Inbox
from oms.aws.table import Table
from oms.contracts.envelope import to_detail
from oms.kernel.errors import Throttled
from oms.kernel.events import Event
from oms.runtime.queues import consumer, event_in, message_consumer

from tests.builders import an_event


def delivery(event: Event, message_id: str = "m1") -> dict[str, Any]:
    """A message as the rule of the bus puts it into the queue."""
    detail = {"detail-type": event.type, "source": "holdfast.orders", "detail": to_detail(event)}
    return {"messageId": message_id, "body": json.dumps(detail)}


def batch(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"Records": list(messages)}


def failures(answer: dict[str, Any]) -> list[str]:
    assert answer.keys() == {"batchItemFailures"}
    return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]


def test_an_event_arrives_as_it_was_recorded() -> None:
    seen: list[Event] = []
    event = an_event(data={"lines": [[1, "SKU-1", 2]]})

    def handle(found: Event) -> None:
        seen.append(found)

    assert failures(consumer(handle)(batch(delivery(event)), None)) == []
    assert seen == [event]


def test_a_message_that_fails_is_delivered_again_and_the_others_are_not() -> None:
    seen = []

    def handle(event: Event) -> None:
        if event.event_id.endswith("2"):
            raise Throttled("slow down")
        seen.append(event.event_id[-1])

    messages = [delivery(an_event(number), f"m{number}") for number in (1, 2, 3)]

    assert failures(consumer(handle)(batch(*messages), None)) == ["m2"]
    assert seen == ["1", "3"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "7",
        "{}",
        '{"detail": "text"}',
        '{"detail": []}',
        '{"detail": null}',
        '{"detail": {"event_id": "x"}}',
        json.dumps({"detail": {**to_detail(an_event()), "colour": "red"}}),
        json.dumps({"detail": {**to_detail(an_event()), "event_id": 7}}),
        json.dumps({"detail": {**to_detail(an_event()), "channel": 1.5}}),
        json.dumps({"detail": {**to_detail(an_event()), "event_id": "half a character \ud800"}}),
    ],
)
def test_what_is_no_event_of_ours_is_refused_with_a_kind_of_error_that_parking_knows(body: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        event_in(body)


def test_a_message_that_cannot_be_read_is_dead_lettered_and_stops_no_other() -> None:
    seen: list[Event] = []

    def handle(event: Event) -> None:
        seen.append(event)

    poison = {"messageId": "m0", "body": "{"}

    assert failures(consumer(handle)(batch(poison, delivery(an_event())), None)) == ["m0"]
    assert seen == [an_event()]


def test_a_failed_message_is_logged_without_its_content(capsys: pytest.CaptureFixture[str]) -> None:
    def handle(_: dict[str, Any]) -> None:
        raise ValueError("the secret of m1")

    message_consumer(handle)(batch({"messageId": "m1", "body": "secret"}), None)

    line = json.loads(capsys.readouterr().out)
    assert (line["message_id"], line["error"]) == ("m1", "ValueError")
    assert "secret" not in json.dumps(line)


def test_with_an_inbox_an_event_has_one_effect_however_often_it_comes(table: Table) -> None:
    seen: list[str] = []

    def handle(event: Event) -> None:
        seen.append(event.event_id)

    handler = consumer(handle, inbox=lambda: Inbox(table, "commit_tax"))
    again = batch(delivery(an_event(1), "m1"), delivery(an_event(1), "m2"), delivery(an_event(2), "m3"))

    assert failures(handler(again, None)) == []
    assert failures(handler(again, None)) == []
    assert seen == [an_event(1).event_id, an_event(2).event_id]


def test_with_an_inbox_an_event_whose_effect_failed_is_tried_again(table: Table) -> None:
    tries: list[str] = []

    def handle(event: Event) -> None:
        tries.append(event.event_id)
        if len(tries) == 1:
            raise Throttled("slow down")

    handler = consumer(handle, inbox=lambda: Inbox(table, "commit_tax"))

    assert failures(handler(batch(delivery(an_event())), None)) == ["m1"]
    assert failures(handler(batch(delivery(an_event())), None)) == []
    assert len(tries) == 2
