"""Consumer of ShipmentRecorded: books the stock out."""

from oms.runtime.consuming.stock import ship_stock
from oms.runtime.queues import consumer
from oms.wiring.clients import now
from oms.wiring.inventory import stock


@consumer
def handler(event):
    ship_stock(event, reservations=stock(), now=now())
