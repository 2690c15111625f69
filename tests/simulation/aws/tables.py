"""One table: its items in the order of their keys, and what follows them into indexes and stream."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.aws.indexes import MOST_PARTITION_BYTES, MOST_SORT_BYTES, Index, Key, Place, fits
from tests.simulation.aws.refusals import Refusal, Unsupported
from tests.simulation.aws.rows import Partition, Row
from tests.simulation.aws.streams import Stream
from tests.simulation.aws.values import Item, measured, normalised, text_bytes

MOST_BYTES: Final = 400 * 1024
TOO_LARGE: Final = "Item size has exceeded the maximum allowed size"
_MISMATCH: Final = "The provided key element does not match the schema"


@dataclass(frozen=True, slots=True)
class Clock:
    """Simulated time. `now`: seconds from anywhere; `lag`: seconds until the next change of an index is seen."""

    now: Callable[[], float]
    lag: Callable[[], float]


class SimTable:
    """A table with a partition and a sort key, both text."""

    def __init__(
        self, name: str, keys: tuple[str, str], indexes: Sequence[Index], stream: Stream | None, clock: Clock
    ) -> None:
        self.name = name
        self.keys = keys
        self.indexes: Mapping[str, Index] = {index.name: index for index in indexes}
        self.stream = stream
        self._clock = clock
        self._partitions: dict[str, Partition] = {}
        self._nowhere = (None,) * len(indexes)

    def key(self, key: Item) -> Key:
        """The key in a request. Raises Refusal for one of another schema, or an empty one."""
        if len(key) != 2 or self.keys[0] not in key or self.keys[1] not in key:
            raise Refusal(_MISMATCH)
        return self._texts(key, _MISMATCH)

    def key_of(self, item: Item) -> Key:
        """The key of a whole item. Raises Refusal as `key` does."""
        for name in self.keys:
            if name not in item:
                raise Refusal(
                    f"One or more parameter values were invalid: Missing the key {name} in the item"
                )
        return self._texts(item, "One or more parameter values were invalid: Type mismatch for key")

    def named(self, key: Key) -> Item:
        """A key, as attributes."""
        return {self.keys[0]: {"S": key[0]}, self.keys[1]: {"S": key[1]}}

    def row(self, item: Item, too_large: str = TOO_LARGE) -> Row:
        """The item, measured and placed. Raises Refusal for an item that cannot be stored."""
        notes: list[str] = []
        size = text_bytes(item) + measured(item.values(), notes)
        if size > MOST_BYTES:
            raise Refusal(too_large)
        if "N" in notes:
            item = {name: normalised(value) for name, value in item.items()}
        return Row(item, size, [index.entry(item) for index in self.indexes.values()], "B" in notes)

    def find(self, key: Key) -> Row | None:
        """What is stored under `key`."""
        partition = self._partitions.get(key[0])
        return partition.rows.get(key[1]) if partition else None

    def partition(self, key: str) -> Partition:
        """The rows under a partition key."""
        return self._partitions.get(key) or Partition()

    def places(self, index: Index, partition: str) -> Sequence[Place]:
        """The places in a partition of an index, as they are seen now."""
        return index.order(partition, self._clock.now())

    def rows(self, after: Key | None = None, *, prefix: str = "") -> Iterator[Row]:
        """Every row behind `after` whose partition begins with `prefix`, in the order of their keys."""
        for first in sorted(key for key in self._partitions if key.startswith(prefix)):
            partition = self._partitions[first]
            for second in partition.order:
                if after is None or (first, second) > after:
                    yield partition.rows[second]

    def commit(self, key: Key, row: Row | None) -> None:
        """Store a row (None: remove what is there), and let indexes and stream follow."""
        partition = self._partitions.get(key[0])
        if partition is None:
            partition = self._partitions[key[0]] = Partition()
        old = partition.replace(key[1], row)
        before = old.entries if old else self._nowhere
        after = row.entries if row else self._nowhere
        for index, mine, other in zip(self.indexes.values(), before, after, strict=True):
            if mine != other:
                index.change(key, mine, other, now=self._clock.now(), lag=self._clock.lag())
        # A write that changes nothing is told to nobody.
        if self.stream and (old.item if old else None) != (row.item if row else None):
            self.stream.append(self.named(key), old, row, now=self._clock.now())

    def _texts(self, item: Item, mismatch: str) -> Key:
        first, second = item[self.keys[0]].get("S"), item[self.keys[1]].get("S")
        if first and second and fits(first, MOST_PARTITION_BYTES) and fits(second, MOST_SORT_BYTES):
            return first, second
        raise self._bad_key((first, second), mismatch)

    def _bad_key(self, texts: Sequence[str | None], mismatch: str) -> Refusal:
        if None in texts:
            return Refusal(mismatch)
        for name, text in zip(self.keys, texts, strict=True):
            if not text:
                return Refusal(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute "
                    f"cannot contain an empty string value. Key: {name}"
                )
        return Refusal("One or more parameter values were invalid: Size of a key has exceeded the size limit")


def described(request: Mapping[str, Any], clock: Clock) -> SimTable:
    """The table that a CreateTable request describes: two text keys, indexes of keys only."""
    if any(each["AttributeType"] != "S" for each in request["AttributeDefinitions"]):
        raise Unsupported("keys that are no text")
    keys = _keys(request)
    indexes = []
    for index in request.get("GlobalSecondaryIndexes", ()):
        if index["Projection"] != {"ProjectionType": "KEYS_ONLY"}:
            raise Unsupported("an index that holds more than keys")
        indexes.append(Index(index["IndexName"], _keys(index), keys))
    view = request.get("StreamSpecification", {}).get("StreamViewType")
    stream = Stream(request["TableName"], view) if view else None
    return SimTable(request["TableName"], keys, indexes, stream, clock)


def _keys(description: Mapping[str, Any]) -> tuple[str, str]:
    names = {each["KeyType"]: str(each["AttributeName"]) for each in description["KeySchema"]}
    if len(names) != 2:
        raise Unsupported("a table or index without a sort key")
    return names["HASH"], names["RANGE"]
