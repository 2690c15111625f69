"""The API of the inventory context, ready to serve."""

from oms.runtime.api import stock as api
from oms.runtime.http import Answer, Request
from oms.wiring.clients import now
from oms.wiring.inventory import locations, stock


def adjust_stock(request: Request) -> Answer:
    return api.adjust_stock(request, levels=stock(), locations=locations(), now=now())


def get_availability(request: Request) -> Answer:
    return api.get_availability(request, levels=stock())
