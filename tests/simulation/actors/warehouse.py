"""Locations: they ship what they are asked to, some of it in parts, and say so twice."""

from typing import Any

from oms.aws.items import unmarshal
from oms.orders.adapters.rows import fulfilment_of
from oms.orders.domain.fulfilment import FulfilmentOrder, FulfilmentState

from tests.simulation.actors.actor import Actor

_ROUND = 60.0
_REGRET, _AT_ONCE = 0.2, 3.0
"""How many customers who hear that a part of their order has left cancel the rest, and within how many seconds."""


class Warehouse(Actor):
    def begin(self) -> None:
        self._parcels = 0
        self.after(10 + self.plot.holiday, _ROUND + self.plot.holiday, self._round)

    def _round(self) -> None:
        for work in self._open():
            if self.chance.random() < 0.5:
                self._ship(work)
        pause = _ROUND if self.world.agenda.now < self.plot.calm or self.winding_up else 5 * _ROUND
        self.after(pause / 2, pause, self._round)

    def _open(self) -> list[FulfilmentOrder]:
        rows = [
            item
            for item in self.world.dynamo.items("orders", "ORDER#")
            if "location_key" in item  # listed as open
        ]
        work = [fulfilment_of(unmarshal(item)) for item in rows]
        return [one for one in work if one.state is FulfilmentState.OPEN]

    def _ship(self, work: FulfilmentOrder) -> None:
        self._parcels += 1
        body: dict[str, Any] = {
            "shipment_id": f"p{self._parcels}",
            "carrier": "Royal Mail",
            "tracking_number": f"RM{self._parcels}",
        }
        waiting = [one for one in work.work if one.open]
        if sum(one.open for one in waiting) > 1 and self.chance.random() < 0.4:
            body["lines"] = [{"line_id": f"L{waiting[0].number - 1}", "quantity": 1}]
            if self.chance.random() < _REGRET:
                self.after(0, _AT_ONCE, lambda: self.call_off(work.order_id))
        path = {"fulfilment_order_id": work.fulfilment_order_id}
        route = "POST /v1/fulfilment-orders/{fulfilment_order_id}/shipments"
        for _ in range(2 if self.chance.random() < 0.15 else 1):
            self.ask(route, body, client="warehouse", path=path)
