"""What every actor can do: ask the API until it answers, and let time pass."""

import json
from abc import ABC, abstractmethod
from typing import Any

from oms.contracts.api import BY_KEY

from tests.simulation.asl.effects import Failed, Succeeded
from tests.simulation.cloud.world import World
from tests.simulation.plot import Plot

_TRIES = 12
_NONSENSE = (400, 401, 403, 413, 415)
"""What no actor is ever answered: the product would have changed, and nobody would play it any more."""
_WINDING_UP = 3600.0


class Actor(ABC):
    """Acts by putting things on the agenda of `world`. What everybody may know is in `plot`."""

    def __init__(self, world: World, plot: Plot) -> None:
        self.world, self.plot = world, plot
        self.chance = world.chance

    @abstractmethod
    def begin(self) -> None:
        """Put the first thing on the agenda."""

    @property
    def winding_up(self) -> bool:
        """Whether the weather is calm and not much is left to do: what is, is done soon, and the run is over."""
        calm = max(self.plot.calm, self.plot.holiday)
        return calm <= self.world.agenda.now < calm + _WINDING_UP

    def after(self, least: float, most: float, action: Any) -> None:
        self.world.agenda.after(self.chance.uniform(least, most), action)

    def call_off(self, order_id: str) -> None:
        """A customer cancels."""
        route, body = "POST /v1/orders/{order_id}/cancel", {"code": "customer_request"}
        self.ask(route, body, client="shop", path={"order_id": order_id})

    def ask(
        self,
        route: str,
        body: Any,
        *,
        client: str,
        key: str = "",
        path: dict[str, str] | None = None,
        answered: Any = None,
        tries: int = _TRIES,
    ) -> None:
        """Send a request, again as long as nobody knows what became of it."""
        claims = {"client_id": client, "scope": BY_KEY[route].full_scope}
        event = {
            "routeKey": route,
            "headers": {"content-type": "application/json", "idempotency-key": key},
            "pathParameters": path or {},
            "requestContext": {"authorizer": {"jwt": {"claims": claims}}},
            "body": json.dumps(body),
        }

        def heard(said: Succeeded | Failed) -> None:
            status = said.value["statusCode"] if isinstance(said, Succeeded) else 500
            assert status not in _NONSENSE, f"{route} is asked for nonsense: {said}"
            if status < 500:
                if answered and isinstance(said, Succeeded):
                    answered(status, json.loads(said.value["body"]))
            elif tries > 1:
                again = {"client": client, "key": key, "path": path, "answered": answered, "tries": tries - 1}
                self.after(1, 30, lambda: self.ask(route, body, **again))

        folder = BY_KEY[route].function
        self.world.functions.invoke(folder, event, heard)
