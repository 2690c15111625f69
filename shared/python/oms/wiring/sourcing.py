"""The sourcing context, ready to use."""

from functools import cache

from oms.sourcing.adapters.dynamo import DynamoSupplies
from oms.wiring.clients import table


@cache
def supplies() -> DynamoSupplies:
    return DynamoSupplies(table("INVENTORY_TABLE"))
