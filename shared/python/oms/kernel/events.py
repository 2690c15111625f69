"""A fact as it is stored: what happened, to what, when, through whom and why.

Domain code states facts as frozen dataclasses in the past tense (`OrderReceived`);
`record` turns one into the row that is written in the transaction of its transition.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self

from oms.kernel.clock import stamp


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asked for it: a client application, a member of staff, or the system itself."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `str` made of an actor."""
        kind, _, name = text.partition(":")
        return cls(kind, name)


class Fact(Protocol):
    """A frozen dataclass of JSON-ready fields (no dataclass in any of them), named in the past tense."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Event:
    """A recorded fact. `event_id` is derived from the transition, so a repeat has the same id."""

    event_id: str
    type: str
    context: str
    """The owning context: orders, inventory, payments, support."""
    subject: str
    """What it happened to: an order id, or `SKU#…` for stock that belongs to no order."""
    channel: str
    occurred_at: str
    actor: str
    reason: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def record(
    fact: Fact,
    *,
    context: str,
    subject: str,
    key: str,
    channel: str,
    now: datetime,
    actor: Actor,
    reason: str = "",
) -> Event:
    """The event for `fact`. `key` names the transition within its subject and context (no colon)."""
    if ":" in key:
        raise ValueError(f"an event key holds no colon: {key}")
    name = type(fact).__name__
    return Event(
        event_id=f"{subject}:{context}:{key}",
        type=name,
        context=context,
        subject=subject,
        channel=channel,
        occurred_at=stamp(now),
        actor=str(actor),
        reason=reason,
        data={field: getattr(fact, field) for field in fact.__dataclass_fields__},
    )
