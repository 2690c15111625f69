"""State transitions of one real order, counted in its execution's own history."""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from ops.rehearse.crowd import one_line_order, place, ship_everything, stock_up
from ops.rehearse.standing import await_orders, await_workflows
from ops.stack import Stack

_SKU: Final = "BENCH-ONE"
_PATIENCE: Final = 60.0
_NESTED: Final = "startSyncExecution"


@dataclass(frozen=True, slots=True)
class Transitions:
    """What Step Functions bills for one order: entered states of the Standard execution, Express runs."""

    states: tuple[str, ...]
    express_runs: int

    @property
    def count(self) -> int:
        return len(self.states)


def count_transitions(stack: Stack) -> Transitions:
    """Place, ship and complete one order, and read its history."""
    stock_up(stack, {_SKU: 1_000_000}, label="bench")
    number = f"one-{time.time_ns():x}"
    order_id = place(stack.api("web"), one_line_order(number, _SKU), key=number)
    _await(stack, order_id, "RELEASED")
    ship_everything(stack.api("warehouse"), f"{order_id}-f1")
    _await(stack, order_id, "SHIPPED")
    await_workflows(stack, [order_id], patience=_PATIENCE)
    return of_history(_history(stack, order_id))


def of_history(history: list[dict[str, Any]]) -> Transitions:
    """Each event …StateEntered is a transition; each nested start is an Express run."""
    states = [
        event["stateEnteredEventDetails"]["name"]
        for event in history
        if event["type"].endswith("StateEntered")
    ]
    runs = Counter(event.get("taskScheduledEventDetails", {}).get("resource", "") for event in history)
    nested = sum(count for resource, count in runs.items() if resource.endswith(_NESTED))
    return Transitions(tuple(states), nested)


def _await(stack: Stack, order_id: str, status: str) -> None:
    found = await_orders(
        stack, [order_id], lambda order: order.headline == status, stalled_after=_PATIENCE, say=lambda _: None
    )
    if found[order_id].headline != status:
        raise TimeoutError(f"{order_id} is {found[order_id].headline} and not {status}")


def _history(stack: Stack, order_id: str) -> list[dict[str, Any]]:
    workflow = stack.outputs.workflows["order-capture"]
    arn = workflow.replace(":stateMachine:", ":execution:") + f":{order_id}"
    pages = stack.aws("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]
