"""What a test sees of the inventory table: everything, and whether the laws hold."""

from collections.abc import Iterator
from dataclasses import dataclass

from oms.aws.audit import Scanner
from oms.aws.items import Item
from oms.inventory.adapters import rows
from oms.inventory.domain.laws import Violation, conservation, promises
from oms.inventory.domain.reservation import Reservation
from oms.inventory.domain.stock import StockLevel

from tests.builders import rows_of


@dataclass(frozen=True, slots=True)
class InventoryAudit:
    client: Scanner
    table: str

    def all_levels(self) -> list[StockLevel]:
        return [rows.level_of(item) for item in self.items(rows.LEVEL) if item["pk"] != rows.LOCATIONS]

    def all_reservations(self) -> list[Reservation]:
        return [rows.reservation_of(item) for item in self.items(rows.RESERVATION)]

    def violations(self) -> list[Violation]:
        """Laws 1 and 2."""
        levels = self.all_levels()
        return conservation(levels) + promises(levels, self.all_reservations())

    def items(self, prefix: str) -> Iterator[Item]:
        """Every item whose sort key starts with `prefix`."""
        return (item for item in rows_of(self.client, self.table) if item["sk"].startswith(prefix))
