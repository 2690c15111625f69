"""Release what the gateway still holds: to end an authorization, or to make room for another."""

from oms.contracts.gateway import GatewayAnswer
from oms.kernel.errors import BrokenInvariant, PartnerRejected
from oms.payments.application.authorizations import look_up
from oms.payments.application.desk import Desk
from oms.payments.domain.effects import Effect, Operation, void_key
from oms.payments.domain.facts import PaymentVoided
from oms.payments.domain.machines import AuthorizationState
from oms.payments.domain.payment import Payment


def void_remainder(desk: Desk, payment: Payment) -> Payment | None:
    """VOIDED with its event. None where another writer was first: read again."""
    if not (released := _released_at_gateway(desk, payment, "void")):
        return None
    payment, effect = released
    return _conclude(desk, payment, effect, payment.void(effect))


def replace_authorization(
    desk: Desk, payment: Payment, *, amount: int, attempt: int, prepaid: bool
) -> Payment | None:
    """REQUESTED anew: the release of the old hold and the intent of the new one are one write."""
    if not (released := _released_at_gateway(desk, payment, "replace")):
        return None
    payment, effect = released
    anew = payment.attempt_anew(amount=amount, attempt=attempt, prepaid=prepaid)
    return _conclude(desk, payment, effect, anew)


def _released_at_gateway(desk: Desk, payment: Payment, operation: Operation) -> tuple[Payment, Effect] | None:
    """Intent, then the gateway. An intent of an earlier run is looked up before the call is repeated.

    A gateway that refuses to release the rest of a hold we have captured from holds nothing any more.
    """
    if effect := payment.effect("void", "replace"):
        found = look_up(desk, payment)
        if found and _customer_acted(payment, found):
            _withdraw(desk, payment, effect)
            return None
        if found and _holds_nothing(payment, found):
            return payment, effect
    else:
        effect = Effect(void_key(payment.order_id, payment.group), operation, payment.held)
        payment = payment.begin(effect)
        if not desk.payments.intend(payment):
            return None
    answer = desk.ask_for(
        payment, effect, lambda: desk.gateway.void(key=effect.key, reference=payment.reference)
    )
    if _customer_acted(payment, answer):
        _withdraw(desk, payment, effect)
        return None
    if answer.status != "VOIDED" and not (answer.status == "DECLINED" and payment.captured):
        raise PartnerRejected(f"{payment.order_id}: void answered {answer.status} {answer.reason}")
    return payment, effect


def _customer_acted(payment: Payment, found: GatewayAnswer) -> bool:
    """Whether the payment we took back unconfirmed was confirmed meanwhile: it held money, or was taken."""
    waited = payment.state is AuthorizationState.ACTION_REQUIRED
    return waited and found.status != "ACTION_REQUIRED" and (found.status != "VOIDED" or found.amount > 0)


def _withdraw(desk: Desk, payment: Payment, effect: Effect) -> None:
    """The release is begun anew once the books know what there is to release."""
    desk.payments.intend(payment.withdraw(effect))


def _holds_nothing(payment: Payment, found: GatewayAnswer) -> bool:
    if found.status == "CAPTURED" and not payment.captured:
        raise BrokenInvariant(f"{payment.order_id}: {found.reference} was captured behind our back")
    return found.status in ("VOIDED", "DECLINED", "CAPTURED")


def _conclude(desk: Desk, payment: Payment, effect: Effect, after: Payment) -> Payment | None:
    fact = PaymentVoided(payment.order_id, effect.amount, payment.currency, payment.reference)
    return desk.conclude(after, fact, f"voided-{payment.group}")
