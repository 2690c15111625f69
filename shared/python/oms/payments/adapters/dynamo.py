"""Payments in the payments table: ORDER#<id> / PAYMENT, JOURNAL#<entry id>, EVENT#<key>.

| Access pattern | Call |
|---|---|
| the payment of an order | GetItem PAYMENT, strongly consistent |
| was this already posted? | GetItem JOURNAL#<entry id>, strongly consistent |
| write an intent | PutItem PAYMENT if version is the one before: 1 WRU |
| write an outcome | TransactWriteItems PAYMENT + EVENT (+ JOURNAL): 2 WRU per item |
| the journal of an order | Query JOURNAL# |
"""

from dataclasses import dataclass

from oms.aws.outbox import event_row
from oms.aws.table import Table
from oms.aws.writes import Put, Write
from oms.kernel.events import Event
from oms.ledger.domain.journal import JournalEntry
from oms.payments.adapters.rows import (
    JOURNAL,
    PAYMENT,
    entry_item,
    entry_of,
    journal_sk,
    order_pk,
    payment_item,
    payment_of,
)
from oms.payments.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class DynamoPayments:
    """The port `Payments`. Journal and event rows are only ever put where nothing is."""

    table: Table

    def find(self, order_id: str) -> Payment | None:
        """The payment as it stands, strongly consistent."""
        item = self.table.get(order_pk(order_id), PAYMENT)
        return payment_of(item) if item else None

    def has_entry(self, order_id: str, entry_id: str) -> bool:
        """Whether the journal has this entry, strongly consistent."""
        return self.table.get(order_pk(order_id), journal_sk(entry_id)) is not None

    def journal(self, order_id: str) -> list[JournalEntry]:
        """Every entry of the order, oldest first."""
        entries = [entry_of(item) for item in self.table.collection(order_pk(order_id), JOURNAL)]
        return sorted(entries, key=lambda entry: (entry.occurred_at, entry.entry_id))

    def intend(self, payment: Payment, *, capturing: int = 0, refunding: int = 0) -> bool:
        """One conditional put."""
        return self.table.write(self._over_the_version_before(payment, capturing, refunding)) is None

    def conclude(self, payment: Payment, event: Event, entry: JournalEntry | None = None) -> bool:
        """One transaction of two items, three where money moved."""
        pk = order_pk(payment.order_id)
        writes: list[Write] = [
            self._over_the_version_before(payment),
            event_row(self.table.name, event, pk=pk),
        ]
        if entry:
            writes.append(Put(self.table.name, entry_item(entry)))
        return self.table.transact(writes) is None

    def _over_the_version_before(self, payment: Payment, capturing: int = 0, refunding: int = 0) -> Put:
        item = payment_item(payment)
        if payment.version == 1:
            return Put(self.table.name, item)
        condition, values = "version = :seen", {":seen": payment.version - 1}
        if capturing:
            condition, values = f"{condition} AND capturable >= :amount", values | {":amount": capturing}
        if refunding:
            condition, values = f"{condition} AND refundable >= :amount", values | {":amount": refunding}
        return Put(self.table.name, item, condition, values=values)
