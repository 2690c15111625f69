"""The inventory context, ready to use."""

from functools import cache

from oms.inventory.adapters.dynamo import DynamoLocations, DynamoStock
from oms.wiring.clients import table


@cache
def stock() -> DynamoStock:
    return DynamoStock(table("INVENTORY_TABLE"))


@cache
def locations() -> DynamoLocations:
    return DynamoLocations(table("INVENTORY_TABLE"))
