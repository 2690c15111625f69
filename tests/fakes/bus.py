"""EventBridge's PutEvents in memory, with its limits. tests/contract/outbox holds it to the real shape."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.aws_errors import client_error

_ENTRIES = 10
_BYTES = 256 * 1024


@dataclass
class FakeBus:
    """`Bus`. `codes` refuses single events by id, `failures` fails whole calls, one after the other."""

    calls: list[list[dict[str, Any]]] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def put_events(self, **request: Any) -> Any:
        if self.failures:
            raise client_error(self.failures.pop(0), "PutEvents")
        entries: list[dict[str, Any]] = request["Entries"]
        if not 1 <= len(entries) <= _ENTRIES or sum(map(_size, entries)) > _BYTES:
            raise client_error("ValidationException", "PutEvents")
        self.calls.append(entries)
        answers = [self._answer(entry) for entry in entries]
        failed = sum("ErrorCode" in answer for answer in answers)
        return {"FailedEntryCount": failed, "Entries": answers}

    @property
    def published(self) -> list[str]:
        """Ids of the events that reached the bus, in their order."""
        ids = [_event_id(entry) for call in self.calls for entry in call]
        return [event_id for event_id in ids if event_id not in self.codes]

    def _answer(self, entry: dict[str, Any]) -> dict[str, str]:
        event_id = _event_id(entry)
        if code := self.codes.get(event_id):
            return {"ErrorCode": code, "ErrorMessage": code}
        return {"EventId": f"bus-{event_id}"}


def _event_id(entry: dict[str, Any]) -> str:
    return str(json.loads(entry["Detail"])["event_id"])


def _size(entry: dict[str, Any]) -> int:
    """Bytes as AWS counts them: the time is 14, then source, detail type and detail."""
    return 14 + sum(len(str(entry[name]).encode()) for name in ("Source", "DetailType", "Detail"))
