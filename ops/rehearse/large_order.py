"""One order of thousands of lines, from the request to the last parcel."""

import json
import time
from dataclasses import dataclass
from typing import Any, Final

from oms.aws.items import Item
from oms.orders.domain.order import Order

from ops.rehearse.crowd import Say, as_json, place, ship_everything, stock_up
from ops.rehearse.sizes import item_bytes, longest_payload
from ops.rehearse.standing import await_orders, await_workflows
from ops.stack import Stack
from ops.verify import AT_REST, Report, check

_STALLED_SECONDS: Final = 120.0
_UNTIL_LAWS_HOLD: Final = 120.0


@dataclass(frozen=True, slots=True)
class LargeOrderReport:
    """Seconds are counted from the request; sizes in bytes, as DynamoDB and Step Functions count them."""

    order_id: str
    lines: int
    status: str
    workflow: str
    accepted_seconds: float
    released_seconds: float
    shipped_seconds: float
    completed_seconds: float
    request_bytes: int
    largest_items: dict[str, int]
    """Table and kind of item -> its size."""
    chunks: int
    """Parts of its reservation, a transaction each."""
    history_events: int
    history_largest_payload: int
    laws: Report

    @property
    def holds(self) -> bool:
        return self.status == "SHIPPED" and self.workflow == "SUCCEEDED" and self.laws.holds

    def to_json(self) -> dict[str, Any]:
        return {"holds": self.holds, **as_json(self)}

    def text(self) -> list[str]:
        sizes = ", ".join(f"{name} {size:,}" for name, size in self.largest_items.items())
        return [
            f"order {self.order_id} of {self.lines} lines: {self.status}, workflow {self.workflow}",
            f"accepted after {self.accepted_seconds:.2f} s, released after {self.released_seconds:.2f} s, "
            f"shipped after {self.shipped_seconds:.2f} s, completed after {self.completed_seconds:.2f} s",
            f"request {self.request_bytes:,} bytes; largest items: {sizes}",
            f"{self.chunks} reservation chunks; history {self.history_events} events, "
            f"largest payload {self.history_largest_payload:,} bytes",
            *self.laws.text(),
        ]


def large_order(stack: Stack, *, lines: int, on_progress: Say) -> LargeOrderReport:
    """Place, release and ship one order of `lines` lines, each another SKU. Raises ApiRefused, Throttled."""
    run = f"{time.time_ns():x}"
    stock_up(stack, {f"LRG-{run}-{number:04}": 2 for number in range(lines)}, label="rehearsal")
    on_progress(f"{lines} articles in stock")
    watch = _Watch()
    request = _request(run, lines)
    order_id = place(stack.api("web"), request, key=f"large-{run}")
    watch.mark("accepted", on_progress)
    order = _await(stack, order_id, "RELEASED", on_progress)
    watch.mark("released", on_progress)
    for work in stack.orders.fulfilment_orders(order_id):
        ship_everything(stack.api("warehouse"), work.fulfilment_order_id)
    order = _await(stack, order_id, "SHIPPED", on_progress)
    watch.mark("shipped", on_progress)
    await_workflows(stack, [order_id], patience=_STALLED_SECONDS)
    watch.mark("completed", on_progress)
    history = _history(stack, order_id)
    return LargeOrderReport(
        order_id=order_id,
        lines=lines,
        status=order.headline,
        workflow=_workflow(stack, order_id),
        request_bytes=len(json.dumps(request).encode()),
        largest_items=_largest_items(stack, order_id),
        chunks=len(stack.inventory.of_order(order_id)),
        history_events=len(history),
        history_largest_payload=longest_payload(history),
        laws=check(stack, acknowledged=[order_id], grace=AT_REST, patience=_UNTIL_LAWS_HOLD),
        **watch.seconds,
    )


class _Watch:
    def __init__(self) -> None:
        self._began = time.perf_counter()
        self.seconds: dict[str, Any] = {}

    def mark(self, step: str, say: Say) -> None:
        seconds = round(time.perf_counter() - self._began, 2)
        self.seconds[f"{step}_seconds"] = seconds
        say(f"{step} after {seconds} s")


def _request(run: str, lines: int) -> dict[str, Any]:
    return {
        "external_order_id": f"large-{run}",
        "currency": "GBP",
        "ship_to": {"name": "A Buyer", "line1": "1 High Street", "city": "Leeds", "postal_code": "LS1 1UR", "country": "GB"},
        "lines": [
            {"line_id": str(number + 1), "sku": f"LRG-{run}-{number:04}", "quantity": 1 + number % 2, "unit_price": 101}
            for number in range(lines)
        ],
        "shipping": 495,
        "prices_include_tax": True,
        "payment": {"token": "pm_card_visa"},
    }  # fmt: skip


def _await(stack: Stack, order_id: str, status: str, say: Say) -> Order:
    found = await_orders(
        stack, [order_id], lambda order: order.headline == status, stalled_after=_STALLED_SECONDS, say=say
    )
    return found[order_id]


def _largest_items(stack: Stack, order_id: str) -> dict[str, int]:
    largest: dict[str, int] = {}
    for context in ("orders", "inventory", "payments"):
        for item in stack.table(context).collection(f"ORDER#{order_id}"):
            name = f"{context} {_kind(item)}"
            largest[name] = max(largest.get(name, 0), item_bytes(item))
    return largest


def _kind(item: Item) -> str:
    return str(item["sk"]).partition("#")[0]


def _arn(stack: Stack, order_id: str) -> str:
    workflow = stack.outputs.workflows["order-capture"]
    return workflow.replace(":stateMachine:", ":execution:") + f":{order_id}"


def _workflow(stack: Stack, order_id: str) -> str:
    return str(stack.aws("stepfunctions").describe_execution(executionArn=_arn(stack, order_id))["status"])


def _history(stack: Stack, order_id: str) -> list[dict[str, Any]]:
    pages = stack.aws("stepfunctions").get_paginator("get_execution_history")
    return [event for page in pages.paginate(executionArn=_arn(stack, order_id)) for event in page["events"]]
