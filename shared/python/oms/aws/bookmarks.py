"""Where those who walk through long lists go on. Access pattern:

a walker's bookmarks   pk=<walker>   sk begins with BOOKMARK#   (then the name of the list)
"""

from oms.aws.table import Table
from oms.aws.writes import Put

_PREFIX = "BOOKMARK#"


class DynamoBookmarks:
    """The bookmarks of one walker, for one round: they are read together, when the first is asked for.

    A walk that is back at the front has an empty `place`.
    """

    def __init__(self, table: Table, walker: str) -> None:
        self._table = table
        self._walker = walker
        self._places: dict[str, str] | None = None

    def get(self, name: str) -> str | None:
        if self._places is None:
            rows = self._table.collection(self._walker, _PREFIX)
            self._places = {row["sk"].removeprefix(_PREFIX): str(row["place"]) for row in rows}
        return self._places.get(name) or None

    def put(self, name: str, place: str | None, *, before: str | None) -> bool:
        item = {"pk": self._walker, "sk": f"{_PREFIX}{name}", "place": place or ""}
        condition = "place = :before" if before else "place = :before OR attribute_not_exists(pk)"
        moved = Put(self._table.name, item, condition, values={":before": before or ""})
        if self._table.write(moved):
            return False
        if self._places is not None:
            self._places[name] = place or ""
        return True
