"""A small world in which every law holds: one order of two lines, placed, paid for and shipped.

Each test changes one thing and names the law that must notice.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from oms.inventory.domain.reservation import Entry, Reservation
from oms.inventory.domain.reservation import State as Held
from oms.inventory.domain.stock import StockLevel
from oms.kernel.clock import stamp
from oms.kernel.events import Event
from oms.kernel.ids import order_id
from oms.ledger.domain.journal import credit, debit
from oms.orders.domain.fulfilment import FulfilmentOrder, Work
from oms.orders.domain.order import Line, Order, Stage
from oms.payments.domain.effects import authorization_key, capture_key
from oms.payments.domain.laws import EntryFigures, PaymentFigures
from oms.runtime.consuming.tax import tax_code
from oms.support.application.cases import reports_of
from oms.support.domain.exceptions import Case, State, open_case

from ops.verify import Evidence
from ops.verify.evidence import Execution, MoneyEffect, TaxRecord

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
LONG_AGO = stamp(NOW - timedelta(hours=1))
JUST_NOW = stamp(NOW - timedelta(seconds=1))
ORDER = order_id("web", "1001")
SHIPMENT = "f1-p1"
TOTAL = 2_400


def world(*, grace: timedelta = timedelta(0)) -> Evidence:
    """Everything as it must be an hour after the order was finished."""
    return Evidence(
        taken_at=NOW,
        grace=grace,
        levels=[
            StockLevel("MUG", "LON", available=8, shipped=2, received=10),
            StockLevel("LAMP", "LON", available=4, shipped=1, received=6, adjusted=-1),
        ],
        reservations=[reservation()],
        payments=[payment()],
        entries=[entry()],
        orders=[order()],
        fulfilment_orders=[fulfilment_order()],
        events=events(),
        published={event.event_id for event in events()},
        inbox={("commit_tax", f"{ORDER}:orders:000003")},
        executions=[Execution(ORDER, "SUCCEEDED", LONG_AGO)],
        queues={"ship-stock": 0, "ship-stock-dlq": 0},
        money_effects=[
            MoneyEffect("authorize", authorization_key(ORDER, 1), ORDER, TOTAL, "GBP"),
            MoneyEffect("capture", capture_key(ORDER, SHIPMENT), ORDER, TOTAL, "GBP"),
        ],
        tax_records=[TaxRecord(tax_code(ORDER, SHIPMENT), True, 400, "GBP", 1)],
    )


def order() -> Order:
    lines = (Line(1, 2, shipped=2, tax=300), Line(2, 1, shipped=1, tax=100))
    return Order(
        ORDER, "web", 3, Stage.SHIPPED, "GBP", LONG_AGO, LONG_AGO, lines, shipping_charged=True,
        shipped_total=TOTAL, fulfilment_orders=1,
    )  # fmt: skip


def received() -> Order:
    """The same order before anything happened to it."""
    lines = (Line(1, 2, unallocated=2), Line(2, 1, unallocated=1))
    return Order(ORDER, "web", 1, Stage.RECEIVED, "GBP", LONG_AGO, LONG_AGO, lines)


def fulfilment_order() -> FulfilmentOrder:
    work = (Work(1, "MUG", 2, shipped=2), Work(2, "LAMP", 1, shipped=1))
    return FulfilmentOrder(f"{ORDER}-f1", ORDER, "web", "LON", LONG_AGO, work, {"p1": "digest"}, 2)


def reservation() -> Reservation:
    entries = (Entry("LON", "LAMP", 1, shipped=1), Entry("LON", "MUG", 2, shipped=2))
    return Reservation(ORDER, "web", "1-0-1", 0, 1, Held.SHIPPED, entries, "digest", 2)


def payment() -> PaymentFigures:
    return PaymentFigures(
        ORDER, "GBP", "CAPTURED", authorization_key(ORDER, 1),
        authorized=TOTAL, captured=TOTAL, refunded=0, pending_refund=0, voided=0, in_flight=(),
    )  # fmt: skip


def entry() -> EntryFigures:
    postings = (
        debit("psp_clearing", TOTAL),
        credit("product_revenue", 2_000),
        credit("tax_payable", 400),
    )
    return EntryFigures(ORDER, f"capture-{SHIPMENT}", "GBP", "2026-11", postings)


def events() -> list[Event]:
    shipped_lines = [("LON", "LAMP", 1), ("LON", "MUG", 2)]
    return [
        adjusted("MUG", 10),
        adjusted("LAMP", 6),
        adjusted("LAMP", -1, kind="correction"),
        event("orders", "000001", "OrderReceived"),
        event("orders", "000002", "OrderReleased"),
        event("orders", "000003", "ShipmentRecorded", **shipment()),
        event("inventory", "shipped#f1-p1", "StockShipped", shipment_id=SHIPMENT, lines=shipped_lines),
        event("payments", "authorized-1", "PaymentAuthorized", amount=TOTAL, currency="GBP"),
        event("payments", f"captured-{SHIPMENT}", "PaymentCaptured", amount=TOTAL, currency="GBP", shipment_id=SHIPMENT),
    ]  # fmt: skip


def adjusted(sku: str, delta: int, *, kind: str = "receipt") -> Event:
    data: dict[str, Any] = {"sku": sku, "location": "LON", "delta": delta, "kind": kind}
    return event("inventory", f"adjusted#{kind}", "StockAdjusted", subject=f"SKU#{sku}", **data)


def shipment() -> dict[str, Any]:
    return {
        "shipment_id": SHIPMENT,
        "lines": [[1, "MUG", 2, 1_500, 300], [2, "LAMP", 1, 500, 100]],
        "currency": "GBP",
        "tax": 400,
        "shipping_tax": 0,
        "total": TOTAL,
    }


def event(
    context: str, key: str, type_: str, *, at: str = LONG_AGO, subject: str = ORDER, **data: Any
) -> Event:
    return Event(f"{subject}:{context}:{key}", type_, context, subject, "web", at, "system:test", data=data)


def exception(
    kind: str = "SHORTAGE", *, key: str = "ASSESS-0", token: str = "token", subject: str = ORDER
) -> Case:
    case, _ = open_case(
        subject=subject, key=key, channel="web", kind=kind, detail="a detail", now=NOW, token=token
    )
    return case


def decided(kind: str, key: str, decisions: str, *, subject: str = ORDER) -> list[Case]:
    """The items of a stop without a token, one for each decision; one that is open where none is made."""
    if not decisions:
        return [exception(kind, key=key, token="", subject=subject)]
    return [
        replace(
            exception(kind, key=name, token="", subject=subject), state=State.RESOLVED, resolution=decision
        )
        for name, decision in zip(reports_of(key), decisions.split(), strict=False)
    ]


def with_event(evidence: Evidence, replaced: str, **data: Any) -> Evidence:
    """`evidence` with other data in its event of type `replaced`."""
    evidence.events = [
        replace(each, data=each.data | data) if each.type == replaced else each for each in evidence.events
    ]
    return evidence


def without_event(evidence: Evidence, type_: str) -> Evidence:
    """`evidence` without its event of type `type_`, as if it had never happened."""
    gone = {each.event_id for each in evidence.events if each.type == type_}
    evidence.events = [each for each in evidence.events if each.event_id not in gone]
    evidence.published -= gone
    return evidence
