"""What one test has to itself within the shared system: its SKUs and its order numbers."""

from collections.abc import Mapping
from typing import Final

from tests.running.journeys import Journey
from tests.running.system import Json, System

PRICE: Final = 1_000
SHIPPING: Final = 500
"""Minor units. Orders go to Great Britain, where the sandbox takes 20 %, of shipping too."""


class World:
    """Things with names that nobody else uses."""

    def __init__(self, system: System, name: str) -> None:
        self.system = system
        self._name = name[:40]

    def stock(self, **units: int) -> str:
        """A new SKU with so many units at each location, booked in as the warehouse does it."""
        sku = self.sku()
        for location, count in units.items():
            self.receive(sku, location, count)
        return sku

    def sku(self) -> str:
        """A SKU that nobody has ever stocked."""
        return f"SKU-{self.system.number()}"

    def receive(self, sku: str, location: str, units: int) -> None:
        receipt = {"sku": sku, "location": location, "delta": units, "kind": "receipt"}
        self.system.stack.api("warehouse").adjust(receipt, key=f"receipt-{self.system.number()}")

    def levels(self, sku: str) -> dict[str, tuple[int, int, int]]:
        """Location -> units available, reserved and shipped."""
        found = self.system.stack.inventory.of_sku(sku)
        return {one.location: (one.available, one.reserved, one.shipped) for one in found}

    def order(
        self,
        units: Mapping[str, int],
        *,
        card: str = "pm_card_visa",
        mailbox: str = "customer",
        prepaid: bool = False,
        tax_included: bool = False,
        channel: str = "web",
    ) -> Journey:
        """An order of `units` (SKU -> quantity), not yet placed."""
        number = f"{self._name}-{self.system.number()}"
        body = order_body(number, units, card=card, mailbox=mailbox)
        body["prices_include_tax"] = tax_included
        body["payment"]["capture"] = "with_order" if prepaid else "on_shipment"
        return Journey(self.system, body, channel=channel)


def order_body(
    number: str, units: Mapping[str, int], *, card: str = "pm_card_visa", mailbox: str = "customer"
) -> Json:
    """The body of POST /v1/orders. The person in it is invented; `mailbox` decides what the fraud sandbox says."""
    return {
        "external_order_id": number,
        "currency": "GBP",
        "ship_to": {
            "name": "Robin Example",
            "line1": "10 Example Street",
            "city": "Leeds",
            "postal_code": "LS2 2AA",
            "country": "GB",
            "latitude": 53.8,
            "longitude": -1.5,
        },
        "customer": {"customer_id": "tester", "email": f"{mailbox}@example.com"},
        "lines": [
            {"line_id": f"L{line}", "sku": sku, "quantity": quantity, "unit_price": PRICE}
            for line, (sku, quantity) in enumerate(units.items(), start=1)
        ],
        "shipping": SHIPPING,
        "payment": {"token": card, "capture": "on_shipment"},
    }
