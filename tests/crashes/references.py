"""Paths of partners' calls without what differs from order to order."""

import re
from typing import Final

_REFERENCE: Final = re.compile(r"(?<=/)(?:[a-z]{2}_[0-9a-f]{24}|ord-[a-z2-7]{26}[\w-]*)(?=/|$)")


def without_references(path: str) -> str:
    """`/v1/payment_intents/pi_…/capture` becomes the glob `/v1/payment_intents/*/capture`."""
    return _REFERENCE.sub("*", path)
