"""Events that come twice, late, or never by the usual way; messages that nobody can deal with."""

import json
from typing import Any

import pytest
from oms.aws.outbox import events_of
from oms.kernel.events import Event
from oms.runtime.relay import entry_of

from infra import names
from ops.verify.dead_letters import dead_letter_id
from tests.running.journeys import Journey
from tests.running.stories import long_story, story
from tests.running.system import System
from tests.running.worlds import World

pytestmark = pytest.mark.timeout(900)
_EVERY = 5.0
_ATTEMPTS = 5
"""Deliveries before a message is parked."""


def _events(order: Journey, *types: str) -> list[Event]:
    stack = order.system.stack
    found = [
        event
        for context in ("orders", "payments", "inventory")
        for event in events_of(stack.table(context), f"ORDER#{order.order_id}")
    ]
    return [event for event in found if event.type in types or not types]


def _publish_again(order: Journey, *types: str) -> None:
    """Put events on the bus once more, and wait until every consumer has had them."""
    bus = order.system.stack.outputs.bus
    entries = [entry_of(event) | {"EventBusName": bus} for event in _events(order, *types)]
    assert len(entries) == len(types)
    answer = order.system.stack.aws("events").put_events(Entries=entries)
    assert answer["FailedEntryCount"] == 0
    _drained(order.system)


def _drained(system: System) -> None:
    system.until(system.queued, lambda count: count == 0, what="the queues to be empty")


def _effects(order: Journey) -> tuple[Any, ...]:
    """Everything that a second delivery could have changed."""
    return (
        order.standing(),
        order.money(),
        order.books(),
        sorted(order.events()),
        order.executions().latest(order.order_id),
    )


@story
def test_an_order_whose_receipt_is_told_twice_is_worked_on_once(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 2}).place().reaches("RELEASED")
    before = _effects(order)

    _publish_again(order, "OrderReceived")

    assert _effects(order) == before
    assert world.levels(sku) == {"NORTH": (3, 2, 0)}
    order.ship().ends("SHIPPED", paid=3000, shipped=2)


@story
def test_a_shipment_that_is_told_twice_is_booked_and_charged_once(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 2}).place().reaches("RELEASED").ship().ends("SHIPPED", paid=3000, shipped=2)
    before = _effects(order)

    _publish_again(order, "ShipmentRecorded")

    assert _effects(order) == before
    assert world.levels(sku) == {"NORTH": (3, 0, 2)}
    assert _tax_documents(order) == [1]


@story
def test_a_whole_history_that_is_told_again_changes_nothing(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 3}, mailbox="review").place().reaches("ON_HOLD").cancel()
    order.ends("CANCELLED", paid=0, cancelled=3)
    before = _effects(order)

    _publish_again(order, "OrderReceived", "OrderCancellationRequested", "OrderCancelled")

    assert _effects(order) == before


@long_story
def test_events_that_the_stream_lost_are_found_by_the_sweeper(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 1})
    _lose(world.system, order.order_id)

    order.place()
    world.system.until(
        lambda: _swept(order), lambda receipts: receipts > 0, what="the sweeper to publish", every=_EVERY
    )

    _lose(world.system, "nobody's")
    order.reaches("RELEASED").ship().ends("SHIPPED", paid=1800, shipped=1)


@long_story
def test_events_without_a_receipt_are_published_again_and_change_nothing(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 1}).place().reaches("RELEASED").ship().ends("SHIPPED", paid=1800, shipped=1)
    before = _effects(order)
    events = _events(order, "OrderReceived", "ShipmentRecorded")
    world.system.until(
        lambda: [_receipt(order, event) for event in events], all, what="the relay's own receipts"
    )

    for event in events:
        _delete_receipt(order, event)
    world.system.until(
        lambda: _swept(order), lambda receipts: receipts == len(events), what="new receipts", every=_EVERY
    )
    _drained(world.system)

    assert _effects(order) == before
    assert _tax_documents(order) == [1]


