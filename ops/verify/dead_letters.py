"""Which exception item stands for which undelivered event."""

from hashlib import sha256

from oms.kernel.events import Event

from infra import names
from ops.verify.evidence import Evidence


def dead_letter_id(consumer: str, event_id: str) -> str:
    """The exception item that `park_dead_letter` opens for an event that `consumer` could not deal with."""
    return f"{names.queue(consumer)}.{sha256(event_id.encode()).hexdigest()[:16]}"


def is_parked(evidence: Evidence, consumer: str, event: Event) -> bool:
    """Whether `event` is known to have failed at `consumer`, and a person has it or has let it be."""
    return evidence.is_seen_to(dead_letter_id(consumer, event.event_id))
