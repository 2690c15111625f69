"""Items as they are stored, in the order of their keys."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.simulation.aws.indexes import Entry
from tests.simulation.aws.values import Item, for_lambda


class Row(NamedTuple):
    """An item and what is known of it."""

    item: Item
    size: int
    """Bytes."""
    entries: Sequence[Entry | None]
    """Where it stands in each index of its table."""
    binary: bool
    """Whether it has binary values."""

    def image(self) -> Item:
        """The item as a stream's mapping hands it to a function."""
        if not self.binary:
            return self.item
        return {name: for_lambda(value) for name, value in self.item.items()}


@dataclass(slots=True)
class Partition:
    """The rows of one partition key by sort key, and the order of these."""

    rows: dict[str, Row] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def replace(self, sort: str, row: Row | None) -> Row | None:
        """Put a row (None: remove what is there). Answers what was there."""
        old = self.rows.get(sort)
        if row is not None:
            self.rows[sort] = row
            if old is None:
                insort(self.order, sort)
        elif old is not None:
            del self.rows[sort], self.order[bisect_left(self.order, sort)]
        return old
