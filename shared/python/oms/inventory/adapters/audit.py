"""Everything in the inventory table, for verification. Scans: for operators, never for functions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from oms.aws.errors import translated
from oms.aws.items import Item, unmarshal
from oms.inventory.adapters import rows
from oms.inventory.domain.laws import Violation, conservation, promises
from oms.inventory.domain.reservation import Reservation
from oms.inventory.domain.stock import StockLevel


class Scanner(Protocol):
    """The part of boto3's DynamoDB client that an audit calls."""

    def scan(self, **request: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class InventoryAudit:
    """Reads the whole table. On a table at rest the laws hold exactly; under load a scan is no snapshot.

    Every method raises Throttled.
    """

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
        request: dict[str, Any] = {
            "TableName": self.table,
            "ConsistentRead": True,
            "FilterExpression": "begins_with(sk, :prefix)",
            "ExpressionAttributeValues": {":prefix": {"S": prefix}},
        }
        while True:
            with translated():
                answer = self.client.scan(**request)
            yield from map(unmarshal, answer["Items"])
            if not answer.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
