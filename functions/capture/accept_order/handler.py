"""API: place an order."""

from oms.wiring.http import serve
from oms.wiring.order_api import place

handler = serve(placeOrder=place)
