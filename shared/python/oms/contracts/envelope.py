"""The envelope in which events travel the bus (the `detail` of an EventBridge event)."""

from dataclasses import fields
from typing import Any

from oms.kernel.events import Event

VERSION = 1
SOURCE_PREFIX = "holdfast."
_PUBLISHED = tuple(field.name for field in fields(Event) if field.name != "reason")


def to_detail(event: Event) -> dict[str, Any]:
    """The published form. Carries ids and figures, never personal data.

    The reason stays at home: people type it, and what they type may name a person.
    """
    return {"version": VERSION, **{name: getattr(event, name) for name in _PUBLISHED}}


def from_detail(detail: dict[str, Any]) -> Event:
    """The event a consumer received. Raises KeyError or TypeError where it is not one of ours."""
    return Event(**{name: value for name, value in detail.items() if name != "version"})
