"""Identity. Every id is derived from what it names, so a repeated request finds the same id.

`order_id` comes from (channel, the channel's own order id): the order's primary key is
at the same time the natural key that makes a second placement impossible.
"""

from base64 import b32encode
from hashlib import sha256
from uuid import UUID, uuid5

_EFFECTS = UUID("6f0c4b1e-6f3b-5d0e-9a39-1f7f3f6f9b53")
_ORDER_ID_CHARACTERS = 26  # 130 bits of SHA-256 in base 32: collisions are not a concern
_FULFILMENT_DIGITS = 6


def order_id(channel: str, external_order_id: str) -> str:
    """`ord_` and 26 lower-case base-32 characters; legal as a Step Functions execution name."""
    digest = sha256(f"{channel}\x1f{external_order_id}".encode()).digest()
    return "ord_" + b32encode(digest).decode().lower()[:_ORDER_ID_CHARACTERS]


def is_order_id(text: str) -> bool:
    """Whether `text` has the shape of an order id (it may still name no order)."""
    body = text.removeprefix("ord_")
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    return text.startswith("ord_") and len(body) == _ORDER_ID_CHARACTERS and set(body) <= set(alphabet)


def effect_key(subject: str, operation: str, attempt: str | int = 1) -> str:
    """The idempotency key a partner sees: same subject, operation and attempt, same key for ever."""
    return str(uuid5(_EFFECTS, f"{subject}/{operation}/{attempt}"))


def fulfilment_order_id(order: str, number: int) -> str:
    """Numbered within its order, so that the id alone leads back to the order."""
    return f"{order}-f{number}"


def order_of_fulfilment(fulfilment_order: str) -> str | None:
    """The order id inside a fulfilment order id; None when it is not one."""
    order, _, number = fulfilment_order.rpartition("-f")
    is_number = number.isascii() and number.isdigit() and len(number) <= _FULFILMENT_DIGITS
    return order if is_order_id(order) and is_number else None
