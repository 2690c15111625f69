"""What the payment commands need from outside."""

from typing import Protocol

from oms.contracts.gateway import GatewayAnswer
from oms.kernel.errors import Retryable
from oms.kernel.events import Event
from oms.ledger.domain.journal import JournalEntry
from oms.payments.domain.payment import Payment


class CapturesPending(Retryable):
    """Shipments have left whose captures are not in the books yet: settle after them."""

    code = "captures_pending"


class ReleasePending(Retryable):
    """The authorization is just being replaced by another: decide again when that is done."""

    code = "release_pending"


class PaymentGateway(Protocol):
    """Moves the money. Each effect happens at most once per key, whatever is repeated.

    Every method raises PartnerUnavailable (nothing happened there), OutcomeUnknown
    (look up) or PartnerRejected (our defect). A refusal is an answer: status DECLINED.
    Amounts are minor units.
    """

    def authorize(
        self, *, key: str, order_id: str, amount: int, currency: str, token: str, prepaid: bool
    ) -> GatewayAnswer:
        """Hold `amount` (AUTHORIZED), or take it at once where `prepaid` (CAPTURED)."""
        ...

    def find_authorization(self, *, order_id: str, key: str) -> GatewayAnswer | None:
        """What became of the authorization with this key: its status now, and the amount it was for.

        VOIDED once it holds nothing any more and took nothing. None where the gateway never had it.
        """
        ...

    def forestall(self, *, key: str, order_id: str, amount: int, currency: str) -> GatewayAnswer:
        """Use up the key of an authorization that nobody wants any more: a request for it that is still on
        its way comes to nothing. VOIDED, or what became of it where it had arrived before."""
        ...

    def capture(
        self, *, key: str, reference: str, amount: int, final: bool, shipment_id: str
    ) -> GatewayAnswer:
        """Take `amount` of what is held (CAPTURED); `final` releases the rest."""
        ...

    def find_capture(self, *, reference: str, key: str) -> GatewayAnswer | None:
        """The capture with this key; None where the gateway never had it."""
        ...

    def void(self, *, key: str, reference: str) -> GatewayAnswer:
        """Release what is still held (VOIDED)."""
        ...

    def refund(self, *, key: str, reference: str, amount: int) -> GatewayAnswer:
        """Give `amount` back (REFUNDED)."""
        ...

    def find_refund(self, *, reference: str, key: str) -> GatewayAnswer | None:
        """The refund with this key; None where the gateway never had it."""
        ...


class Payments(Protocol):
    """Payments, their journal and their events. Every method raises Throttled or WriteConflict.

    A payment is stored only over the version before it, so of two writers one is refused (False).
    """

    def find(self, order_id: str) -> Payment | None:
        """The payment as it stands, strongly consistent."""
        ...

    def has_entry(self, order_id: str, entry_id: str) -> bool:
        """Whether the journal of this order has this entry, strongly consistent."""
        ...

    def intend(self, payment: Payment, *, capturing: int = 0, refunding: int = 0) -> bool:
        """Store an intent. Also refused where less than these amounts can be captured or refunded."""
        ...

    def conclude(self, payment: Payment, event: Event, entry: JournalEntry | None = None) -> bool:
        """Store an outcome, its event and its journal entry: all, or (False) nothing."""
        ...
