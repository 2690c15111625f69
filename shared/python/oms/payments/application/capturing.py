"""Take the money for a shipment, once per shipment id, however often and by whomever it is reported."""

from collections.abc import Callable
from dataclasses import dataclass

from oms.contracts.gateway import GatewayAnswer
from oms.kernel.errors import BrokenInvariant, WriteConflict
from oms.ledger.domain.entries import (
    capture_entry_id,
    entry_for_capture_at_shipment,
    entry_for_recognition,
    recognition_entry_id,
)
from oms.payments.application.desk import ROUNDS, Desk, exactly
from oms.payments.application.ports import ReleasePending
from oms.payments.application.releasing import void_remainder
from oms.payments.application.writing_off import release_unclaimed
from oms.payments.domain.effects import Effect, Refusal, after_refusals, capture_key, given_up
from oms.payments.domain.facts import PaymentCaptured, PaymentCaptureFailed, RevenueRecognised
from oms.payments.domain.machines import AuthorizationState
from oms.payments.domain.payment import Payment
from oms.payments.domain.shipment import Shipment


@dataclass(frozen=True, slots=True)
class ShipmentPaid:
    """The shipment's money is in the books; the same for a repeat.

    Where it is `overpaid`, a part of the deposit is to be given back: no shipment can earn it any more.
    `refund_refusals` is how often that was refused until now, `refunding` whether it is under way.
    """

    shipment_id: str
    amount: int
    overpaid: bool = False
    refund_refusals: int = 0
    refunding: bool = False


@dataclass(frozen=True, slots=True)
class NotCapturable:
    """The goods have left and their money cannot be taken: a person has to see to it."""

    shipment_id: str
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class LeftToPeople:
    """The money was refused, and a person has it or has given it up: not tried."""

    shipment_id: str


CaptureOutcome = ShipmentPaid | NotCapturable | LeftToPeople


def capture(desk: Desk, shipment: Shipment, with_people: Callable[[], bool]) -> CaptureOutcome:
    """`with_people` says of a shipment that was refused whether a person has it; others cost no question.

    Whoever has it, a capture that has been begun is finished: the gateway may have done it.

    Raises ReleasePending, WriteConflict, also where another run was refused meanwhile, and what the gateway
    raises. Each is safe to repeat.
    """
    if shipment.total == 0:
        return ShipmentPaid(shipment.shipment_id, 0)
    known: Refusal | None = None
    for attempt in range(ROUNDS):
        payment = desk.find(shipment.order_id)
        if payment is None:
            return _refusal(shipment, "no_payment")
        if desk.payments.has_entry(shipment.order_id, _entry_id(payment, shipment)):
            _tidy(desk, payment)
            return _paid(shipment, desk.find(shipment.order_id) or payment)
        refusal = payment.refused.get(shipment.shipment_id)
        if attempt == 0:
            known = refusal
            begun = payment.effect("capture", shipment_id=shipment.shipment_id)
            if refusal and not begun and with_people():
                return LeftToPeople(shipment.shipment_id)
        if payment.prepaid:
            outcome = _recognise(desk, payment, shipment)
        else:
            outcome = _take(desk, payment, shipment, overtaken=refusal != known)
        if outcome:
            _tidy(desk, payment)
            return outcome
    raise WriteConflict(f"{shipment.shipment_id}: the payment keeps changing")


def _tidy(desk: Desk, payment: Payment) -> None:
    """The last capture leaves on hold what was written off of the others, and what was called off."""
    if payment.closed or given_up(payment.refused):
        release_unclaimed(desk, payment.order_id)


def _take(desk: Desk, payment: Payment, shipment: Shipment, *, overtaken: bool) -> CaptureOutcome | None:
    """`overtaken`: another run was refused since this one has looked whether a person has it."""
    if effect := payment.effect("capture", shipment_id=shipment.shipment_id):
        answer, refusals = _look_up(desk, payment, shipment)
        answer = answer or _call(desk, payment, effect)
        return _conclude(desk, payment, effect, answer, shipment, refusals)
    if payment.live and payment.busy("void"):
        # Whoever began it may be dead, and who follows settles nothing for an order that has shipped whole.
        void_remainder(desk, payment)
        return None
    if reason := _obstacle(payment, shipment):
        return _obstructed(desk, payment, shipment, reason)
    if overtaken:
        raise WriteConflict(f"{shipment.shipment_id}: another run was refused")
    effect = _intent(payment, shipment)
    payment = payment.begin(effect)
    if not desk.payments.intend(payment, capturing=effect.amount):
        return None
    refusals = payment.refusals(shipment.shipment_id)
    return _conclude(desk, payment, effect, _call(desk, payment, effect), shipment, refusals)


def _look_up(desk: Desk, payment: Payment, shipment: Shipment) -> tuple[GatewayAnswer | None, int]:
    """The capture under any key this shipment has used, newest first, and the refusals before that key.

    Earlier keys too: a refusal that was not one would otherwise be taken a second time.
    """
    refusals = payment.refusals(shipment.shipment_id)
    for number in range(refusals, -1, -1):
        key = capture_key(payment.order_id, shipment.shipment_id, number)
        if found := desk.gateway.find_capture(reference=payment.reference, key=key):
            return found, number
    return None, refusals


