"""Everything that a running system has stored, to be compared."""

import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from tests.running.system import System

Rows = Mapping[tuple[str, str, str], str]
"""(table, partition key, sort key) -> a digest of the item."""
_VOLATILE: Final = ("RECEIPT#", "PARKED#", "SWEPT", "BOOKMARK#", "INBOX")
"""Rows that the system writes by itself, at any time."""
_PAUSE: Final = 0.7
_CALM: Final = 4


class Stored:
    def __init__(self, system: System) -> None:
        self._system = system

    def rows(self) -> Rows:
        """As of now."""
        found: dict[tuple[str, str, str], str] = {}
        client = self._system.stack.aws("dynamodb")
        for name, table in self._system.stack.outputs.tables.items():
            for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
                for item in page["Items"]:
                    if not item["sk"]["S"].startswith(_VOLATILE):
                        key = name, item["pk"]["S"], item["sk"]["S"]
                        found[key] = sha256(repr(sorted(item.items())).encode()).hexdigest()
        return found

    def at_rest(self) -> Rows:
        """Once nothing has changed for a while."""
        seen = [self.rows()]
        while len(seen) < _CALM or any(one != seen[-1] for one in seen[-_CALM:]) or self._system.queued():
            time.sleep(_PAUSE)
            seen.append(self.rows())
        return seen[-1]
