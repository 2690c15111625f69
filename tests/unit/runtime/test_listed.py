"""What the index lists, read ahead: every entry is handed out once, with its bucket, however pages fall."""

from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from oms.aws.table import Page, Table
from oms.runtime.listed import Listed

BUCKETS = ("2026-11-27T08:50", "2026-11-27T09:00", "2026-11-27T09:10", "2026-11-27T09:20")


class Index:
    """One shard of an index, and how often it was asked."""

    def __init__(self, keys: set[str]) -> None:
        self.keys = sorted(keys)
        self.asked = 0

    def index_page(self, *_: str, limit: int, after: dict[str, Any] | None, since: tuple[str, str]) -> Page:
        self.asked += 1
        assert after is None or after["outbox_at"] >= since[1], "DynamoDB refuses to go on before the range"
        start = after["outbox_at"] if after else ""
        found = [{"outbox_at": key} for key in self.keys if key >= since[1] and key > start]
        full = len(found) >= limit
        return Page(found[:limit], found[limit - 1] if full else None)


def listed(index: Index, size: int) -> Listed:
    return Listed(cast(Table, index), size)


KEYS = st.sets(st.builds("{}#e{}".format, st.sampled_from(BUCKETS), st.integers(0, 9)))


@given(KEYS, st.integers(1, 7), st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_every_bucket_has_its_entries_and_one_that_is_given_up_costs_no_other(
    keys: set[str], size: int, most: list[int]
) -> None:
    """`most`: after how many pages a bucket is given up; 0: it is looked at to its end."""
    index = Index(keys)
    ahead = listed(index, size)
    for name, give_up in zip(BUCKETS, most, strict=True):
        found, more, pages = [], True, 0
        while more and (not give_up or pages < give_up):
            entries, more = ahead.page(name, 0)
            found += [entry["outbox_at"] for entry in entries]
            pages += 1
        wanted = [key for key in index.keys if key.startswith(name)]
        assert found == (wanted if not more else wanted[: len(found)])


def test_buckets_that_fit_on_a_page_are_read_together() -> None:
    index = Index({f"{name}#e1" for name in BUCKETS})
    ahead = listed(index, 500)

    assert [ahead.page(name, 0) for name in BUCKETS] == [
        ([{"outbox_at": f"{name}#e1"}], False) for name in BUCKETS
    ]
    assert index.asked == 1


def test_every_shard_is_read_by_itself() -> None:
    index = Index(set())
    ahead = listed(index, 500)

    for name in BUCKETS:
        assert [ahead.page(name, shard) for shard in range(8)] == [([], False)] * 8
    assert index.asked == 8
