"""The inventory context, ready to use."""

from functools import cache

from oms.inventory.adapters.dynamo import DynamoLocations, DynamoStock
from oms.runtime.api import stock as api
from oms.runtime.http import Answer, Request
from oms.wiring.clients import now, table


@cache
def stock() -> DynamoStock:
    return DynamoStock(table("INVENTORY_TABLE"))


@cache
def locations() -> DynamoLocations:
    return DynamoLocations(table("INVENTORY_TABLE"))


def adjust_stock(request: Request) -> Answer:
    return api.adjust_stock(request, levels=stock(), locations=locations(), now=now())


def get_availability(request: Request) -> Answer:
    return api.get_availability(request, levels=stock())
