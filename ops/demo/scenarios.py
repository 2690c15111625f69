"""The orders of the demonstration: what is ordered, what people do, how it must end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from oms.support.domain.exceptions import Action

from ops.demo.catalogue import PRICES
from ops.demo.ends import End
from ops.demo.steps import Await, Cancel, PlaceAgain, Resolve, Ship, Step

Json = dict[str, Any]
_DECLINED_CARD = "pm_card_chargeDeclined"
_GOOD_CARD = "pm_card_visa"
_DELIVERY = 495


@dataclass(frozen=True, slots=True)
class Scenario:
    """One order. `units` is SKU -> quantity; `mailbox` decides what the fraud sandbox says."""

    name: str
    story: str
    units: Mapping[str, int]
    steps: tuple[Step, ...]
    end: End
    channel: str = "web"
    mailbox: str = "customer"
    card: str = _GOOD_CARD
    terms: Mapping[str, Any] = field(default_factory=dict)
    """What else differs in the request: prices_include_tax, payment capture."""

    def request(self, external_order_id: str) -> Json:
        """The body of POST /v1/orders. The person in it is invented."""
        capture = self.terms.get("capture", "on_shipment")
        return {
            "external_order_id": external_order_id,
            "currency": "GBP",
            "ship_to": {
                "name": "Robin Example",
                "line1": "10 Example Street",
                "city": "Oxford",
                "postal_code": "OX1 1AA",
                "country": "GB",
                "latitude": 51.752,
                "longitude": -1.258,
            },
            "customer": {"customer_id": "demonstration", "email": f"{self.mailbox}@example.com"},
            "lines": [
                {"line_id": f"L{number}", "sku": sku, "quantity": units, "unit_price": PRICES[sku]}
                for number, (sku, units) in enumerate(self.units.items(), start=1)
            ],
            "shipping": _DELIVERY,
            "prices_include_tax": bool(self.terms.get("prices_include_tax", False)),
            "payment": {"token": self.card, "capture": capture},
        }


_SHIP_ALL = (Await("RELEASED"), Ship())

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "simple", "one line, shipped whole",
        {"MUG-ENAMEL": 2}, _SHIP_ALL, End("SHIPPED", shipped=2),
    ),
    Scenario(
        "several lines", "four lines, one parcel",
        {"TENT-2P": 1, "STOVE-GAS": 1, "MUG-ENAMEL": 4, "BOTTLE-1L": 2}, _SHIP_ALL, End("SHIPPED", shipped=8),
        channel="marketplace",
    ),
    Scenario(
        "two locations", "no location has both: London and Dublin each send a parcel",
        {"PACK-40L": 1, "KAYAK-SEA": 1}, (Await("RELEASED"), Ship(parcels=2)), End("SHIPPED", shipped=2),
    ),
    Scenario(
        "prepaid", "the money is taken with the order",
        {"BOOT-42": 1, "LAMP-LED": 1}, _SHIP_ALL, End("SHIPPED", shipped=2), terms={"capture": "with_order"},
    ),
    Scenario(
        "tax included", "prices as shops show them, tax inside",
        {"LAMP-LED": 3}, _SHIP_ALL, End("SHIPPED", shipped=3), terms={"prices_include_tax": True},
    ),
    Scenario(
        "two parcels", "one line shipped in two parcels, charged twice and in all exactly once",
        {"STOVE-GAS": 3},
        (Await("RELEASED"), Ship({"L1": 1}), Await("PARTIALLY_SHIPPED"), Ship({"L1": 2})),
        End("SHIPPED", shipped=3),
    ),
    Scenario(
        "review accepted", "the fraud screening asks for a person, who accepts",
        {"TENT-4P": 1}, (Await("ON_HOLD"), Resolve("FRAUD_REVIEW", Action.ACCEPT), *_SHIP_ALL),
        End("SHIPPED", shipped=1), mailbox="review",
    ),
    Scenario(
        "review refused", "the fraud screening asks for a person, who calls it off",
        {"TENT-4P": 2}, (Await("ON_HOLD"), Resolve("FRAUD_REVIEW", Action.CANCEL)),
        End("CANCELLED", cancelled=2), mailbox="review",
    ),
    Scenario(
        "rejected", "the fraud screening rejects it; nobody is asked",
        {"ROPE-30M": 1}, (), End("CANCELLED", cancelled=1), mailbox="reject",
    ),
    Scenario(
        "shortage", "five ordered where two are left; support calls it off",
        {"LANTERN-BRASS": 5}, (Await("AWAITING_CUSTOMER"), Resolve("SHORTAGE", Action.CANCEL)),
        End("CANCELLED", cancelled=5),
    ),
    Scenario(
        "card declined", "the bank says no; the customer gives up",
        {"BOOT-43": 1}, (Await("AWAITING_PAYMENT"), Cancel()), End("CANCELLED", cancelled=1),
        card=_DECLINED_CARD,
    ),
    Scenario(
        "cancelled", "called off before anything shipped: the authorization is voided",
        {"ROPE-30M": 2}, (Await("RELEASED"), Cancel()), End("CANCELLED", cancelled=2),
    ),
    Scenario(
        "prepaid cancelled", "paid at once, then called off: the money goes back",
        {"BOTTLE-1L": 6}, (Await("RELEASED"), Cancel()), End("CANCELLED", cancelled=6),
        terms={"capture": "with_order"},
    ),
    Scenario(
        "shipped in part", "one of three shipped, the rest called off",
        {"MUG-ENAMEL": 3}, (Await("RELEASED"), Ship({"L1": 1}), Await("PARTIALLY_SHIPPED"), Cancel()),
        End("SHIPPED", shipped=1, cancelled=2),
    ),
    Scenario(
        "sent twice", "the channel repeats its request: one order",
        {"BOTTLE-1L": 1}, (PlaceAgain(), *_SHIP_ALL), End("SHIPPED", shipped=1),
    ),
)  # fmt: skip
"""Every kind of order, each with its end."""
