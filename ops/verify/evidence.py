"""What the laws are checked on: plain rows, wherever they were read from.

The operator's tool reads them from a running system (`reading`); a simulator can hand over its
own state. Nothing in the checks knows AWS.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import takewhile

from oms.inventory.domain.reservation import Reservation
from oms.inventory.domain.stock import StockLevel
from oms.kernel.clock import moment, stamp
from oms.kernel.events import Event
from oms.orders.domain.fulfilment import FulfilmentOrder
from oms.orders.domain.order import Order
from oms.payments.domain.laws import EntryFigures, PaymentFigures
from oms.support.application.cases import reports_of
from oms.support.domain.exceptions import Action, Case


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution of order capture. `status` in Step Functions' words."""

    name: str
    status: str
    started_at: str

    @property
    def order_id(self) -> str:
        return self.name.partition("-")[0]

    @property
    def attempt(self) -> int:
        return int(self.name.partition("-")[2] or 1)


@dataclass(frozen=True, slots=True)
class MoneyEffect:
    """What the payment gateway says it did. `kind`: authorize, capture, void or refund; minor units."""

    kind: str
    key: str
    order_id: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class TaxRecord:
    """A tax document as the tax engine has it. `tax` in minor units; `commits` counts its recordings."""

    code: str
    committed: bool
    tax: int
    currency: str
    commits: int


@dataclass
class Evidence:
    """One reading of everything. What happened less than `grace` ago may still be on its way.

    On a system at rest use a grace of zero: then nothing may be on its way any more.
    """

    taken_at: datetime
    grace: timedelta = timedelta(0)
    snapshot: bool = False
    """Whether all of it was read at one moment: then what changes in one transaction agrees at any time."""
    levels: list[StockLevel] = field(default_factory=list)
    reservations: list[Reservation] = field(default_factory=list)
    payments: list[PaymentFigures] = field(default_factory=list)
    entries: list[EntryFigures] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    fulfilment_orders: list[FulfilmentOrder] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    """The data of events that no check reads may be left out."""
    published: set[str] = field(default_factory=set)
    """Ids of events that the relay has a receipt for."""
    parked: dict[str, str] = field(default_factory=dict)
    """Event id -> why the relay could not publish it."""
    inbox: set[tuple[str, str]] = field(default_factory=set)
    """(consumer, event id) of consumers that keep an inbox."""
    executions: list[Execution] = field(default_factory=list)
    queues: dict[str, int] = field(default_factory=dict)
    """Queue -> messages in it, seen or being worked on: `ship-stock`, `ship-stock-dlq`, …"""
    money_effects: list[MoneyEffect] | None = None
    """None where the gateway cannot be asked for all it did."""
    tax_records: list[TaxRecord] | None = None
    unreadable: dict[str, str] = field(default_factory=dict)
    """Row, by its table's context and its key -> why it cannot be read. Every law is checked without it."""

    @cached_property
    def threshold(self) -> str:
        """Events up to this moment must have had all their consequences."""
        return stamp(self.taken_at - self.grace)

    @cached_property
    def last_event(self) -> Mapping[str, str]:
        """Subject -> when something last happened to it."""
        last: dict[str, str] = {}
        for event in self.events:
            if event.occurred_at > last.get(event.subject, ""):
                last[event.subject] = event.occurred_at
        return last

    @cached_property
    def orders_by_id(self) -> Mapping[str, Order]:
        return {order.order_id: order for order in self.orders}

    @cached_property
    def shipments(self) -> list[Event]:
        return self.of_type("ShipmentRecorded")

    @cached_property
    def open_cases(self) -> Mapping[str, list[Case]]:
        """Subject -> its open exceptions."""
        found: dict[str, list[Case]] = defaultdict(list)
        for case in self.cases:
            if case.is_open:
                found[case.subject].append(case)
        return found

    @cached_property
    def cases_by_id(self) -> Mapping[str, Case]:
        return {case.case_id: case for case in self.cases}

    def of_type(self, *types: str) -> list[Event]:
        return [event for event in self.events if event.type in types]

    def is_quiet(self, subject: str) -> bool:
        """Whether nothing has happened to `subject` for so long that nothing is on its way any more."""
        return self.last_event.get(subject, "") <= self.threshold

    def agrees(self, subject: str) -> bool:
        """Whether what changes of `subject` in one transaction must agree: a scan of what is written to is no snapshot."""
        return self.snapshot or self.is_quiet(subject)

    def is_seen_to(self, case_id: str) -> bool:
        """Whether a person has what this item, or a later one of the same stop, stands for; or has let it be."""
        cases = takewhile(bool, map(self.cases_by_id.get, reports_of(case_id)))
        return any(case and self.is_left(case) for case in cases)

    def is_open(self, case_id: str) -> bool:
        """Whether this item, or a later one of the same stop, waits for a person, or did a moment ago."""
        cases = takewhile(bool, map(self.cases_by_id.get, reports_of(case_id)))
        return any(case and (case.is_open or not self.is_quiet(case.subject)) for case in cases)

    def is_left(self, case: Case) -> bool:
        """Whether nothing is to be tried by itself: a person has the item or has let it be. A RETRY must have its effect."""
        return case.is_open or case.resolution != Action.RETRY or not self.is_quiet(case.subject)

    def is_due(self, event: Event) -> bool:
        """Whether all that `event` causes must have happened by now."""
        return event.occurred_at <= self.threshold

    def overdue(self, deadline: str) -> bool:
        return moment(deadline) + self.grace < self.taken_at
