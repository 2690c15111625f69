"""The payments store in memory, held to the behaviour of the DynamoDB one by tests/contract/payments."""

from dataclasses import dataclass, field

from oms.kernel.events import Event
from oms.ledger.domain.journal import JournalEntry
from oms.payments.domain.payment import Payment


@dataclass
class FakePayments:
    """The port `Payments`."""

    rows: dict[str, Payment] = field(default_factory=dict)
    entries: dict[tuple[str, str], JournalEntry] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)

    def find(self, order_id: str) -> Payment | None:
        return self.rows.get(order_id)

    def has_entry(self, order_id: str, entry_id: str) -> bool:
        return (order_id, entry_id) in self.entries

    def journal(self, order_id: str) -> list[JournalEntry]:
        own = [entry for (order, _), entry in self.entries.items() if order == order_id]
        return sorted(own, key=lambda entry: (entry.occurred_at, entry.entry_id))

    def intend(self, payment: Payment, *, capturing: int = 0, refunding: int = 0) -> bool:
        if not self._follows(payment):
            return False
        stored = self.rows.get(payment.order_id)
        if stored and (stored.capturable < capturing or stored.refundable < refunding):
            return False
        self.rows[payment.order_id] = payment
        return True

    def conclude(self, payment: Payment, event: Event, entry: JournalEntry | None = None) -> bool:
        posted = entry and (entry.order_id, entry.entry_id) in self.entries
        if not self._follows(payment) or event.event_id in self.events or posted:
            return False
        self.rows[payment.order_id] = payment
        self.events[event.event_id] = event
        if entry:
            self.entries[entry.order_id, entry.entry_id] = entry
        return True

    def _follows(self, payment: Payment) -> bool:
        stored = self.rows.get(payment.order_id)
        return payment.version == (stored.version + 1 if stored else 1)
