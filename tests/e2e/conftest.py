"""What tests over HTTP have to themselves."""

from collections import Counter

import pytest

from tests.e2e.refusals import stored
from tests.running.journeys import Journey
from tests.running.system import System
from tests.running.worlds import World


@pytest.fixture
def world(system: System, request: pytest.FixtureRequest) -> World:
    """SKUs and order numbers that nobody else uses."""
    return World(system, str(request.node.originalname).removeprefix("test_"))


@pytest.fixture(scope="session")
def held(system: System) -> Journey:
    """An order of the web channel that moves no further."""
    world = World(system, "bad")
    return world.order({world.stock(NORTH=5): 1}, mailbox="review").place().reaches("ON_HOLD")


@pytest.fixture(scope="session")
def released(system: System) -> Journey:
    """An order of the web channel that waits for its parcel."""
    world = World(system, "bad")
    return world.order({world.stock(NORTH=5): 2}).place().reaches("RELEASED")


@pytest.fixture(scope="session")
def resting(system: System, held: Journey, released: Journey) -> System:
    """The system with nothing under way."""
    seen: list[Counter[str]] = []

    def look() -> bool:
        seen.append(stored(system))
        return system.queued() == 0 and len(seen) > 2 and seen[-1] == seen[-2] == seen[-3]

    system.until(look, bool, what="the system to come to rest", every=1.0)
    return system
