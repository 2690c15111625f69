"""Every function, and all it may touch: the least-privilege table of Holdfast on one page.

Triggers and wiring stand in the stacks; rights stand here, because they are reviewed together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

READ: Final = "GetItem Query"
WRITE: Final = "GetItem Query PutItem"
"""Whole items are written, each over the version it was made from; only stock counters are updated in place."""
QUERY: Final = "Query"


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What one function may do. Time-out in seconds, memory in MB."""

    tables: Mapping[str, str] = field(default_factory=dict)
    """Table -> DynamoDB actions, separated by blanks."""
    indexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Table -> the indexes it may query."""
    told_tables: bool = True
    """Whether the environment names each table as <CONTEXT>_TABLE."""
    partner: str | None = None
    """The partner it calls: it learns the base URL and may read the credentials."""
    completes_tasks: tuple[str, ...] = ()
    """Step Functions actions on task tokens."""
    timeout: int = 30
    memory: int = 512


_ANSWER: Final = ("SendTaskSuccess", "SendTaskFailure")
_OUTBOX: Final = dict.fromkeys(("orders", "inventory", "payments", "support"), ("outbox",))

CATALOGUE: Final[Mapping[str, Rights]] = {
    # HTTP: below API Gateway's 30 seconds, and a person is waiting.
    "capture/accept_order": Rights(tables={"orders": "GetItem PutItem"}, timeout=10, memory=1024),
    "capture/read_orders": Rights(
        tables={"orders": f"{READ} BatchGetItem", "inventory": QUERY, "payments": QUERY, "support": QUERY},
        indexes={"orders": ("by_status", "by_location")},
        timeout=10,
    ),
    "capture/cancel_order": Rights(tables={"orders": WRITE}, timeout=10),
    "capture/record_shipment": Rights(tables={"orders": WRITE}, timeout=10),
    "inventory/stock_api": Rights(tables={"inventory": f"{WRITE} UpdateItem BatchGetItem"}, timeout=10),
    # Tasks of the workflows.
    "sourcing/plan_fulfilment": Rights(
        tables={"orders": READ, "inventory": f"{QUERY} BatchGetItem"}, memory=1024
    ),
    "fraud/screen_order": Rights(tables={"orders": READ}, partner="accertify"),
    "tax/quote_tax": Rights(tables={"orders": READ, "inventory": QUERY}, partner="avalara"),
    # A chunk of a large reservation is only added while its head is open: ConditionCheckItem.
    "inventory/reserve_stock": Rights(
        tables={"inventory": f"{WRITE} UpdateItem BatchGetItem ConditionCheckItem", "orders": READ}
    ),
    # A later assessment takes the order over: UpdateItem.
    "inventory/release_stock": Rights(
        tables={"inventory": f"{WRITE} UpdateItem", "orders": f"{READ} UpdateItem"}
    ),
    "payments/authorize_payment": Rights(tables={"payments": WRITE, "orders": READ}, partner="stripe"),
    "payments/settle_cancellation": Rights(tables={"payments": WRITE, "orders": READ}, partner="stripe"),
    "fulfilment/release_order": Rights(tables={"orders": WRITE}),
    "fulfilment/await_fulfilment": Rights(tables={"orders": WRITE}, completes_tasks=_ANSWER),
    "capture/hold_order": Rights(tables={"orders": WRITE}),
    "capture/cancel_lines": Rights(tables={"orders": WRITE}),
    # A task that is tried again has a newer token, which an open exception takes over: UpdateItem.
    "support/await_resolution": Rights(
        tables={"support": f"{WRITE} UpdateItem", "orders": READ}, completes_tasks=_ANSWER
    ),
    # Consumers of events.
    "capture/start_order_capture": Rights(),
    "capture/resume_order_capture": Rights(
        tables={"orders": WRITE, "support": WRITE}, completes_tasks=_ANSWER
    ),
    # A refused capture becomes an exception.
    "payments/capture_payment": Rights(tables={"payments": WRITE, "support": WRITE}, partner="stripe"),
    "inventory/ship_stock": Rights(tables={"inventory": f"{WRITE} UpdateItem"}),
    "tax/commit_tax": Rights(
        tables={"partners": "GetItem PutItem", "orders": READ, "inventory": QUERY}, partner="avalara"
    ),
    # What keeps the rest honest.
    "support/park_dead_letter": Rights(tables={"support": "GetItem PutItem"}),
    "relay/relay_outbox": Rights(tables=dict.fromkeys(_OUTBOX, "PutItem"), told_tables=False, timeout=60),
    # Its time goes into reading pages of the index, which is the processor's work; memory buys processor.
    "relay/sweep_outbox": Rights(
        tables=dict.fromkeys(_OUTBOX, f"{QUERY} BatchGetItem PutItem"),
        indexes=_OUTBOX,
        told_tables=False,
        timeout=55,
        memory=1024,
    ),
    "capture/watch_orders": Rights(
        # It takes an order over before it starts another workflow: UpdateItem.
        tables={"orders": f"{READ} BatchGetItem UpdateItem", "support": WRITE},
        indexes={"orders": ("by_status",), "support": ("by_queue",)},
        completes_tasks=_ANSWER,
        timeout=55,
    ),
}
