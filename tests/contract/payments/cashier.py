"""The payment commands over any store, with a gateway whose answers get lost and a store that does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from botocore.exceptions import EndpointConnectionError
from oms.aws.outbox import events_of
from oms.aws.table import Dynamo, Table
from oms.kernel.errors import OutcomeUnknown, Retryable, Throttled
from oms.kernel.events import Event
from oms.ledger.domain.journal import JournalEntry
from oms.payments.adapters.dynamo import DynamoPayments
from oms.payments.adapters.rows import JOURNAL, entry_of, order_pk
from oms.payments.application.ports import CapturesPending, Payments, ReleasePending
from oms.payments.application.service import PaymentService

from tests.builders import create_table, rows_of
from tests.contract.inventory.desk import Meddler
from tests.fakes.payments import FakePayments
from tests.simulation.aws.dynamo import SimDynamo
from tests.unit.payments.bench import NOW, ORDER, SYSTEM, WatchedGateway, a_shipment, an_order, nobody

T = TypeVar("T")
_TRIES = 6
STORE = ("lost before", "lost after")
GATEWAY = ("503", "timeout_after_commit")
"""What may befall a command, once."""


@dataclass
class Cashier:
    """`token` is the card of the one order; every command is repeated until somebody answers."""

    store: Payments
    meddler: Meddler
    failure: Callable[[], Exception]
    events: Callable[[], list[Event]]
    journal: Callable[[], list[JournalEntry]]
    token: str = "pm_card_visa"
    prepaid: bool = False
    gateway: WatchedGateway = field(default_factory=WatchedGateway)

    @property
    def service(self) -> PaymentService:
        return PaymentService(self.store, self.gateway)

    def authorize(self, amount: int, attempt: int, trouble: tuple[str, int] | None = None) -> tuple[str, str]:
        order = an_order(token=self.token, prepaid=self.prepaid)
        answer = self.told(
            lambda: self.service.authorize(order, amount, attempt, now=NOW, actor=SYSTEM), trouble
        )
        return answer.outcome, answer.reason

    def capture(self, shipment_id: str, total: int, trouble: tuple[str, int] | None = None) -> object:
        shipment = a_shipment(shipment_id, total)
        return self.told(lambda: self.service.capture(shipment, nobody, now=NOW, actor=SYSTEM), trouble)

    def write_off(self, shipment_id: str, trouble: tuple[str, int] | None = None) -> None:
        self.told(lambda: self.service.write_off(ORDER, shipment_id, now=NOW, actor=SYSTEM), trouble)

    def give_back(self, refusals: int, trouble: tuple[str, int] | None = None) -> object:
        return self.told(
            lambda: self.service.give_back_excess(ORDER, refusals, now=NOW, actor=SYSTEM), trouble
        )

    def waive(self, trouble: tuple[str, int] | None = None) -> None:
        self.told(lambda: self.service.waive_refund(ORDER, now=NOW, actor=SYSTEM), trouble)

    def settle(self, shipped_total: int, trouble: tuple[str, int] | None = None, *, turn: int = 0) -> object:
        return self.told(
            lambda: self.service.settle_cancellation(
                ORDER, shipped_total, turn, channel="web", currency="EUR", now=NOW, actor=SYSTEM
            ),
            trouble,
        )

    def told(self, act: Callable[[], T], trouble: tuple[str, int] | None) -> T:
        """The answer, at last. What is merely pending is an answer too: it is raised."""
        self._meet(trouble)
        try:
            for _ in range(_TRIES):
                try:
                    return act()
                except (CapturesPending, ReleasePending):
                    raise
                except (Retryable, OutcomeUnknown):
                    continue
            raise AssertionError("a command that is repeated without trouble is answered")
        finally:
            self.gateway.faults.clear()
            self.meddler.leave_alone()

    def capture_once(self, shipment_id: str, total: int, fault: str) -> bool:
        """Try while the gateway fails, and go away. Whether it was broken off."""
        shipment = a_shipment(shipment_id, total)
        return self._broken_off(lambda: self.service.capture(shipment, nobody, now=NOW, actor=SYSTEM), fault)

    def settle_once(self, shipped_total: int, fault: str) -> bool:
        """The same for a cancellation."""
        return self._broken_off(
            lambda: self.service.settle_cancellation(
                ORDER, shipped_total, 0, channel="web", currency="EUR", now=NOW, actor=SYSTEM
            ),
            fault,
        )

    def _broken_off(self, act: Callable[[], object], fault: str) -> bool:
        self.gateway.faults.append(cast(Any, fault))
        try:
            act()
        except (OutcomeUnknown, Retryable):
            return True
        finally:
            self.gateway.faults.clear()
        return False

    def _meet(self, trouble: tuple[str, int] | None) -> None:
        if trouble is None:
            return
        name, ordinal = trouble
        if name in GATEWAY:
            self.gateway.faults.append(cast(Any, name))
            return

        def lose(count: int) -> None:
            if count == ordinal:
                self.meddler.leave_alone()
                raise self.failure()

        setattr(self.meddler, name.removeprefix("lost "), lose)


def over_the_fake() -> Cashier:
    fake = FakePayments()
    meddler = Meddler(fake, {"intend", "conclude"})
    return Cashier(
        cast(Any, meddler),
        meddler,
        lambda: Throttled("lost"),
        lambda: list(fake.events.values()),
        lambda: fake.journal(ORDER),
    )


def over_dynamo() -> Cashier:
    """On the simulated DynamoDB, which conformance tests hold to the local AWS."""
    client = SimDynamo()
    create_table(client, "payments")
    meddler = Meddler(client, {"put_item", "transact_write_items"})
    table = Table(cast(Dynamo, meddler), "payments")
    return Cashier(
        DynamoPayments(table),
        meddler,
        lambda: EndpointConnectionError(endpoint_url="https://dynamodb.invalid"),
        lambda: events_of(table, order_pk(ORDER)),
        lambda: [entry_of(item) for item in rows_of(client, "payments") if item["sk"].startswith(JOURNAL)],
    )
