"""Cursors say where a listing goes on. They carry no rights: channel and filter come from the request again."""

import base64
import json
import re
from typing import Any

from oms.contracts.problems import FieldError, Problem
from oms.kernel.ids import is_order_id, order_of_fulfilment
from oms.orders.application.ports import Position

START = "start"
"""Both the moment and the item of a position at the very beginning of a channel."""
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def encode(position: Position | None) -> str | None:
    """An opaque text for the client."""
    if position is None:
        return None
    packed = json.dumps([position.channel, position.at, position.item_id]).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(text: str, *, channels: tuple[str, ...]) -> Position | None:
    """The position in a cursor; None for no cursor. Raises Problem for what cannot be one of `channels`."""
    if not text:
        return None
    match _unpacked(text):
        case [str() as channel, str() as at, str() as item_id] if channel in channels and _exists(
            at, item_id
        ):
            return Position(channel, at, item_id)
    raise Problem("cursor_invalid", errors=(FieldError("query.cursor", "is not a cursor of this listing"),))


def _unpacked(text: str) -> Any:
    padded = text + "=" * (-len(text) % 4)
    try:
        return json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return None


def _exists(at: str, item_id: str) -> bool:
    """Whether a listing can have such a place. DynamoDB must never meet a key that we did not write."""
    if (at, item_id) == (START, START):
        return True
    return bool(_STAMP.fullmatch(at)) and (is_order_id(item_id) or order_of_fulfilment(item_id) is not None)
