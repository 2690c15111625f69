"""The values about which a closure can be sure: texts, whole numbers, truth values, null and nothing."""

import json
from typing import Any, Final

from tests.simulation.asl.scopes import UNDEFINED, Unsure

SIMPLE: Final = (str, bool, type(None))
_MOST: Final = 10**15
"""Whole numbers below are the same as JSONata's doubles, also when they are printed."""
_PRINTED: Final = (str, int, type(None))
_PRINT: Final = json.JSONEncoder(separators=(",", ":")).encode


def whole(value: Any) -> int:
    """A whole number. Raises Unsure."""
    if type(value) is int and -_MOST < value < _MOST:
        return value
    raise Unsure


def truth(value: Any) -> bool:
    """What a condition has come to. Raises Unsure."""
    if isinstance(value, bool):
        return value
    raise Unsure


def text_of(value: Any, *, missing: Any) -> Any:
    """`$string`; `missing` stands for nothing. Raises Unsure for what JSONata formats by rules of its own."""
    if type(value) is str:
        return value
    if value is UNDEFINED:
        return missing
    if value is True or value is False:
        return "true" if value else "false"
    if type(value) is dict and all(isinstance(one, _PRINTED) for one in value.values()):
        return _PRINT(value)
    return str(whole(value))
