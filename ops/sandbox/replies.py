"""Small words the three partners share: a reply, and a refusal raised on the way to it."""

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One request, path relative to the partner's prefix."""

    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    query: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: dict[str, Any] | bytes
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A refusal in the partner's own words. `executed` is False when it failed validation."""

    def __init__(self, status: int, body: dict[str, Any], *, executed: bool = False) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.executed = executed


def basic_credentials(call: Call) -> tuple[str, str] | None:
    """User and password of a Basic Authorization header, or None."""
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = b64decode(value, validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError):
        return None
    return (user, password) if user and password else None
