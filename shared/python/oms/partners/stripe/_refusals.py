"""How Stripe refuses, and what that says."""

from typing import Any

from oms.contracts.gateway import GatewayAnswer
from oms.partners.http import Answer

NOTHING_LEFT_TO_CAPTURE = frozenset(
    (
        "capture_charge_authorization_expired",
        "charge_already_captured",
        "charge_expired_for_capture",
        "payment_intent_payment_attempt_expired",
        "payment_intent_unexpected_state",
    )
)
NOTHING_LEFT_TO_REFUND = frozenset({"charge_already_refunded", "charge_disputed"})
_OF_THE_ORDER = frozenset(("amount", "currency", "payment_method"))
"""Parameters that say what the order says: Stripe calls those wrong that it has no use for."""
UNEXPECTED_STATE = "payment_intent_unexpected_state"


def error_of(answer: Answer) -> dict[str, Any]:
    """Raises LookupError or TypeError where it tells none."""
    error = answer.json()["error"]
    if not isinstance(error, dict):
        raise TypeError("error is not an object")
    return error


def code_of(answer: Answer) -> str:
    """The stable code of a refusal; the message is left out, it may quote what was sent."""
    error = answer.read(lambda _: error_of(answer))
    return str(error.get("decline_code") or error.get("code") or error.get("type") or "")


def is_about_the_order(answer: Answer) -> bool:
    """Whether it is the order that Stripe has no use for: a card that is not there, an amount nobody may charge."""
    if answer.status != 400:
        return False
    error = answer.read(lambda _: error_of(answer))
    return error.get("type") == "invalid_request_error" and error.get("param") in _OF_THE_ORDER


def is_used_up(answer: Answer) -> bool:
    """Whether something else was sent with this Idempotency-Key before."""
    return answer.status == 400 and answer.read(lambda _: error_of(answer)).get("type") == "idempotency_error"


def refused(reference: str, reason: str) -> GatewayAnswer:
    return GatewayAnswer("DECLINED", reference, 0, reason)


def nothing_held() -> GatewayAnswer:
    """VOIDED, without an intent that says so."""
    return GatewayAnswer("VOIDED", "", 0)
