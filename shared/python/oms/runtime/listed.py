"""What the sweeper compares: what the outbox index lists, and what the relay's receipts name."""

from oms.aws.items import Item
from oms.aws.outbox import INDEX
from oms.aws.table import Table


def event_id(entry: Item) -> str:
    """The event that an entry of the index stands for."""
    return str(entry["outbox_at"]).partition("#")[2]


class Listed:
    """What the index lists in a queue's buckets.

    A page of a shard goes on over the buckets behind the one that was asked for, and they are not asked for
    again: at rest one query tells of all that are left, however many they are.
    """

    def __init__(self, table: Table, size: int) -> None:
        self.asked = False
        """Whether the last page cost a query."""
        self._table = table
        self._size = size
        self._ahead: dict[int, tuple[list[Item], Item | None]] = {}
        """Shard -> entries that were read and not yet handed out, and the key to go on after."""

    def page(self, name: str, shard: int) -> tuple[list[Item], bool]:
        """Entries of a bucket's shard, and whether more of them may follow. Buckets are asked for in order."""
        entries, after = self._ahead.get(shard, ([], None))
        entries = [entry for entry in entries if entry["outbox_at"] >= name]
        self.asked = shard not in self._ahead or bool(not entries and after)
        if self.asked:
            entries, after = self._read(name, shard, after)
        mine = [entry for entry in entries if entry["outbox_at"].startswith(f"{name}#")]
        rest = entries[len(mine) :]
        self._ahead[shard] = rest, after
        return mine, after is not None and not rest

    def _read(self, name: str, shard: int, after: Item | None) -> tuple[list[Item], Item | None]:
        inside = after if after and after["outbox_at"] >= name else None
        page = self._table.index_page(
            INDEX,
            "outbox_shard",
            str(shard),
            limit=self._size,
            after=inside,
            since=("outbox_at", name),
        )
        return page.items, page.next_key


class Receipted:
    """The ids that a bucket's receipts name. Read once something is asked for: most buckets list nothing."""

    def __init__(self, table: Table, bucket: str) -> None:
        self._table = table
        self._bucket = bucket
        self._ids: set[str] | None = None

    def __contains__(self, event_id: str) -> bool:
        if self._ids is None:
            receipts = self._table.collection(f"RELAY#{self._bucket}")
            self._ids = {one for receipt in receipts for one in receipt["event_ids"]}
        return event_id in self._ids

    @property
    def count(self) -> int:
        return len(self._ids or ())
