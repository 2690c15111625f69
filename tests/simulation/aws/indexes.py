"""Secondary indexes that hold keys only and are late: each change is seen when its time has come."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from heapq import heappop, heappush
from itertools import count
from operator import itemgetter
from typing import Any, Final, NamedTuple

from tests.simulation.aws.refusals import Refusal
from tests.simulation.aws.values import Item

Key = tuple[str, str]
"""Partition and sort key of an item in its table."""
Entry = tuple[str, str]
"""Partition and sort key of an item in an index."""
Place = tuple[str, str, str]
"""Where an item stands in a partition of an index: its sort key there, then its key in the table."""

MOST_PARTITION_BYTES: Final = 2048
MOST_SORT_BYTES: Final = 1024
sort_key = itemgetter(0)


class Change(NamedTuple):
    """An item moves in the index at `due` seconds; changes of the same moment keep their order."""

    due: float
    number: int
    key: Key
    old: Entry | None
    new: Entry | None


class Index:
    """One secondary index; `keys` are its partition and sort key attributes, then those of its table."""

    def __init__(self, name: str, keys: tuple[str, str], table_keys: tuple[str, str]) -> None:
        self.name = name
        self.keys = keys
        self.key_names = (*keys, *table_keys)
        self._partitions: dict[str, list[Place]] = {}
        self._pending: list[Change] = []
        self._latest: dict[Key, float] = {}
        self._numbers = count()

    def entry(self, item: Item) -> Entry | None:
        """Where the item is to stand; None where it lacks a key of the index. Raises Refusal for what is no key."""
        partition, sort = item.get(self.keys[0]), item.get(self.keys[1])
        first = self._text(0, partition, MOST_PARTITION_BYTES) if partition else None
        second = self._text(1, sort, MOST_SORT_BYTES) if sort else None
        return None if first is None or second is None else (first, second)

    def change(self, key: Key, old: Entry | None, new: Entry | None, *, now: float, lag: float) -> None:
        """Move an item `lag` seconds from now, and never before an earlier change of the same item."""
        before = self._latest.get(key)
        due = now + lag if before is None else max(now + lag, before)
        if before is None and due <= now:
            self._move(key, old, new)
        else:
            self._latest[key] = due
            heappush(self._pending, Change(due, next(self._numbers), key, old, new))

    def order(self, partition: str, now: float) -> list[Place]:
        """The places of a partition as they are seen now, in order."""
        while self._pending and self._pending[0].due <= now:
            change = heappop(self._pending)
            self._move(change.key, change.old, change.new)
        return self._partitions.get(partition, [])

    def items(self, partition: str, places: Iterable[Place]) -> Iterable[tuple[Item, int]]:
        """What the index holds of the items at these places, and its bytes."""
        names = sum(map(len, self.key_names))
        for place in places:
            texts = (partition, *place)
            item = {name: {"S": text} for name, text in zip(self.key_names, texts, strict=True)}
            yield item, names + sum(len(text.encode()) for text in texts)

    def place(self, key: Item) -> Place:
        """The place that a starting key names."""
        _, sort, table_partition, table_sort = (key[name]["S"] for name in self.key_names)
        return sort, table_partition, table_sort

    def _move(self, key: Key, old: Entry | None, new: Entry | None) -> None:
        if old:
            order = self._partitions[old[0]]
            del order[bisect_left(order, (old[1], *key))]
        if new:
            insort(self._partitions.setdefault(new[0], []), (new[1], *key))

    def _text(self, place: int, value: Any, most: int) -> str:
        text = value.get("S")
        if text and fits(text, most):
            return str(text)
        raise self._bad_key(self.keys[place], value)

    def _bad_key(self, name: str, value: Any) -> Refusal:
        (kind,) = value
        if kind != "S":
            return Refusal(
                f"One or more parameter values were invalid: Type mismatch for Index Key {name} "
                f"Expected: S Actual: {kind} IndexName: {self.name}"
            )
        if value["S"]:
            return Refusal(
                f"One or more parameter values were invalid: Size of {name} has exceeded the limit"
            )
        return Refusal(
            "One or more parameter values are not valid. A value specified for a secondary index key is not "
            "supported. The AttributeValue for a key attribute cannot contain an empty string value. "
            f"IndexName: {self.name}, IndexKey: {name}"
        )


def fits(text: str, most: int) -> bool:
    """Whether a text has no more bytes than `most`."""
    return len(text) * 4 <= most or len(text.encode()) <= most
