"""Lists that are too long for one round: each round goes on where the last one stopped.

Places are text that only the list itself understands. None is its front; behind its end the walk is back there.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from oms.kernel.errors import Trouble

T = TypeVar("T")


class Bookmarks(Protocol):
    """Where to go on, by the name of a list. Every method may raise Throttled."""

    def get(self, name: str) -> str | None:
        """The place kept last; None where the list begins."""

    def put(self, name: str, place: str | None, *, before: str | None) -> bool:
        """Move the bookmark from `before` to `place`. False, and nothing done, where it no longer stands there."""


class NoBookmarks:
    """Bookmarks of a walk that always begins at the front."""

    def get(self, name: str) -> str | None:  # noqa: ARG002
        return None

    def put(self, name: str, place: str | None, *, before: str | None) -> bool:  # noqa: ARG002
        return True


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A piece of a list."""

    entries: Sequence[tuple[T, str | None]]
    """Each with the place behind it; None where the list knows no places inside a page."""
    behind: str | None
    """The place behind the page; None at the end of the list."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A list by its name. `page` gives up to `size` entries from a place on, and raises what its store raises."""

    name: str
    size: int
    page: Callable[[str | None], Page[T]]


def walk(
    listings: Sequence[Listing[T]],
    look: Callable[[T], bool],
    *,
    bookmarks: Bookmarks,
    most: int | None,
    hurry: Callable[[], bool],
    trouble: Trouble,
) -> None:
    """Look at up to `most` entries (None: at all), page by page, the lists taking turns, until told to hurry.

    `look` answers whether the entry has had its look. Where it has not, its list waits before it for the
    next round. What goes wrong with a list is told to `trouble` with its name, and the others go on.
    """
    places = deque(_Place(listing, bookmarks) for listing in listings)
    looked = 0
    while places and (most is None or looked + places[0].listing.size <= most) and not hurry():
        place = places.popleft()
        try:
            page = place.page()
            # An empty page (an index may still list what has left it) costs a call too.
            looked += max(1, len(page.entries))
            if place.passes(page, look, hurry):
                places.append(place)
        except Exception as error:
            trouble(place.listing.name, error)


def rotated(things: Sequence[T], turn: int) -> list[T]:
    """The same things, another one first in every turn."""
    first = turn % len(things)
    return [*things[first:], *things[:first]]


class _Place(Generic[T]):
    """How far a walk has come in one list."""

    def __init__(self, listing: Listing[T], bookmarks: Bookmarks) -> None:
        self.listing = listing
        self._bookmarks = bookmarks
        self._begun = False
        self._at: str | None = None
        self._kept: str | None = None

    def page(self) -> Page[T]:
        if not self._begun:
            self._at = self._kept = self._bookmarks.get(self.listing.name)
            self._begun = True
        return self.listing.page(self._at)

    def passes(self, page: Page[T], look: Callable[[T], bool], hurry: Callable[[], bool]) -> bool:
        """Look at a page. Whether this round goes on behind it."""
        for thing, behind in page.entries:
            if hurry() or not look(thing):
                self._keep()
                return False
            self._at = behind or self._at
        self._at = page.behind
        return self._keep() and page.behind is not None

    def _keep(self) -> bool:
        """After every page: a round that is killed has lost no more than one. False: another walks here."""
        moved = self._at == self._kept or self._bookmarks.put(self.listing.name, self._at, before=self._kept)
        self._kept = self._at
        return moved
