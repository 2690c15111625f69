"""Customers who call their order off that moment: they read that it was released, or see their payment hang."""

import json
from urllib.parse import parse_qs

from tests.simulation.actors.actor import Actor

_HEARD, _AT_ONCE = "OrderReleased", 2.0
_REGRET = (0.0, 0.05, 0.4)
"""How many cancel on hearing it, by run, and within how many seconds: the workflow is just about to wait."""
_PAYING, _IMPATIENT, _A_WHILE = "/v1/payment_intents", 0.6, 30.0
"""How many cancel while the gateway has yet to hear of their payment, and within how many seconds."""


class Hasty(Actor):
    def begin(self) -> None:
        self._regret = self.chance.choice(_REGRET)
        self.world.bus.subscribers.append(self._hear)
        self.world.partners.keeps_waiting.append(self._wait)

    def _hear(self, kind: str, detail: str) -> None:
        if kind == _HEARD and self.world.agenda.now < self.plot.calm and self.chance.random() < self._regret:
            order_id = json.loads(detail)["subject"]
            self.after(0, _AT_ONCE, lambda: self.call_off(order_id))

    def _wait(self, url: str, content: bytes) -> None:
        paid_for = parse_qs(content.decode()).get("metadata[order_id]")
        if paid_for and url.endswith(_PAYING) and self.chance.random() < _IMPATIENT:
            self.after(0, _A_WHILE, lambda: self.call_off(paid_for[0]))
