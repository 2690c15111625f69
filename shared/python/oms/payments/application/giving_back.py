"""Give back of a deposit what goods will never earn: of a cancellation, or where an order cost less than was taken."""

from dataclasses import dataclass

from oms.contracts.gateway import GatewayAnswer
from oms.kernel.errors import BrokenInvariant, WriteConflict
from oms.ledger.domain.entries import entry_for_refund_of_prepayment
from oms.payments.application.desk import ROUNDS, Desk, exactly
from oms.payments.domain.effects import NO_TURN, Effect, after_refusals, refund_key
from oms.payments.domain.facts import PaymentRefunded, PaymentRefundFailed
from oms.payments.domain.machines import EffectState
from oms.payments.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class NotGivenBack:
    """The gateway refused the refund: a person has to give the money back another way."""

    reason: str
    amount: int


def give_back_excess(desk: Desk, order_id: str, refusals: int) -> NotGivenBack | None:
    """Refund what shipments have left of a deposit. Nothing while they may earn more of it.

    `refusals` is how often that had been refused when no person had it. Raises WriteConflict, also where another
    run was refused since: by the time this is repeated, a person has it. Raises what the gateway raises. Each is
    safe to repeat.
    """
    for _ in range(ROUNDS):
        payment = desk.find(order_id)
        if payment is None or not payment.overpaid:
            return None
        if payment.refund_refusals > refusals:
            raise WriteConflict(f"{order_id}: another run has tried to give back")
        if refused := give_back(desk, payment, payment.unearned):
            return refused
    raise WriteConflict(f"{order_id}: its payment keeps changing")


def waive(desk: Desk, order_id: str) -> None:
    """A person decided that a refused refund will not be tried again.

    Raises WriteConflict, also while one is on its way: how that ends has to be known first.
    """
    for _ in range(ROUNDS):
        payment = desk.find(order_id)
        if payment is None or payment.waived:
            return
        if payment.busy("refund"):
            raise WriteConflict(f"{order_id} is just being refunded")
        if desk.payments.intend(payment.waive()):
            return
    raise WriteConflict(f"{order_id}: its payment keeps changing")


def give_back(desk: Desk, payment: Payment, amount: int, turn: int = NO_TURN) -> NotGivenBack | None:
    """One step: finish the refund under way, whatever its amount, or begin one of `amount`.

    `turn` is the settlement's, which a refusal keeps. None after something changed that has to be read again.
    """
    effect = payment.effect("refund")
    if effect is None:
        key = refund_key(payment.order_id, payment.refunds + 1, payment.refund_refusals)
        effect = Effect(key, "refund", amount, EffectState.SUBMITTED)
        payment = payment.begin(effect)
        if not desk.payments.intend(payment, refunding=amount):
            return None
        answer = _call(desk, payment, effect)
    else:
        found = desk.gateway.find_refund(reference=payment.reference, key=effect.key)
        answer = found or _call(desk, payment, effect)
    return _conclude(desk, payment, effect, answer, turn)


def _call(desk: Desk, payment: Payment, effect: Effect) -> GatewayAnswer:
    gateway, reference = desk.gateway, payment.reference
    return desk.ask_for(
        payment, effect, lambda: gateway.refund(key=effect.key, reference=reference, amount=effect.amount)
    )


def _conclude(
    desk: Desk, payment: Payment, effect: Effect, answer: GatewayAnswer, turn: int
) -> NotGivenBack | None:
    if answer.status == "DECLINED":
        return _refused(desk, payment.fail_refund(effect, turn, answer.reason), effect.amount)
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


def _refused(desk: Desk, failed: Payment, amount: int) -> NotGivenBack | None:
    fact = PaymentRefundFailed(failed.order_id, amount, failed.currency, failed.reason)
    concluded = desk.conclude(failed, fact, f"refund-failed-v{failed.version}", reason=failed.reason)
    return NotGivenBack(failed.reason, amount) if concluded else None
