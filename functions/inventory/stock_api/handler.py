"""API: adjust stock, read what can be sold."""

from oms.wiring import stock_api
from oms.wiring.http import serve

handler = serve(adjustStock=stock_api.adjust_stock, getAvailability=stock_api.get_availability)
