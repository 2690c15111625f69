"""Settle a cancellation: release what is held, give back what was taken for goods that never left."""

from dataclasses import dataclass

from oms.contracts.gateway import GatewayAnswer
from oms.kernel.errors import BrokenInvariant, WriteConflict
from oms.ledger.domain.entries import entry_for_refund_of_prepayment
from oms.payments.application.authorizations import conclude_authorization, look_up
from oms.payments.application.desk import ROUNDS, Desk, exactly
from oms.payments.application.ports import CapturesPending
from oms.payments.application.releasing import void_remainder
from oms.payments.domain.effects import Effect, after_refusals, authorization_key, refund_key
from oms.payments.domain.facts import PaymentRefunded, PaymentRefundFailed
from oms.payments.domain.machines import AuthorizationState, EffectState
from oms.payments.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class Settled:
    """What the cancellation released and gave back in all, minor units; the same for a repeat."""

    voided: int
    refunded: int


@dataclass(frozen=True, slots=True)
class NotSettled:
    """The gateway refused the refund: a person has to give the money back another way."""

    reason: str
    amount: int


def settle(
    desk: Desk, order_id: str, shipped_total: int, *, channel: str, currency: str
) -> Settled | NotSettled:
    """`shipped_total` is what the order's shipments charge, minor units. Nothing is authorized afterwards.

    Raises CapturesPending while the books have neither taken nor been refused that much,
    WriteConflict, and what the gateway raises. Each is safe to repeat.
    """
    for _ in range(ROUNDS):
        payment = desk.find(order_id)
        if payment is None:
            if desk.payments.intend(_never(order_id, channel, currency)):
                return Settled(0, 0)
            continue
        outcome = _step(desk, payment, shipped_total)
        if isinstance(outcome, NotSettled):
            return outcome
        if outcome and (payment.closed or desk.payments.intend(payment.close())):
            return outcome
    raise WriteConflict(f"{order_id}: its payment keeps changing")


def _never(order_id: str, channel: str, currency: str) -> Payment:
    """Stands where a payment would, so that an authorization that comes too late finds the order called off."""
    key, state = authorization_key(order_id, 1), AuthorizationState.VOIDED
    return Payment(order_id, channel, currency, False, 0, 0, key, state=state, closed=True)


def _step(desk: Desk, payment: Payment, shipped_total: int) -> Settled | NotSettled | None:
    """The outcome, or None after something changed that has to be read again."""
    if payment.state in Payment.OPEN:
        _resolve(desk, payment)
        return None
    if payment.state is AuthorizationState.ACTION_REQUIRED:
        _withdraw(desk, payment)
        return None
    if payment.live:
        _release(desk, payment, shipped_total)
        return None
    if payment.prepaid and payment.state is AuthorizationState.CAPTURED:
        return _give_back(desk, payment, shipped_total)
    return Settled(payment.voided, payment.refunded)


def _resolve(desk: Desk, payment: Payment) -> None:
    """Find out what the gateway has. That it has nothing yet says little: a request may still be on its way."""
    found = look_up(desk, payment) or desk.gateway.forestall(
        key=payment.key, order_id=payment.order_id, amount=payment.requested, currency=payment.currency
    )
    conclude_authorization(desk, payment, found)


def _withdraw(desk: Desk, payment: Payment) -> None:
    """The customer may have acted since: record that first, else take the question back."""
    found = None if payment.busy("void", "replace") else look_up(desk, payment)
    if found and found.status != "ACTION_REQUIRED":
        conclude_authorization(desk, payment, found)
    else:
        void_remainder(desk, payment)


def _release(desk: Desk, payment: Payment, shipped_total: int) -> None:
    """A release that has begun is finished whatever has left since: captures wait for it, not it for them.

    Nor does it wait for what was refused: that is with a person, who may never take it.
    """
    decided = payment.captured + payment.refused_total
    begun = payment.busy("void", "replace")
    if not begun and (payment.busy("capture") or decided < shipped_total):
        raise CapturesPending(f"{payment.order_id}: {decided} of {shipped_total} captured or refused")
    void_remainder(desk, payment)


def _give_back(desk: Desk, payment: Payment, shipped_total: int) -> Settled | NotSettled | None:
    effect = payment.effect("refund")
    if effect is None:
        amount = payment.refundable - shipped_total
        if amount <= 0:
            return Settled(payment.voided, payment.refunded)
        key = refund_key(payment.order_id, payment.refunds + 1, payment.refund_refusals)
        effect = Effect(key, "refund", amount, EffectState.SUBMITTED)
        payment = payment.begin(effect)
        if not desk.payments.intend(payment, refunding=amount):
            return None
        answer = _call(desk, payment, effect)
    else:
        found = desk.gateway.find_refund(reference=payment.reference, key=effect.key)
        answer = found or _call(desk, payment, effect)
    return _conclude(desk, payment, effect, answer)


def _call(desk: Desk, payment: Payment, effect: Effect) -> GatewayAnswer:
    gateway, reference = desk.gateway, payment.reference
    return desk.ask_for(
        payment, effect, lambda: gateway.refund(key=effect.key, reference=reference, amount=effect.amount)
    )


def _conclude(desk: Desk, payment: Payment, effect: Effect, answer: GatewayAnswer) -> NotSettled | None:
    if answer.status == "DECLINED":
        return _refused(desk, payment, effect, answer.reason)
    if answer.status != "REFUNDED":
        raise BrokenInvariant(f"{payment.order_id}: refund answered {answer.status}")
    exactly(answer, effect.amount)
    refunded = payment.refund(effect)
    fact = PaymentRefunded(payment.order_id, effect.amount, payment.currency, answer.reference)
    entry = entry_for_refund_of_prepayment(
        effect.amount,
        order_id=payment.order_id,
        number=refunded.refunds,
        currency=payment.currency,
        occurred_at=desk.occurred_at,
    )
    key = f"refunded-{after_refusals(refunded.refunds, payment.refund_refusals)}"
    desk.conclude(refunded, fact, key, entry)
    return None


def _refused(desk: Desk, payment: Payment, effect: Effect, reason: str) -> NotSettled | None:
    failed = payment.fail_refund(effect)
    fact = PaymentRefundFailed(payment.order_id, effect.amount, payment.currency, reason)
    concluded = desk.conclude(failed, fact, f"refund-failed-v{failed.version}", reason=reason)
    return NotSettled(reason, effect.amount) if concluded else None
