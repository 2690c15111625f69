"""Sizes as the services count them.

DynamoDB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

_CONTAINER_BYTES: Final = 3
_ELEMENT_BYTES: Final = 1


def item_bytes(item: Mapping[str, Any]) -> int:
    """A plain item: names in UTF-8 and values by type."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: Any) -> int:
    """One plain value. A number takes about a byte for two digits, and one more."""
    match value:
        case bool() | None:
            return 1
        case str():
            return len(value.encode())
        case int():
            return (len(str(abs(value)).rstrip("0") or "0") + 1) // 2 + 1 + (value < 0)
        case bytes():
            return len(value)
        case Mapping():
            inner = sum(len(name.encode()) + value_bytes(one) + _ELEMENT_BYTES for name, one in value.items())
            return _CONTAINER_BYTES + inner
        case list() | tuple():
            return _CONTAINER_BYTES + sum(value_bytes(one) + _ELEMENT_BYTES for one in value)
    raise TypeError(f"{type(value).__name__} does not belong in an item")


def longest_payload(history: Iterable[Mapping[str, Any]]) -> int:
    """The longest input, output or parameter text in an execution's history; the service allows 262,144 bytes."""
    return max((_longest(event) for event in history), default=0)


def _longest(value: Any) -> int:
    match value:
        case str():
            return len(value.encode())
        case Mapping():
            return max((_longest(one) for one in value.values()), default=0)
        case list():
            return len(json.dumps(value, default=str))
    return 0
