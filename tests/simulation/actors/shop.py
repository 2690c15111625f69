"""Customers: they place orders, some of them twice, and some change their minds."""

from typing import Any

from oms.kernel.ids import order_id

from ops.rehearse.crowd import one_line_order
from tests.simulation.actors.actor import Actor

_EXPIRED = "pm_card_authorizationExpired"
_NEVER_BACK, _NOT_AT_FIRST = "pm_card_refundFail", "pm_card_refundFailsAtFirst"
"""Cards to which money cannot be given back: never, or not when it is tried for the first time."""
_TOKENS = (
    *["pm_card_visa"] * 6,
    "pm_card_chargeDeclined",
    "pm_card_authenticationRequired",
    _NEVER_BACK,
    _EXPIRED,
)
_REFUSED = (_EXPIRED, "pm_card_captureFailsAtFirst")
_MAILBOXES = ("buyer", "buyer", "buyer", "buyer", "review", "reject")
_LEEDS = {
    "name": "A Buyer",
    "line1": "1 High Street",
    "city": "Leeds",
    "postal_code": "LS1 1UR",
    "country": "GB",
}
_ALBANY = {
    "name": "A Buyer", "line1": "1 State Street", "city": "Albany", "region": "NY", "postal_code": "12207", "country": "US",
}  # fmt: skip
"""Where the estimate of a tax is what the engine would say, and where it is not."""
_SPREAD, _RUSH = 120.0, 4.0
"""Seconds in which the orders come."""
_SECOND_THOUGHTS = (8.0, 400.0)
"""Seconds within which somebody cancels: while the workflow is at it, or while it waits."""


class Shop(Actor):
    def begin(self) -> None:
        for number in range(self.plot.orders):
            self.after(0, _RUSH if self.plot.rush else _SPREAD, lambda number=number: self._place(number))

    def _place(self, number: int) -> None:
        body = self._order(number)

        def answered(status: int, answer: dict[str, Any]) -> None:
            if status < 300:
                self.plot.acknowledged.append(answer["order_id"])

        for _ in range(2 if self.chance.random() < 0.1 else 1):
            self.ask("POST /v1/orders", body, client="shop", key=f"key-{number}", answered=answered)
        if self.chance.random() < 0.1:  # a channel that has lost its own records
            self.after(
                0, 600, lambda: self.ask("POST /v1/orders", body, client="shop", key=f"other-{number}")
            )
        if self.chance.random() < 0.3:
            ours = order_id("web", str(number))
            self.after(0, self.chance.choice(_SECOND_THOUGHTS), lambda: self.call_off(ours))

    def _order(self, number: int) -> dict[str, Any]:
        pick, refusing = self.chance.choice, self.world.weather.refusing
        skus = self.chance.sample(self.plot.skus, k=min(len(self.plot.skus), pick((1, 1, 1, 2, 3))))
        lines = [
            {
                "line_id": f"L{row}",
                "sku": sku,
                "quantity": pick((1, 1, 2, 3)),
                "unit_price": pick((500, 1999)),
            }
            for row, sku in enumerate(skus)
        ]
        return one_line_order(str(number), skus[0]) | {
            "customer": {"email": f"{pick(_MAILBOXES)}@example.com"},
            "ship_to": pick((_LEEDS, _ALBANY)),
            "lines": lines,
            "prices_include_tax": pick((True, False)),
            "shipping": pick((0, 0, 495)),
            "payment": {
                "token": _dealt(pick(_REFUSED if refusing else _TOKENS), number),
                "capture": "on_shipment" if refusing else pick(("on_shipment", "on_shipment", "with_order")),
            },
        }


def _dealt(token: str, number: int) -> str:
    return _NOT_AT_FIRST if token == _NEVER_BACK and number % 2 else token
