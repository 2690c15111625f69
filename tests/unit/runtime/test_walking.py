"""Walks through lists that are too long for one round."""

from collections.abc import Callable, Sequence
from itertools import count

import pytest
from oms.kernel.errors import Throttled
from oms.runtime.walking import Listing, NoBookmarks, Page, rotated, walk

from tests.fakes.bookmarks import FakeBookmarks


class Numbers:
    """Lists of numbers; a place is how many lie before it. `seen` is what was looked at, in order."""

    def __init__(self, *, size: int = 2, inner_places: bool = True) -> None:
        self.bookmarks = FakeBookmarks()
        self.seen: list[int] = []
        self.pages = 0
        self.troubles: list[tuple[str, type[Exception]]] = []
        self._size, self._inner_places = size, inner_places

    def walked(
        self,
        *lists: Sequence[int],
        most: int | None = 4,
        look: Callable[[int], bool] = lambda number: True,
        hurry: Callable[[], bool] = lambda: False,
    ) -> list[int]:
        """What one walk looks at."""
        before = len(self.seen)

        def looked(number: int) -> bool:
            done = look(number)
            self.seen += [number] if done else []
            return done

        listings = [self.listing(f"list-{index}", numbers) for index, numbers in enumerate(lists)]
        walk(
            listings,
            looked,
            bookmarks=self.bookmarks,
            most=most,
            hurry=hurry,
            trouble=lambda name, error: self.troubles.append((name, type(error))),
        )
        return self.seen[before:]

    def listing(self, name: str, numbers: Sequence[int]) -> Listing[int]:
        def page(after: str | None) -> Page[int]:
            self.pages += 1
            start = int(after or 0)
            piece = numbers[start : start + self._size]
            places = [str(start + index + 1) if self._inner_places else None for index in range(len(piece))]
            end = start + self._size
            return Page(list(zip(piece, places, strict=True)), str(end) if end < len(numbers) else None)

        return Listing(name, self._size, page)


def after(looks: int) -> Callable[[], bool]:
    """Tells to hurry once it was asked so often."""
    asked = iter([False] * looks)
    return lambda: next(asked, True)


def test_a_walk_goes_on_where_the_last_one_stopped_and_begins_again_behind_the_end() -> None:
    numbers = Numbers()

    walks = [numbers.walked(range(10)) for _ in range(5)]

    assert walks == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9], [0, 1, 2, 3], [4, 5, 6, 7]]


def test_no_walk_looks_at_more_than_it_may() -> None:
    numbers = Numbers(size=3)

    assert [len(numbers.walked(range(100), most=most)) for most in (3, 5, 6, 7)] == [3, 3, 6, 6]


def test_a_walk_without_a_limit_looks_at_everything() -> None:
    assert Numbers().walked(range(101), most=None) == list(range(101))


def test_long_lists_take_turns_and_short_ones_leave_theirs_to_the_long() -> None:
    numbers = Numbers()

    assert numbers.walked(range(100), [200], range(300, 400), most=8) == [0, 1, 200, 300, 301, 2, 3]


def test_a_list_that_is_empty_over_many_pages_uses_up_its_share() -> None:
    class Hollow(Numbers):
        def listing(self, name: str, numbers: Sequence[int]) -> Listing[int]:
            return Listing(name, 2, lambda at: Page([], str(int(at or 0) + 1)))

    numbers = Hollow()
    numbers.walked([], most=10)

    assert numbers.bookmarks.get("list-0") == "9"


def test_a_list_waits_before_what_had_no_look_while_the_others_go_on() -> None:
    numbers = Numbers()

    assert numbers.walked(range(9), range(20, 24), look=lambda n: n != 1, most=9) == [0, 20, 21, 22, 23]
    assert numbers.walked(range(9), most=4) == [1, 2, 3, 4]


def test_a_walk_that_is_cut_short_goes_on_where_it_was_cut() -> None:
    numbers = Numbers(size=5)

    assert numbers.walked(range(10), most=10, hurry=after(3)) == [0, 1]
    assert numbers.walked(range(10), most=10) == [2, 3, 4, 5, 6, 7, 8, 9]


def test_where_a_list_knows_no_places_inside_a_page_a_cut_page_is_looked_at_again() -> None:
    numbers = Numbers(size=3, inner_places=False)

    assert numbers.walked(range(6), most=9, hurry=after(7)) == [0, 1, 2, 3, 4]
    assert numbers.walked(range(6), most=9) == [3, 4, 5]


def test_a_walk_that_has_no_time_reads_nothing() -> None:
    numbers = Numbers()

    assert numbers.walked(range(9), hurry=lambda: True) == []
    assert numbers.pages == 0


def test_nobody_is_asked_for_the_time_once_all_is_done() -> None:
    """Who is told to hurry has left something undone: the round says that it was cut short."""
    asked = count()

    Numbers().walked(range(4), hurry=lambda: next(asked) < 0)

    assert next(asked) == 2 + 4


def test_a_walk_that_is_killed_loses_no_more_than_a_page() -> None:
    numbers = Numbers()

    def killed(number: int) -> bool:
        if number == 5:
            raise SystemExit
        return True

    with pytest.raises(SystemExit):
        numbers.walked(range(10), most=10, look=killed)

    assert numbers.walked(range(10), most=2) == [4, 5]


def test_a_list_that_fits_into_one_page_moves_no_bookmark() -> None:
    numbers = Numbers()

    numbers.walked([1, 2], [])

    assert numbers.bookmarks.kept == []


def test_a_list_that_another_walks_through_is_left_to_it() -> None:
    numbers = Numbers()

    def other_walks(number: int) -> bool:
        if number == 0:
            numbers.bookmarks.places["list-0"] = "6"
        return True

    assert numbers.walked(range(10), most=8, look=other_walks) == [0, 1]
    assert numbers.walked(range(10), most=8) == [6, 7, 8, 9]


def test_a_list_that_cannot_be_read_is_told_of_and_the_others_go_on() -> None:
    numbers = Numbers()
    numbers.bookmarks.places["list-0"] = "no number"

    assert numbers.walked(range(4), range(10, 14), most=8) == [10, 11, 12, 13]
    assert numbers.troubles == [("list-0", ValueError)]
    assert numbers.bookmarks.places["list-0"] == "no number"


def test_a_list_whose_bookmark_cannot_be_read_or_moved_is_told_of_and_the_others_go_on() -> None:
    class Slow(FakeBookmarks):
        def get(self, name: str) -> str | None:
            if name == "list-0":
                raise Throttled("slow down")
            return super().get(name)

        def put(self, name: str, place: str | None, *, before: str | None) -> bool:
            if name == "list-1":
                raise Throttled("slow down")
            return super().put(name, place, before=before)

    numbers = Numbers()
    numbers.bookmarks = Slow()

    assert numbers.walked(range(4), range(10, 14), range(20, 24), most=9) == [10, 11, 20, 21, 22, 23]
    assert numbers.troubles == [("list-0", Throttled), ("list-1", Throttled)]


def test_a_walk_without_bookmarks_begins_at_the_front_and_leaves_none() -> None:
    numbers = Numbers()
    numbers.bookmarks, kept = NoBookmarks(), numbers.bookmarks  # type: ignore[assignment]
    kept.places["list-0"] = "4"

    assert [numbers.walked(range(6)), numbers.walked(range(6))] == [[0, 1, 2, 3]] * 2
    assert kept.places == {"list-0": "4"}


def test_everyone_comes_first_in_turn() -> None:
    assert [rotated("abc", turn) for turn in range(4)] == [
        ["a", "b", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
        ["a", "b", "c"],
    ]
