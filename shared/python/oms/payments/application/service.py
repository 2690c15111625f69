"""The payment commands as the composition root hands them out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from oms.contracts.snapshots import OrderSnapshot
from oms.kernel.events import Actor
from oms.payments.application.authorizing import AuthorizationOutcome, Request, authorize
from oms.payments.application.capturing import CaptureOutcome, capture
from oms.payments.application.desk import Desk
from oms.payments.application.giving_back import NotGivenBack, give_back_excess, waive
from oms.payments.application.ports import PaymentGateway, Payments
from oms.payments.application.settling import Settled, settle
from oms.payments.application.writing_off import write_off
from oms.payments.domain.shipment import Shipment


@dataclass(frozen=True, slots=True)
class PaymentService:
    """Every command raises WriteConflict, Throttled and what the gateway raises; each is safe to repeat."""

    payments: Payments
    gateway: PaymentGateway

    def authorize(
        self, order: OrderSnapshot, amount: int, attempt: int, *, now: datetime, actor: Actor
    ) -> AuthorizationOutcome:
        """Hold `amount` minor units for `order`, or take them where it is prepaid."""
        return authorize(self._desk(now, actor), Request(order, amount, attempt))

    def capture(
        self, shipment: Shipment, with_people: Callable[[], bool], *, now: datetime, actor: Actor
    ) -> CaptureOutcome:
        """Take the money for a shipment that has left, unless a refusal is with people. Also raises ReleasePending."""
        return capture(self._desk(now, actor), shipment, with_people)

    def write_off(self, order_id: str, shipment_id: str, *, now: datetime, actor: Actor) -> None:
        """Give up on a capture that was refused; what is then held for nothing is released."""
        write_off(self._desk(now, actor), order_id, shipment_id)

    def give_back_excess(
        self, order_id: str, refusals: int, *, now: datetime, actor: Actor
    ) -> NotGivenBack | None:
        """Refund what is left of a deposit once shipments have earned all that the order costs."""
        return give_back_excess(self._desk(now, actor), order_id, refusals)

    def waive_refund(self, order_id: str, *, now: datetime, actor: Actor) -> None:
        """Give up on a refund that was refused: a person has seen to it."""
        waive(self._desk(now, actor), order_id)

    def settle_cancellation(
        self,
        order_id: str,
        shipped_total: int,
        turn: int,
        *,
        channel: str,
        currency: str,
        now: datetime,
        actor: Actor,
    ) -> Settled | NotGivenBack:
        """Release and give back all but `shipped_total` minor units, where no person has a refused capture.

        Also raises CapturesPending.
        """
        desk = self._desk(now, actor)
        return settle(desk, order_id, shipped_total, turn, channel=channel, currency=currency)

    def _desk(self, now: datetime, actor: Actor) -> Desk:
        return Desk(self.payments, self.gateway, now, actor)
