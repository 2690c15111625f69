"""One order on its way, as its channel, its locations and support see it."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import httpx
from oms.kernel import ids
from oms.ledger.domain.accounts import Side
from oms.runtime.starting import Executions, name
from oms.support.application.cases import decide
from oms.support.domain.exceptions import Action, Case

from ops.client import Api
from tests.running.system import TESTER, Json, System


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands: in goods (units), in money (minor units), in its workflow, with people."""

    status: str
    workflow: str
    shipped: int
    cancelled: int
    reserved: int
    kept: int
    """Taken and not given back."""
    held: int
    """Held by the gateway and not taken."""
    moving: bool
    """Whether an effect at the gateway is unfinished."""
    waits_for: tuple[str, ...]
    """Kinds of its open exceptions."""


class Journey:
    """An order, placed or about to be. Its id is known before it is placed, so faults can name it."""

    def __init__(self, system: System, body: Json, *, channel: str = "web") -> None:
        self.system = system
        self.body = body
        self.channel = channel
        self.order_id = ids.order_id(channel, str(body["external_order_id"]))

    @property
    def api(self) -> Api:
        return self.system.stack.api(self.channel)

    def place(self) -> Self:
        """Send it; the key is the order's own number."""
        answer = self.api.place(self.body, key=self.body["external_order_id"])
        assert answer == {"order_id": self.order_id, "status": "RECEIVED"}
        return self

    def view(self) -> Json:
        return self.api.order(self.order_id)

    def reaches(self, status: str) -> Self:
        """Wait until the order has this status. Asks the table: asking the API so often would slow it down."""
        orders = self.system.stack.orders
        self.system.until(
            lambda: orders.load(self.order_id),
            lambda order: order is not None and order.headline == status,
            what=f"{self.order_id} to be {status}",
        )
        return self

    def work(self) -> list[Json]:
        """Fulfilment orders with open units, by location."""
        found = [one for one in self.view()["fulfilment_orders"] if one["state"] == "OPEN"]
        return sorted(found, key=lambda one: str(one["location"]))

    def ship(self, **units: int) -> Self:
        """Every location with open work sends one parcel; `units` (line id -> units) limits what is in it."""
        lines = [{"line_id": line, "quantity": count} for line, count in units.items()]
        for one in self.work():
            parcel: Json = {
                "shipment_id": f"parcel_{self.system.number()}",
                "carrier": "Example Parcels",
                "tracking_number": "EX1",
            }
            self.system.stack.api("warehouse").ship(
                one["fulfilment_order_id"], parcel | ({"lines": lines} if lines else {})
            )
        return self

    def cancel(self) -> Self:
        self.api.cancel(self.order_id)
        return self

    def try_cancel(self) -> httpx.Response:
        path = f"/v1/orders/{self.order_id}/cancel"
        return self.api.send("POST", path, body={"code": "customer_request"})

    def stops_with(self, kind: str) -> Case:
        """Wait for an open exception of this kind."""
        found = self.system.until(
            self.open_cases,
            lambda cases: any(case.kind == kind and case.is_open for case in cases),
            what=f"{self.order_id} to stop with {kind}",
        )
        return next(case for case in found if case.kind == kind)

    def open_cases(self) -> list[Case]:
        return [case for case in self.system.stack.support.of_subject(self.order_id) if case.is_open]

    def resolve(self, kind: str, action: Action) -> Self:
        """Somebody at support decides the order's exception of this kind."""
        case = self.stops_with(kind)
        decided = decide(
            case.case_id,
            action,
            cases=self.system.stack.support,
            now=datetime.now(UTC),
            actor=TESTER,
            reason="decided in a test",
        )
        assert isinstance(decided, Case), decided
        return self

    def standing(self) -> Standing:
        """Read from the tables, strongly consistent."""
        stack = self.system.stack
        order = stack.orders.load(self.order_id)
        assert order is not None, f"{self.order_id} is not stored"
        payment = stack.payments.find(self.order_id)
        return Standing(
            status=order.headline,
            workflow=self.executions().latest(self.order_id)[1],
            shipped=sum(line.shipped for line in order.lines),
            cancelled=sum(line.cancelled for line in order.lines),
            reserved=sum(one.units for one in stack.inventory.of_order(self.order_id)),
            kept=payment.captured - payment.refunded if payment else 0,
            held=payment.held if payment else 0,
            moving=bool(payment and payment.in_flight),
            waits_for=tuple(case.kind for case in self.open_cases()),
        )

    def settles(self) -> Self:
        """Wait until its workflow has nothing more to do."""
        self.system.until(
            self.standing, lambda seen: seen.workflow == "SUCCEEDED", what=f"{self.order_id} to settle"
        )
        return self

    def ends(self, status: str, *, paid: int, shipped: int = 0, cancelled: int = 0) -> Self:
        """Wait until all is done: goods, money, workflow, people; and each effect was had exactly once."""
        wanted = Standing(status, "SUCCEEDED", shipped, cancelled, 0, paid, 0, moving=False, waits_for=())
        self.system.until(self.standing, lambda seen: seen == wanted, what=f"{self.order_id} to be {wanted}")
        keys = Counter(row["effect_key"] for row in self.effects())
        assert set(keys.values()) <= {1}, f"the gateway acted twice: {keys}"
        return self

    def effects(self) -> list[Json]:
        """What the payment gateway did for this order."""
        return [row for row in self.system.effects("stripe") if row["order_id"] == self.order_id]

    def money(self) -> list[tuple[str, int]]:
        """The gateway's effects as (kind, minor units), sorted."""
        return sorted((row["kind"], row["amount"]) for row in self.effects())

    def reference(self) -> str:
        """The gateway's id of the payment."""
        payment = self.system.stack.payments.find(self.order_id)
        assert payment is not None
        return payment.reference

    def books(self) -> Mapping[str, int]:
        """Account -> debits minus credits of this order, minor units; accounts at zero are left out."""
        sums: Counter[str] = Counter()
        for entry in self.system.stack.payments.journal(self.order_id):
            for posting in entry.postings:
                sums[posting.account] += posting.minor if posting.side is Side.DEBIT else -posting.minor
        return {account: minor for account, minor in sums.items() if minor}

    def executions(self) -> Executions:
        stack = self.system.stack
        return Executions(stack.aws("stepfunctions"), stack.outputs.workflows["order-capture"])

    def execution_arn(self, attempt: int = 1) -> str:
        arn = self.system.stack.outputs.workflows["order-capture"]
        return f"{arn.replace(':stateMachine:', ':execution:')}:{name(self.order_id, attempt)}"

    def steps(self, attempt: int = 1) -> list[str]:
        """States that its workflow entered, in order: each is a transition that AWS bills."""
        pages = self.system.stack.aws("stepfunctions").get_paginator("get_execution_history")
        return [
            str(event["stateEnteredEventDetails"]["name"])
            for page in pages.paginate(executionArn=self.execution_arn(attempt))
            for event in page["events"]
            if event["type"].endswith("StateEntered")
        ]

    def abort(self) -> Self:
        """Kill its workflow, as an outage does."""
        self.system.stack.aws("stepfunctions").stop_execution(
            executionArn=self.execution_arn(), error="Outage", cause="aborted by a test"
        )
        return self

    def events(self, kind: str = "") -> list[str]:
        """What its timeline tells, by type of event."""
        entries: list[dict[str, Any]] = self.api.timeline(self.order_id)["entries"]
        return [str(entry["event"]) for entry in entries if kind in ("", entry["event"])]

    def __repr__(self) -> str:
        return f"Journey({self.order_id}, {json.dumps(self.body['external_order_id'])})"
