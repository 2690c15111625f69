"""What the partners remember, and the journal that lets a restarted sandbox remember it too."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

Row = dict[str, Any]


class Store:
    """Named collections of JSON objects in insertion order.

    Changes are journaled together by `commit`, one line per request, so that a crash
    between two of them leaves neither.
    """

    def __init__(self, journal: Path | None = None) -> None:
        self._rows: dict[str, dict[str, Row]] = {}
        self._changed: dict[tuple[str, str], Row] = {}
        self._journal: IO[str] | None = None
        if journal is not None:
            self._replay(journal)
            self._journal = journal.open("a", encoding="utf-8")

    def get(self, collection: str, key: str) -> Row | None:
        return self._rows.get(collection, {}).get(key)

    def put(self, collection: str, key: str, row: Row) -> Row:
        self._rows.setdefault(collection, {})[key] = row
        self._changed[collection, key] = row
        return row

    def all(self, collection: str) -> list[Row]:
        return list(self._rows.get(collection, {}).values())

    def append(self, collection: str, row: Row) -> None:
        """Add `row` under the next number: for records that are only ever added."""
        self.put(collection, str(len(self._rows.get(collection, {})) + 1), row)

    def commit(self) -> None:
        """Write what changed since the last commit."""
        changes = [[collection, key, row] for (collection, key), row in self._changed.items()]
        self._changed.clear()
        if changes:
            self._write(changes)

    def reset(self) -> None:
        self._rows.clear()
        self._changed.clear()
        self._write("reset")

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()

    def _write(self, entry: object) -> None:
        if self._journal is not None:
            self._journal.write(json.dumps(entry, separators=(",", ":")) + "\n")
            self._journal.flush()

    def _replay(self, journal: Path) -> None:
        if not journal.exists():
            return
        text = journal.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        if whole != text:  # the last line was being written when the process died
            journal.write_text(whole, encoding="utf-8")
        for line in whole.splitlines():
            self._apply(json.loads(line))

    def _apply(self, entry: str | Iterable[tuple[str, str, Row]]) -> None:
        if isinstance(entry, str):
            self._rows.clear()
            return
        for collection, key, row in entry:
            self._rows.setdefault(collection, {})[key] = row
