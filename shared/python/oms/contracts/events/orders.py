"""Events of the orders context. Line numbers are the order's own (1-based)."""

from typing import Annotated, Literal

from pydantic import Field

from oms.contracts.events._fact import Count, Currency, Fact, Minor, OrderId

Number = Annotated[int, Field(ge=1)]
ShippedLine = tuple[Number, str, Number, Minor, Minor]
"""Line number, SKU, units, charge for these units, their tax."""


class OrderReceived(Fact):
    """An order is stored and acknowledged. Nothing has been checked yet."""

    order_id: OrderId
    external_order_id: str
    currency: Currency
    lines: Count
    units: Count
    goods: Minor
    shipping: Minor


class OrderHeld(Fact):
    """An order waits for a person."""

    order_id: OrderId
    hold: Literal["FRAUD", "SHORTAGE", "PAYMENT"]
    cause: str


class Work(Fact):
    """What one location has to ship."""

    id: str
    location: str
    units: Count


class OrderReleased(Fact):
    """An order is checked, paid for and handed to the locations: it is confirmed."""

    order_id: OrderId
    fulfilment_orders: list[Work]
    tax: Minor
    tax_estimated: bool
    total: Minor
    why: str = ""
    """Why these locations, in sentences."""


class ShipmentRecorded(Fact):
    """A parcel left. The event is also the intent to capture `total`."""

    order_id: OrderId
    shipment_id: str
    fulfilment_order_id: str
    location: str
    carrier: str
    tracking_number: str
    currency: Currency
    prices_include_tax: bool
    prepaid: bool
    lines: Annotated[
        list[ShippedLine], Field(description="Line number, SKU, units, charge for the units, their tax.")
    ]
    product: Minor
    shipping: Minor
    shipping_tax: Minor
    tax: Annotated[Minor, Field(description="Of the lines and of shipping together.")]
    total: Annotated[Minor, Field(description="What to capture.")]
    final: Annotated[bool, Field(description="Nothing of the order remains open.")]


class OrderCancellationRequested(Fact):
    """Somebody wants what has not shipped called off."""

    order_id: OrderId
    code: str


class OrderCancelled(Fact):
    """What had not shipped is called off."""

    order_id: OrderId
    lines: Annotated[list[tuple[Number, Number]], Field(description="Line number, units.")]
    complete: Annotated[bool, Field(description="Nothing had shipped.")]
    shipped_total: Minor


FACTS = (
    OrderReceived,
    OrderHeld,
    OrderReleased,
    ShipmentRecorded,
    OrderCancellationRequested,
    OrderCancelled,
)
