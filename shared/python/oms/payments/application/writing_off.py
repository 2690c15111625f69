"""Give up on the money of a shipment, and give back what is then held for nothing."""

from oms.kernel.errors import WriteConflict
from oms.payments.application.desk import ROUNDS, Desk
from oms.payments.application.ports import CapturesPending
from oms.payments.application.releasing import void_remainder
from oms.payments.domain.effects import given_up, undecided
from oms.payments.domain.facts import PaymentWrittenOff
from oms.payments.domain.payment import Payment


def write_off(desk: Desk, order_id: str, shipment_id: str) -> None:
    """A person decided that a refused capture will not be tried again. Nothing where it was taken since.

    Raises CapturesPending, WriteConflict, and what the gateway raises. Each is safe to repeat.
    """
    for _ in range(ROUNDS):
        payment = desk.find(order_id)
        if payment is None or shipment_id not in payment.refused:
            return
        if payment.effect("capture", shipment_id=shipment_id):
            raise CapturesPending(f"{order_id}: {shipment_id} is just being tried again")
        if payment.written_off(shipment_id) or _given_up(desk, payment, shipment_id):
            release_unclaimed(desk, order_id)
            return
    raise WriteConflict(f"{order_id}: its payment keeps changing")


def release_unclaimed(desk: Desk, order_id: str) -> None:
    """Release the hold where nobody is going to take what is left of it. Raises what `write_off` does."""
    for _ in range(ROUNDS):
        payment = desk.find(order_id)
        if payment is None or not _unclaimed(payment) or void_remainder(desk, payment):
            return
    raise WriteConflict(f"{order_id}: its payment keeps changing")


def _unclaimed(payment: Payment) -> bool:
    """Whether the gateway holds money that nobody is going to take: written off, or for goods called off."""
    if not payment.live or payment.busy("capture") or undecided(payment.refused):
        return False
    return payment.closed or payment.held <= given_up(payment.refused)


def _given_up(desk: Desk, payment: Payment, shipment_id: str) -> Payment | None:
    amount = payment.refused[shipment_id].amount
    fact = PaymentWrittenOff(payment.order_id, shipment_id, amount, payment.currency)
    return desk.conclude(
        payment.write_off(shipment_id), fact, f"written-off-{shipment_id}-v{payment.version + 1}"
    )
