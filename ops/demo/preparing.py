"""Before the first order: goods on the shelves, functions awake. And after the last: everything at rest."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from oms.kernel.ids import fulfilment_order_id, order_id

from ops.client import Api
from ops.demo.catalogue import PRICES, book, receipts, register_locations
from ops.demo.waiting import Patience
from ops.stack import Stack

_AT_ONCE = 4
_DEPTHS: Final = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
_NOBODY: Final = order_id("demonstration", "nobody")
Advance = Callable[[float, float], None]


def stock_up(stack: Stack, advance: Advance) -> dict[str, int]:
    """Locations, then the opening stock through the API. Again and again it books it once. Answers the counts."""
    register_locations(stack)
    wanted = list(receipts())
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for done, _ in enumerate(pool.map(lambda receipt: book(stack, receipt), wanted), start=1):
            advance(done, len(wanted))
    return {
        "locations": len({receipt.location for receipt in wanted}),
        "skus": len(PRICES),
        "receipts": len(wanted),
    }


def warm_up(stack: Stack, advance: Advance) -> int:
    """One request to every operation that stores nothing by it; how many were answered."""
    web, warehouse = stack.api("web"), stack.api("warehouse")
    calls: list[tuple[Api, str, str, Any]] = [
        (web, "POST", "/v1/orders", {}),
        (web, "GET", f"/v1/orders/{_NOBODY}", None),
        (web, "POST", f"/v1/orders/{_NOBODY}/cancel", {"code": "other"}),
        (warehouse, "GET", "/v1/fulfilment-orders?location=LON", None),
        (
            warehouse,
            "POST",
            f"/v1/fulfilment-orders/{fulfilment_order_id(_NOBODY, 1)}/shipments",
            {"shipment_id": "none", "carrier": "none", "tracking_number": "none"},
        ),
        (warehouse, "GET", "/v1/availability?sku=MUG-ENAMEL", None),
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(lambda call: call[0].send(call[1], call[2], body=call[3]), calls)
        for done, _ in enumerate(answers, start=1):
            advance(done, len(calls))
    return len(calls)


def await_rest(stack: Stack, patience: Patience) -> dict[str, int]:
    """Wait until no consumer has anything left to do; what is queued then (nothing). Raises StillWaiting."""
    return patience.until(lambda: backlog(stack), lambda queued: not queued, what="waiting for the queues")


def backlog(stack: Stack) -> dict[str, int]:
    """Messages per queue that has any, waiting or being worked on; by the queue's name."""
    sqs = stack.aws("sqs")
    depths = {}
    for url in stack.outputs.queues.values():
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_DEPTHS))["Attributes"]
        depths[url.rpartition("/")[2]] = sum(int(found[depth]) for depth in _DEPTHS)
    return {name: depth for name, depth in depths.items() if depth}
