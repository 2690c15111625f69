"""Many buyers and few units: exactly what is there is sold, and nothing is left hanging."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from tests.running.journeys import Journey
from tests.running.worlds import World

pytestmark = pytest.mark.timeout(600)
_UNITS: Final = 60
_BUYERS: Final = 90
_CLIENTS: Final = 16


def test_the_last_units_are_sold_once_each(world: World) -> None:
    sku = world.stock(NORTH=_UNITS)
    orders = [world.order({sku: 1}) for _ in range(_BUYERS)]

    with ThreadPoolExecutor(_CLIENTS) as clients:
        list(clients.map(Journey.place, orders))
    statuses = _decided(world, orders)

    assert Counter(statuses.values()) == {"RELEASED": _UNITS, "AWAITING_CUSTOMER": _BUYERS - _UNITS}
    assert world.levels(sku) == {"NORTH": (0, _UNITS, 0)}
    for order in orders:
        standing, sold = order.standing(), statuses[order.order_id] == "RELEASED"
        assert (standing.reserved, standing.held) == ((1, 1800) if sold else (0, 0))
        assert standing.waits_for == (() if sold else ("SHORTAGE",))


def _decided(world: World, orders: list[Journey]) -> dict[str, str]:
    """Order id -> its status, once each is sold or short and the shortage has an owner."""
    statuses: dict[str, str] = {}

    def undecided() -> int:
        for order in orders:
            if order.order_id in statuses:
                continue
            standing = order.standing()
            if standing.status == "RELEASED" or standing.waits_for:
                statuses[order.order_id] = standing.status
        return len(orders) - len(statuses)

    world.system.until(undecided, lambda count: count == 0, what="every buyer to know", every=1.0)
    return statuses
