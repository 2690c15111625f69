"""What the gateway says about an authorization, written down as it is."""

from oms.contracts.gateway import GatewayAnswer
from oms.kernel.errors import BrokenInvariant
from oms.ledger.domain.entries import entry_for_prepayment
from oms.payments.application.desk import Desk, exactly
from oms.payments.domain.effects import Effect, void_key
from oms.payments.domain.facts import (
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentDeclined,
    PaymentPrepaid,
    PaymentVoided,
)
from oms.payments.domain.payment import Payment


def look_up(desk: Desk, payment: Payment) -> GatewayAnswer | None:
    """The authorization as the gateway has it now; None where it never had it."""
    return desk.gateway.find_authorization(order_id=payment.order_id, key=payment.key)


def conclude_authorization(desk: Desk, payment: Payment, answer: GatewayAnswer) -> Payment | None:
    """Store the answer. None where another writer was first.

    Whether the order counts as prepaid is what the gateway did, not what it was asked:
    taken money is a deposit, held money is captured at shipment.
    """
    match answer.status:
        case "AUTHORIZED":
            return _held(desk, payment, exactly(answer, payment.requested))
        case "CAPTURED":
            return _taken(desk, payment, exactly(answer, payment.requested))
        case "DECLINED":
            return _declined(desk, payment, answer)
        case "ACTION_REQUIRED":
            return _action_required(desk, payment, answer)
        case "VOIDED":
            return _released(desk, payment, answer)
        case "REFUNDED":
            raise BrokenInvariant(f"{payment.order_id}: {answer.reference} was refunded behind our back")


def _held(
    desk: Desk, payment: Payment, answer: GatewayAnswer, release: Effect | None = None
) -> Payment | None:
    held = payment.hold(answer.reference, release)
    fact = PaymentAuthorized(held.order_id, held.authorized, held.currency, held.reference, held.attempt)
    return desk.conclude(held, fact, f"authorized-{held.group}")


def _taken(desk: Desk, payment: Payment, answer: GatewayAnswer) -> Payment | None:
    taken = payment.prepay(answer.reference)
    fact = PaymentPrepaid(taken.order_id, taken.captured, taken.currency, taken.reference, taken.attempt)
    entry = entry_for_prepayment(
        taken.captured,
        order_id=taken.order_id,
        number=taken.group,
        currency=taken.currency,
        occurred_at=desk.occurred_at,
    )
    return desk.conclude(taken, fact, f"prepaid-{taken.group}", entry)


def _declined(desk: Desk, payment: Payment, answer: GatewayAnswer) -> Payment | None:
    fact = PaymentDeclined(
        payment.order_id, payment.requested, payment.currency, answer.reason, payment.attempt
    )
    return desk.conclude(
        payment.decline(answer.reason), fact, f"declined-{payment.group}", reason=answer.reason
    )


def _action_required(desk: Desk, payment: Payment, answer: GatewayAnswer) -> Payment | None:
    waiting = payment.await_action(answer.reference, answer.reason)
    fact = PaymentActionRequired(
        waiting.order_id,
        waiting.requested,
        waiting.currency,
        waiting.reference,
        waiting.reason,
        waiting.attempt,
    )
    return desk.conclude(waiting, fact, f"action-required-{waiting.group}", reason=answer.reason)


def _released(desk: Desk, payment: Payment, answer: GatewayAnswer) -> Payment | None:
    """Released at the gateway before we knew that it held anything.

    Where it did, that is recorded first, and its release is left to be concluded.
    """
    if answer.amount:
        exactly(answer, payment.requested)
        effect = Effect(void_key(payment.order_id, payment.group), "void", answer.amount)
        return _held(desk, payment, answer, effect)
    fact = PaymentVoided(payment.order_id, 0, payment.currency, answer.reference)
    return desk.conclude(payment.find_voided(answer.reference), fact, f"voided-{payment.group}")
