"""Settle a cancellation: release what nobody may yet take, give back what was taken for goods that never left."""

from dataclasses import dataclass

from oms.kernel.errors import WriteConflict
from oms.payments.application.authorizations import conclude_authorization, look_up
from oms.payments.application.desk import ROUNDS, Desk
from oms.payments.application.giving_back import NotGivenBack, give_back
from oms.payments.application.ports import CapturesPending
from oms.payments.application.releasing import void_remainder
from oms.payments.domain.effects import authorization_key, undecided
from oms.payments.domain.machines import AuthorizationState
from oms.payments.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class Settled:
    """What was released and given back until now, minor units.

    The whole hold stays while a person has the refused capture of a shipment: it is released with the decision.
    """

    voided: int
    refunded: int


def settle(
    desk: Desk, order_id: str, shipped_total: int, turn: int, *, channel: str, currency: str
) -> Settled | NotGivenBack:
    """`shipped_total` is what the order's shipments charge, minor units. Nothing is authorized afterwards.

    What a `turn` was refused, only a later one tries again: between the two, a person has it.

    Raises CapturesPending while the books have neither taken nor been refused that much,
    WriteConflict, and what the gateway raises. Each is safe to repeat.
    """
    for _ in range(ROUNDS):
        payment = desk.find(order_id)
        if payment is None:
            if desk.payments.intend(_never(order_id, channel, currency)):
                return Settled(0, 0)
            continue
        outcome = _step(desk, payment, shipped_total, turn)
        if isinstance(outcome, NotGivenBack):
            return outcome
        if outcome and (payment.closed or desk.payments.intend(payment.close())):
            return outcome
    raise WriteConflict(f"{order_id}: its payment keeps changing")


def _never(order_id: str, channel: str, currency: str) -> Payment:
    """Stands where a payment would, so that an authorization that comes too late finds the order called off."""
    key, state = authorization_key(order_id, 1), AuthorizationState.VOIDED
    return Payment(order_id, channel, currency, False, 0, 0, key, state=state, closed=True)


def _step(desk: Desk, payment: Payment, shipped_total: int, turn: int) -> Settled | NotGivenBack | None:
    """The outcome, or None after something changed that has to be read again."""
    if payment.state in Payment.OPEN:
        _resolve(desk, payment)
        return None
    if payment.state is AuthorizationState.ACTION_REQUIRED:
        _withdraw(desk, payment)
        return None
    if payment.live and not _is_kept(payment, shipped_total):
        void_remainder(desk, payment)
        return None
    if payment.prepaid and payment.state is AuthorizationState.CAPTURED:
        return _give_back(desk, payment, shipped_total, turn)
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


def _is_kept(payment: Payment, shipped_total: int) -> bool:
    """Whether the hold is to stay, so that a person may have a refused capture tried again.

    A release that has begun is finished whatever has left since: no capture can be made any more.
    """
    if payment.busy("void", "replace"):
        return False
    decided = payment.captured + payment.refused_total
    if payment.busy("capture") or decided < shipped_total:
        raise CapturesPending(f"{payment.order_id}: {decided} of {shipped_total} captured or refused")
    return undecided(payment.refused)


def _give_back(desk: Desk, payment: Payment, shipped_total: int, turn: int) -> Settled | NotGivenBack | None:
    amount = 0 if payment.waived else payment.refundable - shipped_total
    if amount <= 0 and not payment.busy("refund"):
        return Settled(payment.voided, payment.refunded)
    if turn <= payment.refund_turn:
        return NotGivenBack(payment.reason, max(amount, payment.pending_refund))
    return give_back(desk, payment, amount, turn)
