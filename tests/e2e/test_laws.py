"""After everything that was sent over HTTP, the laws of the domain hold."""

import pytest

from tests.running.laws import broken_laws
from tests.running.system import System

pytestmark = pytest.mark.timeout(900)


def test_every_law_holds_after_all_requests(at_rest: System) -> None:
    assert broken_laws(at_rest) == []
