"""What one test over HTTP has to itself."""

import pytest

from tests.running.system import System
from tests.running.worlds import World


@pytest.fixture
def world(system: System, request: pytest.FixtureRequest) -> World:
    """SKUs and order numbers that nobody else uses."""
    return World(system, str(request.node.originalname).removeprefix("test_"))
