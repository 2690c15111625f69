"""How orders stand, read in batches by key: no index, no lag, a hundred orders per call."""

import time
from collections import Counter
from collections.abc import Callable, Collection
from typing import Final

from oms.orders.adapters.rows import order_of, order_pk
from oms.orders.domain.order import Order

from ops.rehearse.crowd import Say
from ops.stack import Stack
from ops.verify.order_laws import RUNNING

_PAUSE_SECONDS: Final = 0.5


def orders_of(stack: Stack, order_ids: Collection[str]) -> dict[str, Order]:
    """The orders that exist, by id. Raises Throttled."""
    keys = ((order_pk(order_id), "ORDER") for order_id in order_ids)
    items = stack.orders.table.get_many(keys, consistent=True)
    return {order.order_id: order for order in map(order_of, items)}


def headlines(orders: Collection[Order]) -> str:
    """`12 RELEASED, 3 RECEIVED`."""
    return ", ".join(
        f"{count} {name}" for name, count in Counter(one.headline for one in orders).most_common()
    )


def await_orders(
    stack: Stack,
    order_ids: Collection[str],
    is_there: Callable[[Order], bool],
    *,
    stalled_after: float,
    say: Say,
) -> dict[str, Order]:
    """Wait until `is_there` of every order; give up after `stalled_after` seconds in which none moved.

    Answers all orders as last seen. Those that are there are not read again.
    """
    there: dict[str, Order] = {}
    waiting: dict[str, Order] = {}
    moved, seen = time.monotonic(), ""
    while True:
        waiting = orders_of(stack, [order_id for order_id in order_ids if order_id not in there])
        there |= {order_id: order for order_id, order in waiting.items() if is_there(order)}
        if len(there) == len(set(order_ids)):
            return there
        now_seen = headlines([*there.values(), *(o for k, o in waiting.items() if k not in there)])
        if now_seen != seen:
            moved, seen = time.monotonic(), now_seen
            say(seen)
        if time.monotonic() - moved > stalled_after:
            return waiting | there
        time.sleep(_PAUSE_SECONDS)


def await_workflows(stack: Stack, order_ids: Collection[str], *, patience: float) -> int:
    """Wait until no workflow of these orders runs any more; answers how many still do."""
    wanted = set(order_ids)
    until = time.monotonic() + patience
    while (left := _running(stack, wanted)) and time.monotonic() < until:
        time.sleep(_PAUSE_SECONDS)
    return left


def _running(stack: Stack, wanted: set[str]) -> int:
    arn = stack.outputs.workflows["order-capture"]
    pages = stack.aws("stepfunctions").get_paginator("list_executions")
    return sum(
        one["name"].partition("-")[0] in wanted
        for page in pages.paginate(stateMachineArn=arn, statusFilter=RUNNING[0])
        for one in page["executions"]
    )
