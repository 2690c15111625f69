"""Authorize the payment of an order: at most one live hold, whatever is repeated or crashes.

A hold is for exactly what is due. A request for what is held is answered from the books; one for another
amount releases the hold and authorizes anew under the next key. That is only possible while nothing was
taken: from then on a request for more counts as declined, for a person.

A lower attempt than the last is a run of the assessment that another has followed. It changes nothing.
"""

from dataclasses import dataclass
from typing import Literal

from oms.contracts.gateway import GatewayAnswer
from oms.contracts.snapshots import OrderSnapshot
from oms.kernel.errors import BrokenInvariant, WriteConflict
from oms.payments.application.authorizations import conclude_authorization, look_up
from oms.payments.application.desk import ROUNDS, Desk
from oms.payments.application.ports import CapturesPending
from oms.payments.application.releasing import replace_authorization, void_remainder
from oms.payments.domain.machines import AuthorizationState
from oms.payments.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class AuthorizationOutcome:
    """The answer a workflow chooses by. `reason` is the gateway's code, or ours, where it is no success."""

    outcome: Literal["AUTHORIZED", "CAPTURED", "DECLINED", "ACTION_REQUIRED"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be authorized: `amount` minor units; a higher `attempt` asks again, a lower one is overtaken."""

    order: OrderSnapshot
    amount: int
    attempt: int


Move = AuthorizationOutcome | Payment | None
"""The outcome, the payment as it now stands, or None: read it again."""


def authorize(desk: Desk, request: Request) -> AuthorizationOutcome:
    """Raises WriteConflict, and what the gateway raises. Each is safe to repeat."""
    if request.amount < 0:
        raise BrokenInvariant(f"{request.order.order_id}: cannot authorize {request.amount}")
    if request.amount == 0:
        return AuthorizationOutcome("AUTHORIZED", "nothing_to_pay")
    payment: Payment | None = None
    for _ in range(ROUNDS):
        move = _move(desk, payment or desk.find(request.order.order_id), request)
        if isinstance(move, AuthorizationOutcome):
            return move
        payment = move
    raise WriteConflict(f"{request.order.order_id}: its payment keeps changing")


def _move(desk: Desk, payment: Payment | None, request: Request) -> Move:
    if payment is None:
        return _first(desk, request)
    if request.attempt < payment.attempt and not payment.closed:
        return AuthorizationOutcome("DECLINED", "overtaken")
    if payment.state in Payment.OPEN:
        found = look_up(desk, payment)
        return _record(desk, payment, found, request) if found else _call(desk, payment, request)
    if payment.busy("void", "replace"):
        return _finish_release(desk, payment, request)
    if payment.state is AuthorizationState.ACTION_REQUIRED:
        return _after_action(desk, payment, request)
    if outcome := _answer(payment, request):
        return _taken_over(desk, payment, request, outcome)
    return _replace(desk, payment, request) if payment.live else _again(desk, payment, request)


def _first(desk: Desk, request: Request) -> Move:
    order = request.order
    payment = Payment.request(
        order_id=order.order_id,
        channel=order.channel,
        currency=order.currency,
        amount=request.amount,
        attempt=request.attempt,
        prepaid=order.prepaid,
    )
    return _call(desk, payment, request) if desk.payments.intend(payment) else None


def _again(desk: Desk, payment: Payment, request: Request) -> Move:
    """A new attempt after a refusal or a release."""
    anew = payment.attempt_anew(amount=request.amount, attempt=request.attempt, prepaid=request.order.prepaid)
    return _call(desk, anew, request) if desk.payments.intend(anew) else None


def _call(desk: Desk, payment: Payment, request: Request) -> Move:
    """Ask the gateway for the stored intent: its own key and its own amount, whatever is requested now."""
    answer = desk.ask(
        lambda: desk.gateway.authorize(
            key=payment.key,
            order_id=payment.order_id,
            amount=payment.requested,
            currency=payment.currency,
            token=request.order.payment_token,
            prepaid=payment.prepaid,
        ),
        payment.doubt() if payment.state is AuthorizationState.REQUESTED else None,
    )
    return _record(desk, payment, answer, request)


def _record(desk: Desk, payment: Payment, answer: GatewayAnswer, request: Request) -> Move:
    concluded = conclude_authorization(desk, payment, answer)
    if concluded is None or concluded.busy("void", "replace"):
        return concluded
    outcome = _answer(concluded, request)
    return _taken_over(desk, concluded, request, outcome) if outcome else concluded


def _taken_over(desk: Desk, payment: Payment, request: Request, outcome: AuthorizationOutcome) -> Move:
    """The outcome, once no lower attempt can change what it tells of."""
    if payment.closed or (request.attempt, request.amount) == (payment.attempt, payment.due):
        return outcome
    return outcome if desk.payments.intend(payment.attempted(request.attempt, request.amount)) else None


def _after_action(desk: Desk, payment: Payment, request: Request) -> Move:
    """Only the gateway knows whether the customer has acted."""
    found = look_up(desk, payment)
    if found and found.status != "ACTION_REQUIRED":
        return _record(desk, payment, found, request)
    if outcome := _answer(payment, request):
        return _taken_over(desk, payment, request, outcome)
    return _replace(desk, payment, request)


def _finish_release(desk: Desk, payment: Payment, request: Request) -> Move:
    """A release that an earlier run began: as that run meant it."""
    return void_remainder(desk, payment) if payment.busy("void") else _replace(desk, payment, request)


def _replace(desk: Desk, payment: Payment, request: Request) -> Move:
    if payment.busy("capture"):
        raise CapturesPending(f"{payment.order_id} is just being captured")
    anew = replace_authorization(
        desk, payment, amount=request.amount, attempt=request.attempt, prepaid=request.order.prepaid
    )
    return _call(desk, anew, request) if anew else None


def _answer(payment: Payment, request: Request) -> AuthorizationOutcome | None:
    """What the books already say to this request; None where they leave something to do."""
    if payment.closed:
        return AuthorizationOutcome("DECLINED", "order_cancelled")
    match payment.state:
        case AuthorizationState.DECLINED if request.attempt <= payment.attempt:
            return AuthorizationOutcome("DECLINED", payment.reason)
        case AuthorizationState.VOIDED if request.attempt <= payment.attempt or payment.captured:
            return AuthorizationOutcome("DECLINED", "voided")
        case AuthorizationState.ACTION_REQUIRED if request.attempt <= payment.attempt:
            return AuthorizationOutcome("ACTION_REQUIRED", payment.reason)
        case AuthorizationState.AUTHORIZED if request.amount == payment.authorized:
            return AuthorizationOutcome("AUTHORIZED")
        case AuthorizationState.PARTIALLY_CAPTURED | AuthorizationState.CAPTURED:
            return _answer_taken(payment, request)
    return None


def _answer_taken(payment: Payment, request: Request) -> AuthorizationOutcome:
    """Money has moved: the hold is what it is."""
    if request.amount > payment.authorized - payment.refunded - payment.pending_refund:
        return AuthorizationOutcome("DECLINED", "exceeds_what_was_taken")
    return AuthorizationOutcome("CAPTURED" if payment.prepaid else "AUTHORIZED")
