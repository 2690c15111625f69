"""The support context, ready to use."""

from functools import cache

from oms.support.adapters.dynamo import DynamoCases
from oms.wiring.clients import table


@cache
def cases() -> DynamoCases:
    return DynamoCases(table("SUPPORT_TABLE"))
