"""Cursors say where a listing goes on. They carry no rights: channel and filter come from the request again."""

import base64
import binascii
import json

from oms.contracts.problems import FieldError, Problem
from oms.orders.application.ports import Position

_LONGEST = 400


def encode(position: Position | None) -> str | None:
    """An opaque text for the client."""
    if position is None:
        return None
    packed = json.dumps([position.channel, position.at, position.item_id]).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(text: str, *, channels: tuple[str, ...]) -> Position | None:
    """The position in a cursor; None for no cursor. Raises Problem for anything that `encode` did not make."""
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        channel, at, item_id = json.loads(
            base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
        )
    except (binascii.Error, ValueError, TypeError) as error:
        raise _invalid() from error
    well_formed = all(isinstance(part, str) and 0 < len(part) < _LONGEST for part in (channel, at, item_id))
    if not well_formed or channel not in channels:
        raise _invalid()
    return Position(channel, at, item_id)


def _invalid() -> Problem:
    return Problem("cursor_invalid", errors=(FieldError("query.cursor", "is not a cursor of this listing"),))
