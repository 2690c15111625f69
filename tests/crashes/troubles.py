"""What may go wrong on an order's way in a flow, and what mends it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from oms.aws.items import Item, marshal
from oms.aws.outbox import bucket, events_of
from oms.aws.table import Table
from oms.aws.writes import Put
from oms.kernel.clock import moment
from oms.kernel.events import Event
from oms.payments.adapters.rows import PAYMENT
from oms.runtime import reviving, sweeping
from oms.support.domain.exceptions import Action

from ops.verify.dead_letters import dead_letter_id
from tests.crashes.playing import Playing, Step
from tests.crashes.stage import SWEEPER, WATCHDOG

_OWN_EVENTS: Final = ("orders", "inventory", "payments")
_MARGIN: Final = timedelta(seconds=2)
_ALWAYS: Final = 1_000
"""More requests than anybody makes for one order."""
_UNTIL_PARKED: Final = 25.0
"""Seconds: five deliveries, and the message is hidden after each for as long as the stage says."""


def cannot_be_paid() -> Step:
    """A row that no function can read stands where the order's payment belongs: each attempt fails."""

    def act(playing: Playing) -> None:
        playing.expect("TECHNICAL")
        table = playing.stage.system.stack.table("payments")
        table.write(Put(table.name, {"pk": f"ORDER#{playing.order.order_id}", "sk": PAYMENT}))

    return Step("cannot be paid", act)


def can_be_paid() -> Step:
    def act(playing: Playing) -> None:
        stack = playing.stage.system.stack
        stack.aws("dynamodb").delete_item(TableName=stack.outputs.tables["payments"], Key=_payment(playing))

    return Step("can be paid", act)


def _payment(playing: Playing) -> Any:
    """The key of the row of the order's payment."""
    return marshal({"pk": f"ORDER#{playing.order.order_id}", "sk": PAYMENT})


def loses_an_answer(path: str) -> Step:
    """The gateway does what it is asked by POST of `path`, and the connection breaks: somebody will have to look up."""

    def act(playing: Playing) -> None:
        match = playing.order.order_id
        playing.stage.system.fault("stripe", "drop_after", method="POST", path=path, match=match)

    return Step(f"loses an answer to {path}", act)


def cannot_reach_the_gateway() -> Step:
    def act(playing: Playing) -> None:
        playing.expect("TECHNICAL")
        playing.stage.system.fault("stripe", "503", match=playing.order.order_id, times=_ALWAYS)

    return Step("cannot reach the gateway", act)


def can_reach_the_gateway() -> Step:
    return Step("can reach the gateway", lambda playing: playing.stage.system.heal(playing.order.order_id))


def is_quoted_no_more() -> Step:
    """From now on the tax engine makes no sense when it is asked what the order's tax would be.

    It answers: one that did not would soon be asked by nobody, for other orders neither.
    """

    def act(playing: Playing) -> None:
        quote = f"ord-{playing.key}-quote"
        playing.stage.system.fault("avalara", "malformed", match=quote, times=_ALWAYS)

    return Step("is quoted no more", act)


def cannot_be_captured() -> Step:
    """Nobody can read in which state its payment is: whoever is told of a parcel fails each time."""
    return Step("cannot be captured", lambda playing: _rename(playing, "state", "held_back"))


def can_be_captured() -> Step:
    return Step("can be captured", lambda playing: _rename(playing, "held_back", "state"))


def _rename(playing: Playing, name: str, other: str) -> None:
    """Give an attribute of the row of the order's payment another name."""
    stack = playing.stage.system.stack
    stack.aws("dynamodb").update_item(
        TableName=stack.outputs.tables["payments"],
        Key=_payment(playing),
        UpdateExpression="SET #other = #name REMOVE #name",
        ExpressionAttributeNames={"#name": name, "#other": other},
    )


def is_parked() -> Step:
    """Every attempt to capture has failed, and what told of the parcel has an owner."""

    def act(playing: Playing) -> None:
        playing.sleep(_UNTIL_PARKED)
        cases = playing.stage.system.stack.support
        playing.until(lambda: cases.load(_letter(playing)), bool, what="the dead letter's owner")

    return Step("is parked", act)


def is_sent_again() -> Step:
    return Step("is sent again", lambda playing: playing.settle(_letter(playing), Action.RETRY))


def _letter(playing: Playing) -> str:
    """The item of what told the payments of the order's parcel and could not be dealt with."""
    found = [event for events in _events(playing).values() for event in events]
    (parcel,) = [event for event in found if event.type == "ShipmentRecorded"]
    return dead_letter_id("payments/capture_payment", parcel.event_id)


def is_killed(where: str = "AwaitFulfilment") -> Step:
    """Its workflow is aborted in a wait, and the watchdog starts another when it has been dead for long enough."""

    def act(playing: Playing) -> None:
        order = playing.order
        playing.until(order.steps, lambda seen: seen[-1:] == [where], what="to wait")
        order.abort()
        due = datetime.now(UTC) + reviving.GRACE + _MARGIN

        def look() -> tuple[int, str]:
            playing.runs(WATCHDOG, due=due)
            return order.executions().latest(order.order_id)

        playing.until(look, lambda seen: seen[0] == 2, what="a second workflow")
        playing.until(
            lambda: order.steps(attempt=2),
            lambda seen: seen[-1:] == [where],
            what="to wait again",
        )

    return Step(f"is killed in {where}", act)


def is_swept() -> Step:
    """The relay's notes of what it published are gone, as if it had crashed before it made them: the sweeper, to whom
    all of it is old enough, publishes it again."""

    def act(playing: Playing) -> None:
        playing.until(lambda: _receipts(playing), lambda rows: len(rows) > 2, what="the relay's receipts")
        events = [event for found in _events(playing).values() for event in found]
        due = max(moment(event.occurred_at) for event in events) + sweeping.GRACE + _MARGIN
        # Not before: another order's round would be faster, and publish this order's events with its own.
        playing.runs(SWEEPER, due=due, first=lambda: _lose_receipts(playing))
        wanted = {event.event_id for event in events}

        def look() -> bool:
            swept = wanted <= {event_id for _, row in _receipts(playing) for event_id in row["event_ids"]}
            if not swept:
                playing.runs(SWEEPER)
            return swept

        playing.until(look, bool, what="receipts of all events")

    return Step("is swept", act)


def _lose_receipts(playing: Playing) -> None:
    dynamodb = playing.stage.system.stack.aws("dynamodb")
    for table, row in _receipts(playing):
        dynamodb.delete_item(TableName=table, Key=marshal({name: row[name] for name in ("pk", "sk")}))


def _events(playing: Playing) -> dict[str, list[Event]]:
    """What the order's outboxes hold, by table."""
    stack = playing.stage.system.stack
    pk = f"ORDER#{playing.order.order_id}"
    return {table.name: events_of(table, pk) for table in map(stack.table, _OWN_EVENTS)}


def _receipts(playing: Playing) -> list[tuple[str, Item]]:
    """(table, row) of every receipt that names the order."""
    stack = playing.stage.system.stack
    return [
        (name, row)
        for name, events in _events(playing).items()
        for at in sorted({bucket(moment(event.occurred_at)) for event in events})
        for row in Table(stack.aws("dynamodb"), name).collection(f"RELAY#{at}", "RECEIPT#")
        if playing.key in str(row["event_ids"])
    ]
