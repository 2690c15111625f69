"""Changes of stock on hand that no order asked for."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["receipt", "correction"]

Refusal = Literal["nothing_to_adjust", "receipt_must_add", "unknown_location", "below_zero"]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """`delta` units of `sku` at `location`. A receipt adds goods; a correction repairs the count.

    `adjustment_id` is the caller's natural key: the same id is the same adjustment for ever.
    """

    adjustment_id: str
    sku: str
    location: str
    delta: int
    kind: Kind
    reason: str = ""


def objection(adjustment: Adjustment) -> Refusal | None:
    """Why `adjustment` makes no sense whatever the stock is; None when it does."""
    if adjustment.delta == 0:
        return "nothing_to_adjust"
    if adjustment.kind == "receipt" and adjustment.delta < 0:
        return "receipt_must_add"
    return None
