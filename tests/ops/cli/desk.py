"""A deployment in memory, as far as the command line looks at it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from oms.kernel.events import Actor
from oms.kernel.ids import fulfilment_order_id, order_id
from oms.support.application.cases import report, report_again
from oms.support.domain.exceptions import Case

from ops.client import ApiRefused
from ops.local.outputs import Client, Outputs
from ops.stack import Stack
from tests.fakes.cases import FakeCases
from tests.fakes.orders import FakeOrders
from tests.fakes.stock import FakeLocations

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ORDER = order_id("web", "10045")
NAME, STREET, MAIL = "Robin Example", "10 Example Street", "robin@example.com"
Json = dict[str, Any]

OUTPUTS = Outputs(
    endpoint="http://127.0.0.1:4566",
    api_url="http://127.0.0.1:4566/api",
    token_url="http://127.0.0.1:4566/oauth2/token",
    user_pool="pool",
    bus="bus",
    clients={name: Client(name, f"id-{name}", "s3cret") for name in ("web", "operations", "warehouse")},
    tables={"orders": "orders"},
    workflows={"order-capture": "arn:aws:states:us-east-1:000000000000:stateMachine:holdfast-order-capture"},
    queues={
        "ship-stock": "http://localhost:4566/000000000000/holdfast-ship-stock-queue",
        "capture-payment": "http://localhost:4566/000000000000/holdfast-capture-payment-queue",
        "ship-stock-dlq": "http://localhost:4566/000000000000/holdfast-ship-stock-queue-dlq",
    },
)


def order_view(**changes: Any) -> Json:
    """As the API answers: no name, no address, no e-mail."""
    line = {
        "line_id": "L1",
        "sku": "MUG",
        "ordered": 3,
        "unallocated": 0,
        "allocated": 2,
        "shipped": 1,
        "cancelled": 0,
        "amount": 2_697,
        "tax": 539,
    }
    work = {
        "fulfilment_order_id": fulfilment_order_id(ORDER, 1),
        "order_id": ORDER,
        "location": "LON",
        "state": "OPEN",
        "released_at": "2026-11-27T09:00:01.000Z",
        "lines": [{"line_id": "L1", "sku": "MUG", "quantity": 3, "shipped": 1, "cancelled": 0}],
    }
    return {
        "order_id": ORDER,
        "external_order_id": "10045",
        "channel": "web",
        "status": "PARTIALLY_SHIPPED",
        "currency": "GBP",
        "placed_at": "2026-11-27T09:00:00.000Z",
        "updated_at": "2026-11-27T09:30:00.000Z",
        "cancel_requested": False,
        "goods": 2_697,
        "shipping": 495,
        "tax": 638,
        "tax_estimated": False,
        "prices_include_tax": False,
        "lines": [line],
        "fulfilment_orders": [work],
        **changes,
    }


TIMELINE: list[Json] = [
    {"at": "2026-11-27T09:00:00.000Z", "event": "OrderReceived", "context": "orders", "actor": "client:web",
     "reason": "", "text": "Order 10045 received (lines: 1, units: 3)."},
    {"at": "2026-11-27T09:00:00.420Z", "event": "PaymentAuthorized", "context": "payments",
     "actor": "system:order_capture", "reason": "", "text": "Payment authorized."},
    {"at": "2026-11-27T11:00:00.000Z", "event": "ShipmentRecorded", "context": "orders",
     "actor": "client:warehouse", "reason": "", "text": "LON shipped f1-a by Example Parcels."},
]  # fmt: skip


@dataclass
class FakeApi:
    """The HTTP API with one order in it; lists show it over and over, that of RELEASED without an end."""

    sent: list[tuple[str, Json]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    page: int = 1
    """Rows per page of a list."""

    def order(self, wanted: str) -> Json:
        if wanted != ORDER:
            raise ApiRefused(404, {"code": "not_found", "title": "There is no such resource"})
        return order_view()

    def timeline(self, wanted: str) -> Json:
        return {"order_id": wanted, "entries": TIMELINE}

    def orders(self, status: str, *, cursor: str = "", limit: int = 100) -> Json:
        row = {"order_id": ORDER, "channel": "web", "status": status, "currency": "GBP", "lines": 1}
        self.asked.append(status)
        rows = [row | {"placed_at": "2026-11-27T09:00:00.000Z"}] if status in ("SHIPPED", "RELEASED") else []
        more = "more" if rows and (status == "RELEASED" or not cursor) else None
        return {"orders": (rows * self.page)[:limit], "cursor": more}

    def ship(self, work: str, shipment: Json) -> Json:
        self.sent.append((work, shipment))
        return {
            "fulfilment_order_id": work,
            "shipment_id": shipment["shipment_id"],
            "order_status": "SHIPPED",
        }

    def cancel(self, wanted: str, *, code: str, note: str) -> Json:
        self.sent.append((wanted, {"code": code, "note": note}))
        return {"order_id": wanted, "status": "RELEASED"}


@dataclass
class FakeAws:
    """Step Functions, SQS and STS. A queue that is broken answers nothing."""

    messages: list[tuple[str, str]] = field(default_factory=list)
    executions: dict[str, str] = field(default_factory=lambda: {ORDER: "RUNNING"})
    broken: bool = False
    on_message: Callable[[], object] = lambda: None
    """What the consumer does at once with a message."""

    def describe_execution(self, **request: Any) -> Json:
        status = self.executions.get(request["executionArn"].rpartition(":")[2])
        return {"status": status} if status else _missing()

    def get_caller_identity(self) -> Json:
        return {"Arn": "arn:aws:sts::123456789012:assumed-role/Support/robin"}

    def send_message(self, **request: Any) -> None:
        if self.broken:
            raise OSError("no route to the queue")
        self.messages.append((request["QueueUrl"], request["MessageBody"]))
        self.on_message()

    def get_queue_attributes(self, **request: Any) -> Json:
        waiting, under_way = request["AttributeNames"]
        depth = "2" if request["QueueUrl"].endswith("stock-queue") else "0"
        return {"Attributes": {waiting: depth, under_way: "0"}}


def _missing() -> Json:
    from botocore.exceptions import ClientError

    raise ClientError({"Error": {"Code": "ExecutionDoesNotExist", "Message": ""}}, "DescribeExecution")


class NoPayments:
    def find(self, order_id: str) -> None:
        return None


@dataclass
class Desk:
    """What a test puts in and looks at afterwards."""

    api: FakeApi = field(default_factory=FakeApi)
    aws: FakeAws = field(default_factory=FakeAws)
    cases: FakeCases = field(default_factory=FakeCases)
    locations: FakeLocations = field(default_factory=FakeLocations)
    orders: FakeOrders = field(default_factory=FakeOrders)

    def stack(self) -> Stack:
        return cast(Stack, _FakeStack(self))

    def case(
        self, kind: str, *, subject: str = ORDER, key: str = "1", message: str = "", token: str = "token"
    ) -> Case:
        return report(
            subject=subject,
            key=key,
            channel="web",
            kind=kind,
            detail="what happened",
            cases=self.cases,
            now=NOW,
            actor=Actor("system", "test"),
            token=token,
            message=message,
        )

    def case_again(self, case: Case) -> Case:
        """The message of `case` has failed again."""
        return report_again(
            subject=case.subject,
            key=case.case_id.rpartition(".")[2],
            channel=case.channel,
            kind=case.kind,
            detail=case.detail,
            message=case.message,
            cases=self.cases,
            now=NOW,
            actor=Actor("system", "test"),
        )


class _FakeStack:
    is_local = True
    sandbox_url = "http://127.0.0.1:8471"
    outputs = OUTPUTS
    payments = NoPayments()

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.support = desk.cases
        self.locations = desk.locations
        self.orders = desk.orders

    def api(self, client_name: str) -> FakeApi:
        return self._desk.api

    def aws(self, service: str) -> FakeAws:
        return self._desk.aws
