"""Tests that mostly wait, played side by side.

A story is a test function whose first parameter is its `World`. All stories of a session begin
together; each is reported as the test that it is, with its own assertions.
"""

import inspect
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import pytest

from tests.running.system import System
from tests.running.worlds import World

Told = Callable[..., None]
_AT_ONCE: Final = 6
"""Stories in progress besides the long ones: more would only queue up on a small machine."""
_TOLD: Final = "told_as_a_story"
_LONG: Final = "long_story"


def story(told: Told) -> Told:
    """A test that plays beside others."""
    return _test(told, long=False)


def long_story(told: Told) -> Told:
    """A story that waits for minutes (a watchdog's patience, a sweeper's): it begins at once."""
    return _test(told, long=True)


class Stories:
    """Every story of the session that was selected, on its way."""

    def __init__(self, system: System, items: Iterable[pytest.Item]) -> None:
        tests = [
            item for item in items if isinstance(item, pytest.Function) and hasattr(item.function, _TOLD)
        ]
        tests.sort(key=lambda item: not getattr(item.function, _LONG))
        longest = sum(1 for item in tests if getattr(item.function, _LONG))
        _warm_up(World(system, "warm-up"))
        self._pool = ThreadPoolExecutor(_AT_ONCE + longest, thread_name_prefix="story")
        self._played = {item.nodeid: self._play(system, item) for item in tests}

    def outcome(self, nodeid: str) -> None:
        """Wait for one story. Raises what it raised."""
        self._played[nodeid].result()

    def all_over(self) -> None:
        """Wait for all of them, whatever became of them."""
        for played in self._played.values():
            played.exception()

    def close(self) -> None:
        """Begin no more; those that play are waited for."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _play(self, system: System, item: pytest.Function) -> Future[None]:
        told: Told = getattr(item.function, _TOLD)
        given: dict[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
        return self._pool.submit(told, World(system, told.__name__.removeprefix("test_")), **given)


def _warm_up(world: World) -> None:
    """One order to its end, so that the functions are awake before everybody calls them at once."""
    order = world.order({world.stock(NORTH=1): 1}).place().reaches("RELEASED")
    order.ship().ends("SHIPPED", paid=1800, shipped=1)


def _test(told: Told, *, long: bool) -> Told:
    def test(request: pytest.FixtureRequest, stories: Stories, **_: Any) -> None:
        stories.outcome(request.node.nodeid)

    test.__name__, test.__doc__, test.__module__ = told.__name__, told.__doc__, told.__module__
    own = list(inspect.signature(told).parameters.values())[1:]
    fixtures = list(inspect.signature(test).parameters.values())[:2]
    given = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
    test.__signature__ = inspect.Signature([*fixtures, *given])  # type: ignore[attr-defined]
    setattr(test, _TOLD, told)
    setattr(test, _LONG, long)
    return test
