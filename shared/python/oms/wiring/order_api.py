"""The API of the orders context, ready to serve."""

from oms.aws.outbox import events_of
from oms.kernel.events import Event
from oms.runtime.api import capture, reading
from oms.runtime.http import Answer, Request
from oms.wiring.clients import now, table
from oms.wiring.orders import orders


def place(request: Request) -> Answer:
    return capture.place(request, orders=orders(), now=now())


def cancel(request: Request) -> Answer:
    return capture.cancel(request, orders=orders(), now=now())


def ship(request: Request) -> Answer:
    return capture.ship(request, orders=orders(), now=now())


def get_order(request: Request) -> Answer:
    return reading.get_order(request, orders=orders())


def get_timeline(request: Request) -> Answer:
    return reading.get_timeline(request, orders=orders(), events_of=_events_of)


def list_orders(request: Request) -> Answer:
    return reading.list_orders(request, listings=orders())


def list_fulfilment_orders(request: Request) -> Answer:
    return reading.list_fulfilment_orders(request, orders=orders(), listings=orders())


def _events_of(order_id: str) -> list[Event]:
    variables = ("ORDERS_TABLE", "INVENTORY_TABLE", "PAYMENTS_TABLE")
    events = [event for variable in variables for event in events_of(table(variable), f"ORDER#{order_id}")]
    return events + events_of(table("SUPPORT_TABLE"), f"CASE#{order_id}")
