"""What can happen to an order, in the past tense. Fields are published as they stand: no personal data.

Line numbers are the order's own (1-based). Amounts are minor units of `currency`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderReceived:
    """Stored and acknowledged; nothing has been checked yet."""

    order_id: str
    external_order_id: str
    currency: str
    lines: int
    units: int
    goods: int
    shipping: int


@dataclass(frozen=True, slots=True)
class OrderHeld:
    """Waits for a person. `hold` is FRAUD, SHORTAGE or PAYMENT."""

    order_id: str
    hold: str
    cause: str


@dataclass(frozen=True, slots=True)
class OrderReleased:
    """Checked, paid for and handed to the locations: the order is confirmed."""

    order_id: str
    fulfilment_orders: list[dict[str, object]]
    """[{"id", "location", "units"}]"""
    tax: int
    tax_estimated: bool
    total: int
    why: str = ""
    """Why these locations, in sentences."""


@dataclass(frozen=True, slots=True)
class ShipmentRecorded:
    """A parcel left. It is also the intent to capture `total`: written before anyone asks the gateway."""

    order_id: str
    shipment_id: str
    fulfilment_order_id: str
    location: str
    carrier: str
    tracking_number: str
    currency: str
    prices_include_tax: bool
    prepaid: bool
    lines: list[list[object]]
    """[[number, sku, quantity, amount, tax]]"""
    product: int
    shipping: int
    shipping_tax: int
    tax: int
    """Of the lines and of shipping together."""
    total: int
    final: bool
    """Nothing of the order remains open."""


@dataclass(frozen=True, slots=True)
class OrderCancellationRequested:
    """Somebody wants what has not shipped called off."""

    order_id: str
    code: str


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """What had not shipped is called off. `complete` where nothing had."""

    order_id: str
    lines: list[list[int]]
    """[[number, units]]"""
    complete: bool
    shipped_total: int