@long_story
def test_a_message_that_fails_every_time_gets_an_owner_and_can_be_sent_again(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 1}).place().reaches("RELEASED")
    named = f'"{order.order_id.replace("_", "-")}'
    world.system.fault("avalara", "503", match=named, times=_ATTEMPTS)

    order.ship()
    shipment = order.system.until(
        lambda: _events(order, "ShipmentRecorded"), lambda found: len(found) == 1, what="the shipment"
    )[0]
    case_id = dead_letter_id("tax/commit_tax", shipment.event_id)
    case = world.system.until(
        lambda: world.system.stack.support.load(case_id),
        lambda found: found is not None,
        what="the dead letter's owner",
    )

    assert case is not None
    assert (case.kind, case.owner, case.is_open) == ("DEAD_LETTER", "engineering", True)
    assert _tax_documents(order) == []
    world.system.stack.aws("sqs").send_message(
        QueueUrl=world.system.stack.outputs.queues["commit-tax"], MessageBody=case.message
    )
    world.system.until(lambda: _tax_documents(order), lambda found: found == [1], what="the tax")
    order.ends("SHIPPED", paid=1800, shipped=1)


@long_story
def test_a_message_that_nobody_can_read_gets_an_owner_too(world: World) -> None:
    stack = world.system.stack
    stack.aws("sqs").send_message(QueueUrl=stack.outputs.queues["commit-tax"], MessageBody="no event of ours")

    found = world.system.until(
        lambda: stack.support.of_subject(names.queue("tax/commit_tax")),
        lambda cases: any(case.message == "no event of ours" for case in cases),
        what="the poison message's owner",
    )

    assert {case.kind for case in found} == {"DEAD_LETTER"}


def _tax_documents(order: Journey) -> list[int]:
    """How often each of the order's tax documents was committed."""
    code = order.order_id.replace("_", "-")
    return [row["commits"] for row in order.system.effects("avalara") if row["code"].startswith(code)]


def _lose(system: System, order_id: str) -> None:
    """Let the stream of orders pass over this order's events, as if its records had expired unread."""
    stack = system.stack
    pattern = {
        "eventName": ["INSERT"],
        "dynamodb": {
            "Keys": {
                "pk": {"S": [{"anything-but": [f"ORDER#{order_id}"]}]},
                "sk": {"S": [{"prefix": "EVENT#"}]},
            }
        },
    }
    table = f"table/{stack.outputs.tables['orders']}/stream"
    mappings = stack.aws("lambda").list_event_source_mappings()["EventSourceMappings"]
    (mapping,) = [one for one in mappings if table in one["EventSourceArn"]]
    stack.aws("lambda").update_event_source_mapping(
        UUID=mapping["UUID"], FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]}
    )


def _swept(order: Journey) -> int:
    """Run the sweeper; answer how many of the order's own two events have a receipt now."""
    order.system.run("relay/sweep_outbox")
    return sum(_receipt(order, event) for event in _events(order, "OrderReceived", "ShipmentRecorded"))


def _receipts(order: Journey, event: Event) -> list[dict[str, Any]]:
    """The relay's receipts for an event, wherever it keeps them."""
    stack = order.system.stack
    pages = (
        stack.aws("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=stack.outputs.tables["orders"],
            FilterExpression="begins_with(sk, :receipt) AND contains(event_ids, :event)",
            ExpressionAttributeValues={":receipt": {"S": "RECEIPT#"}, ":event": {"S": event.event_id}},
            ConsistentRead=True,
        )
    )
    return [row for page in pages for row in page["Items"]]


def _receipt(order: Journey, event: Event) -> bool:
    return bool(_receipts(order, event))


def _delete_receipt(order: Journey, event: Event) -> None:
    stack = order.system.stack
    for row in _receipts(order, event):
        key = {"pk": row["pk"], "sk": row["sk"]}
        stack.aws("dynamodb").delete_item(TableName=stack.outputs.tables["orders"], Key=key)