def _obstacle(payment: Payment, shipment: Shipment) -> str:
    """Why this shipment cannot be captured, or nothing. Raises ReleasePending."""
    if payment.written_off(shipment.shipment_id):
        return "written_off"
    if not payment.live:
        return f"payment_{payment.state.lower()}"
    if payment.busy("replace"):
        raise ReleasePending(f"{payment.order_id}: its hold is just being replaced")
    if payment.currency != shipment.currency:
        return "other_currency"
    return "exceeds_authorization" if shipment.total > payment.capturable else ""


def _intent(payment: Payment, shipment: Shipment) -> Effect:
    """`final` only if nothing is left over and no other capture is under way.

    That the order calls its last shipment final says nothing here: reports arrive in any
    order, and a final capture releases what an earlier shipment has yet to take.
    """
    return Effect(
        key=capture_key(payment.order_id, shipment.shipment_id, payment.refusals(shipment.shipment_id)),
        operation="capture",
        amount=shipment.total,
        shipment_id=shipment.shipment_id,
        final=shipment.total == payment.held,
    )


def _call(desk: Desk, payment: Payment, effect: Effect) -> GatewayAnswer:
    def capture_at_gateway() -> GatewayAnswer:
        return desk.gateway.capture(
            key=effect.key,
            reference=payment.reference,
            amount=effect.amount,
            final=effect.final,
            shipment_id=effect.shipment_id,
        )

    return desk.ask_for(payment, effect, capture_at_gateway)


def _conclude(
    desk: Desk, payment: Payment, effect: Effect, answer: GatewayAnswer, shipment: Shipment, refusals: int
) -> CaptureOutcome | None:
    if answer.status == "DECLINED":
        return _refused(desk, payment.fail_capture(effect), shipment, answer.reason)
    if answer.status != "CAPTURED":
        raise BrokenInvariant(f"{shipment.shipment_id}: capture answered {answer.status}")
    exactly(answer, effect.amount)
    fact = PaymentCaptured(
        payment.order_id, shipment.shipment_id, effect.amount, payment.currency, payment.reference
    )
    entry = entry_for_capture_at_shipment(
        shipment.charge,
        order_id=payment.order_id,
        shipment_id=shipment.shipment_id,
        currency=payment.currency,
        occurred_at=shipment.occurred_at or desk.occurred_at,
    )
    key = f"captured-{after_refusals(shipment.shipment_id, refusals)}"
    concluded = desk.conclude(payment.capture(effect), fact, key, entry)
    return ShipmentPaid(shipment.shipment_id, effect.amount) if concluded else None


def _obstructed(desk: Desk, payment: Payment, shipment: Shipment, reason: str) -> CaptureOutcome | None:
    """Written down once, so that a cancellation does not wait for this shipment."""
    if shipment.shipment_id in payment.refused:
        return _refusal(shipment, reason)
    return _refused(desk, payment.refuse(shipment.shipment_id, shipment.total), shipment, reason)


def _refused(desk: Desk, failed: Payment, shipment: Shipment, reason: str) -> CaptureOutcome | None:
    fact = PaymentCaptureFailed(
        shipment.order_id, shipment.shipment_id, shipment.total, shipment.currency, reason
    )
    key = f"capture-failed-{shipment.shipment_id}-v{failed.version}"
    return _refusal(shipment, reason) if desk.conclude(failed, fact, key, reason=reason) else None


def _recognise(desk: Desk, payment: Payment, shipment: Shipment) -> CaptureOutcome | None:
    """The money is here already: the deposit becomes revenue, the gateway is not asked."""
    if payment.state is not AuthorizationState.CAPTURED:
        return _refusal(shipment, f"payment_{payment.state.lower()}")
    if payment.currency != shipment.currency:
        return _refusal(shipment, "other_currency")
    if shipment.total > payment.unearned:
        return _refusal(shipment, "exceeds_prepayment")
    fact = RevenueRecognised(payment.order_id, shipment.shipment_id, shipment.total, payment.currency)
    entry = entry_for_recognition(
        shipment.charge,
        order_id=payment.order_id,
        shipment_id=shipment.shipment_id,
        currency=payment.currency,
        occurred_at=shipment.occurred_at or desk.occurred_at,
    )
    earned = payment.recognise(shipment.total)
    concluded = desk.conclude(earned, fact, f"recognised-{shipment.shipment_id}", entry)
    return _paid(shipment, earned) if concluded else None


def _entry_id(payment: Payment, shipment: Shipment) -> str:
    name = recognition_entry_id if payment.prepaid else capture_entry_id
    return name(shipment.shipment_id)


def _paid(shipment: Shipment, payment: Payment) -> ShipmentPaid:
    refusals, refunding = payment.refund_refusals, payment.busy("refund")
    return ShipmentPaid(shipment.shipment_id, shipment.total, payment.overpaid, refusals, refunding)


def _refusal(shipment: Shipment, reason: str) -> NotCapturable:
    return NotCapturable(shipment.shipment_id, shipment.total, reason)
