"""What every keeper of bookmarks does: the fake in memory and the one in DynamoDB, side by side."""

from typing import cast

import pytest
from oms.aws.bookmarks import DynamoBookmarks
from oms.aws.table import Table
from oms.runtime.walking import Bookmarks
from oms.support.adapters.dynamo import DynamoCases

from tests.builders import ORDER
from tests.fakes.bookmarks import FakeBookmarks

LIST = "web#RELEASED"


@pytest.fixture(params=["fake", "dynamo"])
def bookmarks(request: pytest.FixtureRequest) -> Bookmarks:
    if request.param == "fake":
        return FakeBookmarks()
    return DynamoBookmarks(cast(Table, request.getfixturevalue("table")), "WATCHDOG")


def test_a_walk_that_never_began_begins_at_the_front(bookmarks: Bookmarks) -> None:
    assert bookmarks.get(LIST) is None


def test_a_bookmark_stands_where_it_was_put_last(bookmarks: Bookmarks) -> None:
    long = "t" * 3096  # the longest page token that Step Functions gives
    assert bookmarks.put(LIST, "first", before=None)
    assert bookmarks.put(LIST, long, before="first")

    assert bookmarks.get(LIST) == long


def test_a_bookmark_can_go_back_to_the_front_and_on_again(bookmarks: Bookmarks) -> None:
    bookmarks.put(LIST, "end", before=None)

    assert bookmarks.put(LIST, None, before="end")
    assert bookmarks.get(LIST) is None
    assert bookmarks.put(LIST, "again", before=None)
    assert bookmarks.get(LIST) == "again"


@pytest.mark.parametrize("stands", ["elsewhere", None])
def test_a_bookmark_that_somebody_has_moved_stays_where_it_is(
    bookmarks: Bookmarks, stands: str | None
) -> None:
    bookmarks.put(LIST, "read", before=None)
    bookmarks.put(LIST, stands, before="read")

    assert not bookmarks.put(LIST, "late", before="read")
    assert bookmarks.get(LIST) == stands


def test_of_two_who_begin_at_once_one_keeps_its_place(bookmarks: Bookmarks) -> None:
    assert bookmarks.put(LIST, "one", before=None)

    assert not bookmarks.put(LIST, "other", before=None)
    assert bookmarks.get(LIST) == "one"


def test_every_list_has_a_bookmark_of_its_own(bookmarks: Bookmarks) -> None:
    bookmarks.put(LIST, "here", before=None)
    bookmarks.put("RUNNING", "there", before=None)

    assert [bookmarks.get(name) for name in (LIST, "RUNNING", "web#ON_HOLD")] == ["here", "there", None]


def test_bookmarks_lie_among_the_exceptions_and_are_none(table: Table) -> None:
    DynamoBookmarks(table, "WATCHDOG").put(LIST, "here", before=None)

    assert [item["sk"] for item in table.collection("WATCHDOG")] == [f"BOOKMARK#{LIST}"]
    cases = DynamoCases(table)
    assert cases.of_subject(ORDER) == cases.queue("support", "OPEN", limit=9) == []
