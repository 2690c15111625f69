"""Customers who read what happens to their order as it happens, and call it off that moment."""

import json

from tests.simulation.actors.actor import Actor

_HEARD, _AT_ONCE = "OrderReleased", 2.0
_REGRET = (0.0, 0.05, 0.4)
"""How many cancel on hearing it, by run, and within how many seconds: the workflow is just about to wait."""


class Hasty(Actor):
    def begin(self) -> None:
        self._regret = self.chance.choice(_REGRET)
        self.world.bus.subscribers.append(self._hear)

    def _hear(self, kind: str, detail: str) -> None:
        if kind == _HEARD and self.world.agenda.now < self.plot.calm and self.chance.random() < self._regret:
            order_id = json.loads(detail)["subject"]
            self.after(0, _AT_ONCE, lambda: self.call_off(order_id))
