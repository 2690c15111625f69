"""What may be done to an order in a flow."""

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

from tests.crashes.playing import Goods, Playing, Step
from tests.crashes.stage import SWEEPER, WATCHDOG
from tests.running.journeys import Standing

_OWN_EVENTS: Final = ("orders", "inventory", "payments")
_MARGIN: Final = timedelta(seconds=2)


def receives(units: int) -> Step:
    """The warehouse books stock in. It asks no order, so it is in nobody's history."""

    def act(playing: Playing) -> None:
        receipt = {"sku": playing.sku, "location": "NORTH", "delta": units, "kind": "receipt"}
        key = f"receipt-{playing.stage.system.number()}"
        playing.ask(lambda: playing.stage.system.stack.api("warehouse").adjust(receipt, key=key))

    return Step(f"receives {units}", act, trace="")


def places(goods: Goods, reaches: str) -> Step:
    """What the fraud screening will say is no part of the history: until then nobody knows."""

    def act(playing: Playing) -> None:
        if reaches == "ON_HOLD":
            playing.expect("FRAUD_REVIEW")
        playing.ask(playing.order.place)
        playing.reaches(reaches)

    return Step("places", act, trace=f"places {goods.units} {goods.card} {goods.prepaid}")


def ships(units: int = 0, reaches: str = "SHIPPED") -> Step:
    """A parcel with so many units of the first line; with all there is where none is said."""

    def act(playing: Playing) -> None:
        for one in playing.ask(playing.order.work):
            parcel: dict[str, Any] = {
                "shipment_id": f"parcel_{playing.stage.system.number()}",
                "carrier": "Example Parcels",
                "tracking_number": "EX1",
            }
            if units:
                parcel["lines"] = [{"line_id": "L1", "quantity": units}]
            place = one["fulfilment_order_id"]
            playing.ask(lambda place=place, parcel=parcel: _report(playing, place, parcel))  # type: ignore[misc]
        playing.reaches(reaches)

    return Step(f"ships {units or 'all'}", act)


def _report(playing: Playing, place: str, parcel: dict[str, Any]) -> None:
    playing.stage.system.stack.api("warehouse").ship(place, parcel)


def cancels(reaches: str = "CANCELLED") -> Step:
    def act(playing: Playing) -> None:
        playing.ask(playing.order.cancel)
        playing.reaches(reaches)

    return Step("cancels", act)


def stops(kind: str) -> Step:
    return Step(f"stops with {kind}", lambda playing: playing.stops_with(kind))


def decides(kind: str, action: Action, reaches: str) -> Step:
    def act(playing: Playing) -> None:
        playing.decide(kind, action)
        playing.reaches(reaches)

    return Step(f"decides {kind} {action}", act)


def ends(status: str, *, paid: int = 0, shipped: int = 0, cancelled: int = 0) -> Step:
    """The order is at its end, in goods, money (minor units), workflow and people."""
    wanted = Standing(status, "SUCCEEDED", shipped, cancelled, 0, paid, 0, moving=False, waits_for=())
    return Step(f"ends {status} {paid} {shipped} {cancelled}", lambda playing: playing.ends(wanted))


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
        key = {"pk": {"S": f"ORDER#{playing.order.order_id}"}, "sk": {"S": PAYMENT}}
        stack.aws("dynamodb").delete_item(TableName=stack.outputs.tables["payments"], Key=key)

    return Step("can be paid", act)


def is_killed() -> Step:
    """Its workflow is aborted, and the watchdog starts another when it has been dead for long enough."""

    def act(playing: Playing) -> None:
        order = playing.order
        playing.until(order.steps, lambda seen: seen[-1:] == ["AwaitFulfilment"], what="to wait")
        order.abort()
        playing.sleep((reviving.GRACE + _MARGIN).total_seconds())

        def look() -> tuple[int, str]:
            playing.runs(WATCHDOG)
            return order.executions().latest(order.order_id)

        playing.until(look, lambda seen: seen[0] == 2, what="a second workflow")
        playing.until(
            lambda: order.steps(attempt=2),
            lambda seen: seen[-1:] == ["AwaitFulfilment"],
            what="to wait again",
        )

    return Step("is killed", act)


def loses_receipts() -> Step:
    """The relay's notes of what it published are gone, as if it had crashed before it made them."""

    def act(playing: Playing) -> None:
        playing.until(lambda: _receipts(playing), lambda rows: len(rows) > 2, what="the relay's receipts")
        dynamodb = playing.stage.system.stack.aws("dynamodb")
        for table, row in _receipts(playing):
            dynamodb.delete_item(TableName=table, Key=marshal({name: row[name] for name in ("pk", "sk")}))

    return Step("loses receipts", act)


def is_swept() -> Step:
    """The sweeper publishes again what has no receipt, when it is old enough."""

    def act(playing: Playing) -> None:
        events = [event for found in _events(playing).values() for event in found]
        due = max(moment(event.occurred_at) for event in events) + sweeping.GRACE + _MARGIN
        playing.sleep((due - datetime.now(UTC)).total_seconds())

        def look() -> set[str]:
            playing.runs(SWEEPER)
            return {event_id for _, row in _receipts(playing) for event_id in row["event_ids"]}

        wanted = {event.event_id for event in events}
        playing.until(look, lambda seen: wanted <= seen, what="receipts of all events")

    return Step("is swept", act)


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
