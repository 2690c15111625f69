"""Stripe's form encoding: `a[b][c]=1` is a nested object."""

from typing import Any
from urllib.parse import parse_qsl


def nested(text: str) -> dict[str, Any]:
    """The object a form-encoded body stands for; every leaf is text. ValueError where names collide."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)):
        *parents, leaf = name.replace("]", "").split("[")
        place = root
        for parent in parents:
            place = place.setdefault(parent, {})
            if not isinstance(place, dict):
                raise ValueError(f"{name} is a value and an object")
        place[leaf] = value
    return root
