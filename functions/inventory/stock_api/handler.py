"""API: adjust stock, read what can be sold."""

from oms.wiring import inventory
from oms.wiring.http import serve

handler = serve(adjustStock=inventory.adjust_stock, getAvailability=inventory.get_availability)
