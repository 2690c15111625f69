"""API: place an order."""

from oms.wiring.http import serve
from oms.wiring.orders import place

handler = serve(placeOrder=place)
