"""Let the capture of a shipment be, whether or not it was ever tried."""

from oms.kernel.errors import WriteConflict
from oms.ledger.domain.entries import capture_entry_id
from oms.payments.application.capturing import capture, obstructed
from oms.payments.application.desk import ROUNDS, Desk
from oms.payments.application.writing_off import write_off
from oms.payments.domain.shipment import Shipment

_REASON = "given_up"


def give_up(desk: Desk, shipment: Shipment) -> None:
    """A person decided that nothing more is done for this shipment's money. What was begun is finished first:
    the gateway may have done it.

    Nothing where there is no money to take: it is in the books, or the order was paid for in advance.
    Raises what `capture` and `write_off` do.
    """
    for _ in range(ROUNDS):
        payment = desk.find(shipment.order_id)
        if payment is None or payment.prepaid or shipment.total == 0:
            return
        if payment.effect("capture", shipment_id=shipment.shipment_id):
            capture(desk, shipment, lambda: True)
        elif shipment.shipment_id in payment.refused:
            write_off(desk, shipment.order_id, shipment.shipment_id)
            return
        elif desk.payments.has_entry(shipment.order_id, capture_entry_id(shipment.shipment_id)):
            return
        else:
            obstructed(desk, payment, shipment, _REASON)
    raise WriteConflict(f"{shipment.shipment_id}: the payment keeps changing")
