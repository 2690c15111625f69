"""API: a location reports a shipment."""

from oms.wiring.http import serve
from oms.wiring.orders import ship

handler = serve(recordShipment=ship)
