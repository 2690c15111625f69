"""What may be done to an order in a flow."""

from typing import Any

import httpx
from oms.support.domain.exceptions import Action

from tests.crashes.playing import Goods, Playing, Step
from tests.running.journeys import Standing


def receives(units: int) -> Step:
    """The warehouse books stock in. It asks no order, so it is in nobody's history."""

    def act(playing: Playing) -> None:
        receipt = {"sku": playing.sku, "location": "NORTH", "delta": units, "kind": "receipt"}
        key = f"receipt-{playing.stage.system.number()}"
        playing.ask(lambda: playing.stage.system.stack.api("warehouse").adjust(receipt, key=key))

    return Step(f"receives {units}", act, trace="")


def places(goods: Goods, reaches: str) -> Step:
    """What the fraud screening will say is no part of the history: until then nobody knows. Nor is a card that the
    gateway accepts: what it refuses later is told by `meets`."""

    def act(playing: Playing) -> None:
        if reaches == "ON_HOLD":
            playing.expect("FRAUD_REVIEW")
        playing.ask(playing.order.place)
        playing.reaches(reaches)

    card = goods.card if reaches == "AWAITING_PAYMENT" else "an accepted card"
    return Step("places", act, trace=f"places {goods.units} {card} {goods.prepaid}")


def meets(card: str) -> Step:
    """From here on it makes a difference which card it is: the gateway is about to refuse something."""
    return Step(f"meets {card}", lambda _: None)


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


def is_settled() -> Step:
    """Its workflow has nothing more to do."""

    def act(playing: Playing) -> None:
        playing.until(playing.order.standing, lambda seen: seen.workflow == "SUCCEEDED", what="a settlement")

    return Step("is settled", act)


def stops(kind: str) -> Step:
    return Step(f"stops with {kind}", lambda playing: playing.stops_with(kind))


def decides(kind: str, action: Action, reaches: str) -> Step:
    def act(playing: Playing) -> None:
        playing.decide(kind, action)
        playing.reaches(reaches)

    return Step(f"decides {kind} {action}", act)


def hears_of_its_capture() -> Step:
    """That it was refused. Where a fault kept that from being told, it was tried again at once, and the money is there."""

    def act(playing: Playing) -> None:
        def heard() -> bool:
            return _is_refused(playing) or playing.order.standing().kept > 0

        playing.until(heard, bool, what="a refusal or the money")

    return Step("hears of its capture", act)


def has_a_refused_capture_tried_again() -> Step:
    def act(playing: Playing) -> None:
        if _is_refused(playing):
            playing.decide("CAPTURE_FAILED", Action.RETRY)

    return Step("has a refused capture tried again", act)


def _is_refused(playing: Playing) -> bool:
    return any(case.kind == "CAPTURE_FAILED" for case in playing.order.open_cases())


def confirms() -> Step:
    """The cardholder tells the bank that it is all right. Nobody tells us."""

    def act(playing: Playing) -> None:
        url = f"{playing.stage.system.stack.sandbox_url}/_sandbox/authentications"
        acted = {"payment_intent": playing.order.reference(), "passed": True}
        httpx.post(url, json=acted, trust_env=False).raise_for_status()

    return Step("confirms", act)


def ends(status: str, *, paid: int = 0, shipped: int = 0, cancelled: int = 0) -> Step:
    """The order is at its end, in goods, money (minor units), workflow and people."""
    wanted = Standing(status, "SUCCEEDED", shipped, cancelled, 0, paid, 0, moving=False, waits_for=())
    return Step(f"ends {status} {paid} {shipped} {cancelled}", lambda playing: playing.ends(wanted))
