"""The order: line quantities, a small stage machine, and a headline derived from both."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Stage(StrEnum):
    """How far the order has come. Everything finer is in the lines and the hold."""

    RECEIVED = "RECEIVED"
    HELD = "HELD"
    RELEASED = "RELEASED"
    SHIPPED = "SHIPPED"
    CANCELLED = "CANCELLED"


class Hold(StrEnum):
    """Why an order waits for a person."""

    FRAUD = "FRAUD"
    SHORTAGE = "SHORTAGE"
    PAYMENT = "PAYMENT"


TRANSITIONS: dict[tuple[Stage, str], Stage] = {
    (Stage.RECEIVED, "hold"): Stage.HELD,
    (Stage.RECEIVED, "release"): Stage.RELEASED,
    (Stage.RECEIVED, "cancel_all"): Stage.CANCELLED,
    (Stage.HELD, "hold"): Stage.HELD,
    (Stage.HELD, "release"): Stage.RELEASED,
    (Stage.HELD, "cancel_all"): Stage.CANCELLED,
    (Stage.RELEASED, "ship_some"): Stage.RELEASED,
    (Stage.RELEASED, "ship_last"): Stage.SHIPPED,
    (Stage.RELEASED, "cancel_rest"): Stage.SHIPPED,
    (Stage.RELEASED, "cancel_all"): Stage.CANCELLED,
}
"""Every legal move. What is not listed does not happen."""

TERMINAL = frozenset({Stage.SHIPPED, Stage.CANCELLED})

HEADLINES: dict[Hold, str] = {
    Hold.FRAUD: "ON_HOLD",
    Hold.SHORTAGE: "AWAITING_CUSTOMER",
    Hold.PAYMENT: "AWAITING_PAYMENT",
}

STATUSES: tuple[str, ...] = (
    "RECEIVED",
    "ON_HOLD",
    "AWAITING_CUSTOMER",
    "AWAITING_PAYMENT",
    "RELEASED",
    "PARTIALLY_SHIPPED",
    "SHIPPED",
    "CANCELLED",
)
"""Every headline a client can see or ask for."""

ACTIVE_STATUSES: tuple[str, ...] = STATUSES[:6]
"""Headlines of orders that still owe somebody something."""


@dataclass(frozen=True, slots=True)
class Line:
    """Quantities of one line; they always add up to `ordered`. `tax` is the line's, in minor units."""

    number: int
    ordered: int
    unallocated: int = 0
    allocated: int = 0
    shipped: int = 0
    cancelled: int = 0
    tax: int = 0

    @property
    def open(self) -> int:
        """Units still owed to the customer."""
        return self.unallocated + self.allocated

    @property
    def adds_up(self) -> bool:
        """Law 5: every ordered unit is in exactly one place."""
        places = (self.unallocated, self.allocated, self.shipped, self.cancelled)
        return min(places) >= 0 and sum(places) == self.ordered


@dataclass(frozen=True, slots=True)
class Order:
    """An order's changing part. What was placed is in its snapshot and never changes."""

    order_id: str
    channel: str
    version: int
    """Counts transitions; the event of a transition carries the same number."""
    stage: Stage
    currency: str
    placed_at: str
    updated_at: str
    lines: tuple[Line, ...]
    hold: Hold | None = None
    cancel_requested: bool = False
    shipping_tax: int = 0
    shipping_charged: bool = False
    tax_estimated: bool = False
    shipped_total: int = 0
    """Minor units charged by the shipments so far."""
    fulfilment_orders: int = 0
    """How many have been released; the next one gets the next number."""
    assessment: int = 0
    """The assessment that has taken the order over from those before it, which no longer release it."""

    @property
    def headline(self) -> str:
        """The status a person reads, derived from stage, hold and lines."""
        if self.stage is Stage.HELD and self.hold:
            return HEADLINES[self.hold]
        if self.stage is Stage.RELEASED and any(line.shipped for line in self.lines):
            return "PARTIALLY_SHIPPED"
        return self.stage.value

    @property
    def is_terminal(self) -> bool:
        return self.stage in TERMINAL

    def line(self, number: int) -> Line | None:
        """The line with this number, or None."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else None

    def may(self, move: str) -> bool:
        """Whether the stage machine lists `move` here."""
        return (self.stage, move) in TRANSITIONS

    def moved(self, move: str, *, at: str, **changes: object) -> "Order":
        """The order after `move`. KeyError for a move the table does not list: guard with `may`."""
        stage = TRANSITIONS[self.stage, move]
        return replace(self, stage=stage, version=self.version + 1, updated_at=at, **changes)  # type: ignore[arg-type]

    def noted(self, *, at: str, **changes: object) -> "Order":
        """The order with a change that moves no stage (a request to cancel)."""
        return replace(self, version=self.version + 1, updated_at=at, **changes)  # type: ignore[arg-type]
