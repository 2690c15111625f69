"""What every command does alike: write the intent, call, look up, conclude."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from oms.contracts.gateway import GatewayAnswer
from oms.kernel.clock import stamp
from oms.kernel.errors import BrokenInvariant, OutcomeUnknown
from oms.kernel.events import Actor, Fact, record
from oms.ledger.domain.journal import JournalEntry
from oms.payments.application.ports import PaymentGateway, Payments
from oms.payments.domain.effects import Effect
from oms.payments.domain.payment import Payment

ROUNDS = 8
"""How often a command reads and decides again before it reports a conflict. The longest way
that meets nobody else takes five: look up, conclude, release, request, authorize."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One command: the gateway, the books, the moment and who asks."""

    payments: Payments
    gateway: PaymentGateway
    now: datetime
    actor: Actor

    @property
    def occurred_at(self) -> str:
        return stamp(self.now)

    def find(self, order_id: str) -> Payment | None:
        return self.payments.find(order_id)

    def ask(self, call: Callable[[], GatewayAnswer], doubt: Payment | None) -> GatewayAnswer:
        """The gateway's answer. Where none came, `doubt` is stored before OutcomeUnknown goes on.

        That write may lose against another writer: the intent already says to look up.
        """
        try:
            return call()
        except OutcomeUnknown:
            if doubt:
                self.payments.intend(doubt)
            raise

    def ask_for(self, payment: Payment, effect: Effect, call: Callable[[], GatewayAnswer]) -> GatewayAnswer:
        """The gateway's answer to an effect whose intent is stored."""
        return self.ask(call, None if effect.doubtful else payment.doubt_effect(effect))

    def conclude(
        self, payment: Payment, fact: Fact, key: str, entry: JournalEntry | None = None, reason: str = ""
    ) -> Payment | None:
        """The payment as now stored; None where another writer was first."""
        event = record(
            fact,
            context="payments",
            subject=payment.order_id,
            key=key,
            channel=payment.channel,
            now=self.now,
            actor=self.actor,
            reason=reason,
        )
        return payment if self.payments.conclude(payment, event, entry) else None


def exactly(answer: GatewayAnswer, amount: int) -> GatewayAnswer:
    """Raises BrokenInvariant where the gateway moved another amount than asked: no guessing in the books."""
    if answer.amount != amount:
        raise BrokenInvariant(f"{answer.reference}: asked for {amount}, the gateway says {answer.amount}")
    return answer
