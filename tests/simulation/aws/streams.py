"""The stream of a table: every change that was committed, as its mapping hands it to a function."""

from typing import Any, Final

from tests.simulation.aws.rows import Row
from tests.simulation.aws.values import Item

Record = dict[str, Any]

_REGION: Final = "us-east-1"
_FIRST: Final = 100_000_000_000_000_000_000
"""Sequence numbers are decimal text of one length, so text and number have the same order."""
_OLD: Final = ("OLD_IMAGE", "NEW_AND_OLD_IMAGES")
_NEW: Final = ("NEW_IMAGE", "NEW_AND_OLD_IMAGES")


class Stream:
    """Records in the order of their commits. `view`: which images a record has."""

    def __init__(self, table: str, view: str) -> None:
        self.records: list[Record] = []
        self._view = view
        self._arn = f"arn:aws:dynamodb:{_REGION}:000000000000:table/{table}/stream/2026-11-27T09:00:00.000"

    def append(self, key: Item, old: Row | None, new: Row | None, *, now: float) -> None:
        """Tell of a change at `now` seconds."""
        change: dict[str, Any] = {
            "ApproximateCreationDateTime": now,
            "Keys": key,
            "SequenceNumber": str(_FIRST + len(self.records)),
            "StreamViewType": self._view,
        }
        if new is not None and self._view in _NEW:
            change["NewImage"] = new.image()
        if old is not None and self._view in _OLD:
            change["OldImage"] = old.image()
        name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
        self.records.append({"eventName": name, "eventSourceARN": self._arn, "dynamodb": change})
