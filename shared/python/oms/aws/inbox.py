"""Which events a consumer has dealt with. For consumers whose effect has no natural key of its own here.

Rows never expire: an archive replayed after ninety days must have no new effect.
"""

from dataclasses import dataclass

from oms.aws.table import Table
from oms.aws.writes import Put


@dataclass(frozen=True, slots=True)
class Inbox:
    """The inbox of one consumer."""

    table: Table
    consumer: str

    def has(self, event_id: str) -> bool:
        return self.table.get(f"INBOX#{self.consumer}#{event_id}", "INBOX") is not None

    def keep(self, event_id: str, note: str = "") -> None:
        """Remember the event. Another delivery may have been faster; then there is nothing to add."""
        item = {"pk": f"INBOX#{self.consumer}#{event_id}", "sk": "INBOX", "note": note}
        self.table.write(Put(self.table.name, item))
