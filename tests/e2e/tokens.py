"""Access tokens that must not open any door."""

import base64
import json
import time
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ops.local.tokens import token
from tests.running.system import System

_SHORT = 1
_USUAL = 60


def genuine(system: System, client: str, scopes: Iterable[str] = ()) -> str:
    """One that opens what the client may, or only `scopes` of it."""
    outputs = system.stack.outputs
    return token(outputs.token_url, outputs.clients[client], scopes)


def forged(text: str) -> str:
    """The same claims, signed with somebody else's key under the pool's key id."""
    header, claims, _ = text.split(".")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signature = key.sign(f"{header}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{header}.{claims}.{_encoded(signature)}"


def unsigned(text: str) -> str:
    """The same claims, saying that they need no signature."""
    header, claims, _ = text.split(".")
    bare = _decoded(header) | {"alg": "none"}
    return f"{_encoded(json.dumps(bare).encode())}.{claims}."


def widened(text: str) -> str:
    """More scopes than were granted, under the old signature."""
    header, claims, signature = text.split(".")
    more = _decoded(claims)
    more["scope"] += " holdfast/fulfilment.write holdfast/inventory.write"
    return f"{header}.{_encoded(json.dumps(more).encode())}.{signature}"


def expired(system: System, client: str) -> str:
    """One that was genuine until a moment ago."""
    _let_live(system, client, _SHORT, "seconds")
    try:
        text = genuine(system, client)
    finally:
        _let_live(system, client, _USUAL, "minutes")
    end = int(_decoded(text.split(".")[1])["exp"])
    system.until(lambda: time.time(), lambda now: now > end + 1, what="the token to expire")
    return text


def _let_live(system: System, client: str, amount: int, unit: str) -> None:
    system.stack.aws("cognito-idp").update_user_pool_client(
        UserPoolId=system.stack.outputs.user_pool,
        ClientId=system.stack.outputs.clients[client].id,
        AccessTokenValidity=amount,
        TokenValidityUnits={"AccessToken": unit},
    )


def _decoded(part: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return document


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
