"""Bookmarks in memory. tests/contract/support holds them to DynamoBookmarks."""

from dataclasses import dataclass, field


@dataclass
class FakeBookmarks:
    """`Bookmarks`."""

    places: dict[str, str | None] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    """Names of the bookmarks that were moved, in order."""

    def get(self, name: str) -> str | None:
        return self.places.get(name)

    def put(self, name: str, place: str | None, *, before: str | None) -> bool:
        if self.places.get(name) != before:
            return False
        self.places[name] = place
        self.kept.append(name)
        return True
