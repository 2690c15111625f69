"""Where those who walk through long lists go on. Access pattern:

a bookmark   pk=<walker>   sk=BOOKMARK#<name of the list>
"""

from dataclasses import dataclass

from oms.aws.table import Table
from oms.aws.writes import Put


@dataclass(frozen=True, slots=True)
class DynamoBookmarks:
    """The bookmarks of one walker. A walk that is back at the front has an empty `place`."""

    table: Table
    walker: str

    def get(self, name: str) -> str | None:
        item = self.table.get(self.walker, f"BOOKMARK#{name}")
        return str(item["place"]) or None if item else None

    def put(self, name: str, place: str | None, *, before: str | None) -> bool:
        item = {"pk": self.walker, "sk": f"BOOKMARK#{name}", "place": place or ""}
        condition = "place = :before" if before else "place = :before OR attribute_not_exists(pk)"
        return (
            self.table.write(Put(self.table.name, item, condition, values={":before": before or ""})) is None
        )
