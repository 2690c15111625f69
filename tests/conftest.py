"""One running Holdfast for all tests that need one, and the order in which they run."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.running.stories import Stories
    from tests.running.system import System

_IN_ORDER = ("system", "stories", "at_rest")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the running system come last: whoever breaks something small learns of it first."""
    items.sort(key=_late)


def _late(item: pytest.Item) -> int:
    """Tests of the system, then those that play side by side, then the laws over all that was done."""
    fixtures = getattr(item, "fixturenames", ())
    return max((1 + index for index, name in enumerate(_IN_ORDER) if name in fixtures), default=0)


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[System]":
    """Engine, partners, stacks and locations, on free ports and in a folder of their own."""
    from tests.running.system import started  # heavy, and most sessions of one file do without

    with started(tmp_path_factory.mktemp("running")) as running:
        yield running


@pytest.fixture(scope="session")
def stories(system: "System", request: pytest.FixtureRequest) -> "Iterator[Stories]":
    """All stories of the session, begun together."""
    from tests.running.stories import Stories

    playing = Stories(system, request.session.items)
    yield playing
    playing.close()


@pytest.fixture
def at_rest(system: "System", request: pytest.FixtureRequest) -> "System":
    """The system after everything that was to happen in this session."""
    if any("stories" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("stories").all_over()
    return system
