"""Bodies of the API's answers, as the OpenAPI document shows them.

Functions build plain dictionaries of these shapes (answers are ours, so nothing validates
them on the hot path); a test holds the two together.
"""

from pydantic import BaseModel, ConfigDict


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OrderAccepted(_Answer):
    order_id: str
    status: str


class LineView(_Answer):
    line_id: str
    sku: str
    ordered: int
    unallocated: int
    allocated: int
    shipped: int
    cancelled: int
    amount: int
    tax: int


class FulfilmentOrderView(_Answer):
    fulfilment_order_id: str
    order_id: str
    location: str
    state: str
    released_at: str
    lines: list["WorkView"]


class WorkView(_Answer):
    line_id: str
    sku: str
    quantity: int
    shipped: int
    cancelled: int


class OrderView(_Answer):
    order_id: str
    external_order_id: str
    channel: str
    status: str
    currency: str
    placed_at: str
    updated_at: str
    cancel_requested: bool
    goods: int
    shipping: int
    tax: int
    tax_estimated: bool
    prices_include_tax: bool
    lines: list[LineView]
    fulfilment_orders: list[FulfilmentOrderView]


class OrderRow(_Answer):
    order_id: str
    channel: str
    status: str
    currency: str
    placed_at: str
    lines: int


class OrderPage(_Answer):
    orders: list[OrderRow]
    cursor: str | None


class FulfilmentOrderPage(_Answer):
    fulfilment_orders: list[FulfilmentOrderView]
    cursor: str | None


class TimelineEntry(_Answer):
    at: str
    event: str
    context: str
    actor: str
    reason: str
    text: str
    """One sentence for people."""


class Timeline(_Answer):
    order_id: str
    entries: list[TimelineEntry]


class CancellationAccepted(_Answer):
    order_id: str
    status: str


class ShipmentRecorded(_Answer):
    fulfilment_order_id: str
    shipment_id: str
    order_status: str


class StockAdjusted(_Answer):
    sku: str
    location: str
    available: int


class LocationAvailability(_Answer):
    location: str
    available: int
    reserved: int


class Availability(_Answer):
    sku: str
    available: int
    locations: list[LocationAvailability]
