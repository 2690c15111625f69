"""Partner answers made up in a test."""

import json
from typing import Any

import httpx


def reply(status: int, body: dict[str, Any] | bytes = b"", **headers: str) -> httpx.Response:
    """An answer that streams, as one from the network does; header names with underscores for hyphens."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, stream=httpx.ByteStream(content))
