"""One generated event, and what its judge must know of it."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = Any
Kind = Literal["http", "queue", "stream", "task", "schedule"]


@dataclass(frozen=True)
class Given:
    """An event for the handler of `folder`. `how` names what was done to it, for the report."""

    folder: str
    kind: Kind
    event: Json
    how: str
    honest: bool = False
    """Nothing was done to it: the system itself makes such events."""
    harmless: frozenset[int] = field(default_factory=frozenset)
    """Of a batch: the places of those that are as the system makes them."""
