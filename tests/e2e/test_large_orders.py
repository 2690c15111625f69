"""The largest order that is taken: two thousand lines of different goods, from the API to the last parcel."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final

import pytest
from oms.aws.items import marshal
from oms.contracts.requests import MAX_LINES
from oms.inventory.application.adjusting import adjust
from oms.inventory.domain.adjustment import Adjustment

from tests.running.journeys import Journey
from tests.running.stories import long_story
from tests.running.system import TESTER
from tests.running.worlds import World

pytestmark = pytest.mark.timeout(900)
_AT_ONCE: Final = 8
_LARGEST_STATE: Final = 256 * 1024
_LARGEST_ITEM: Final = 400 * 1024
"""Bytes that Step Functions and DynamoDB take; the local AWS does not look."""


@long_story
def test_two_thousand_lines_are_released_and_shipped(world: World) -> None:
    skus = _stocked(world, MAX_LINES)
    goods = MAX_LINES * 1000
    total = goods + 500 + (goods + 500) // 5

    order = world.order(dict.fromkeys(skus, 1)).place().reaches("RELEASED")
    assert order.standing().reserved == MAX_LINES
    order.ship()

    order.ends("SHIPPED", paid=total, shipped=MAX_LINES)
    assert order.money() == [("authorize", total), ("capture", total)]
    assert _largest_state(order) <= _LARGEST_STATE
    assert _largest_item(order) <= _LARGEST_ITEM


def _stocked(world: World, count: int) -> list[str]:
    """SKUs with one unit each, booked in by the inventory's own code: two thousand requests prove nothing more."""
    stack, now = world.system.stack, datetime.now(UTC)
    skus = [world.sku() for _ in range(count)]

    def receive(sku: str) -> None:
        receipt = Adjustment(f"receipt-{sku}", sku, "NORTH", 1, "receipt", "")
        adjust(stack.inventory, stack.locations, receipt, now=now, actor=TESTER)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(receive, skus))
    return skus


def _largest_state(order: Journey) -> int:
    """Bytes of the largest input or output in the history of the order's workflow."""
    pages = order.system.stack.aws("stepfunctions").get_paginator("get_execution_history")
    return max(
        len(str(text).encode())
        for page in pages.paginate(executionArn=order.execution_arn())
        for event in page["events"]
        for details in event.values()
        if isinstance(details, dict)
        for text in details.values()
    )


def _largest_item(order: Journey) -> int:
    """Bytes, nearly, of the largest row of the order in any table."""
    stack = order.system.stack
    rows = [
        row
        for context in ("orders", "inventory", "payments")
        for row in stack.table(context).collection(f"ORDER#{order.order_id}")
    ]
    return max(len(repr(marshal(row))) for row in rows)
