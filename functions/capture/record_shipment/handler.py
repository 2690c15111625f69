"""API: a location reports a shipment."""

from oms.wiring.http import serve
from oms.wiring.order_api import ship

handler = serve(recordShipment=ship)
