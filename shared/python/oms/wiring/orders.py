"""The orders context, ready to use."""

from functools import cache

from oms.orders.adapters.dynamo import DynamoOrders
from oms.wiring.clients import table


@cache
def orders() -> DynamoOrders:
    return DynamoOrders(table("ORDERS_TABLE"))
