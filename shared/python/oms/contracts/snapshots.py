"""An order as other contexts and partners may see it: read-only, as it was placed.

Plain dataclasses, because tasks on the hot path read them without paying for pydantic.
Amounts are integer minor units of `currency`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Where goods go. Personal data: never logged, never put into an event or a workflow."""

    name: str
    line1: str
    city: str
    postal_code: str
    country: str
    """ISO 3166-1 alpha-2."""
    line2: str = ""
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class LineSnapshot:
    """One ordered line. `number` is its place in the order (1-based) and how workflows refer to it."""

    number: int
    line_id: str
    sku: str
    quantity: int
    unit_price: int
    discount: int = 0
    """For the whole line, already allocated by the channel."""
    tax_code: str = ""

    @property
    def amount(self) -> int:
        """What the line costs before tax (or with it, where prices include tax)."""
        return self.unit_price * self.quantity - self.discount


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """The order as placed."""

    order_id: str
    channel: str
    external_order_id: str
    currency: str
    placed_at: str
    ship_to: Address
    lines: tuple[LineSnapshot, ...]
    shipping: int
    prices_include_tax: bool
    payment_token: str
    prepaid: bool
    """True where the money is taken with the order (bank transfer, wallet) instead of at shipment."""
    email: str = ""
    customer_id: str = ""
    client_ip: str = ""

    @property
    def goods(self) -> int:
        return sum(line.amount for line in self.lines)
