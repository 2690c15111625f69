"""Payment intents and refunds as Stripe runs them: the state machine and its refusals."""

import time
from hashlib import sha256
from typing import Any

from ops.sandbox.replies import Refused
from ops.sandbox.store import Row, Store

DECLINES = {
    "pm_card_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_insufficientFunds": ("card_declined", "insufficient_funds"),
    "pm_card_expiredCard": ("expired_card", "expired_card"),
}
_CHALLENGED = ("pm_card_authenticationRequired",)
_SINGLE_CAPTURE = ("pm_card_noMulticapture",)
_CANCELLABLE = ("requires_payment_method", "requires_action", "requires_capture")


def create(store: Store, form: dict[str, Any], key: str) -> Row:
    """A payment intent: held, taken, waiting for the customer, or (raised) declined; unconfirmed, without a card."""
    token = str(form.get("payment_method", ""))
    confirmed = form.get("confirm") == "true"
    if (token or confirmed) and not token.startswith("pm_"):
        raise refusal(  # not quoted: it may be a card number
            400, "resource_missing", "No such PaymentMethod", executed=False, param="payment_method"
        )
    amount = whole(form, "amount")
    intent: Row = {
        "id": f"pi_{_digest(key, form)}",
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "capture_method": form.get("capture_method", "automatic"),
        "created": int(time.time()),
        "currency": form["currency"],
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": form.get("metadata", {}),
        "next_action": None,
        "payment_method": token or None,
        "status": "requires_payment_method",
        "sandbox": {"multicapture": _wants_multicapture(form) and token not in _SINGLE_CAPTURE},
    }
    return _confirm(store, intent, token, key) if confirmed else put(store, intent)


def capture(store: Store, intent: Row, form: dict[str, Any], key: str) -> Row:
    """Take a part of the hold; the last part, or one that is final, releases the rest."""
    if intent["status"] != "requires_capture":
        raise refusal(400, "payment_intent_unexpected_state", "cannot be captured", payment_intent=intent)
    if intent["payment_method"] == "pm_card_authorizationExpired":
        raise refusal(400, "charge_expired_for_capture", "The authorization has expired")
    if intent["payment_method"] == "pm_card_captureFailsAtFirst" and not intent["sandbox"].get("refused"):
        intent = put(store, intent, sandbox=intent["sandbox"] | {"refused": True})
        raise refusal(402, "card_declined", "The bank asks to try later", decline_code="try_again_later")
    held = intent["amount_capturable"]
    amount = whole(form, "amount_to_capture") if "amount_to_capture" in form else held
    if amount > held:
        raise refusal(
            400, "amount_too_large", "The amount exceeds what can be captured", param="amount_to_capture"
        )
    final = form.get("final_capture", "true") == "true"
    if not final and not intent["sandbox"]["multicapture"]:
        raise refusal(400, "parameter_invalid", "final_capture needs multicapture", executed=False)
    metadata = intent["metadata"] | form.get("metadata", {})
    if len(metadata) > 50:
        raise refusal(400, "metadata_too_many_keys", "at most 50 keys", executed=False)
    done = final or amount == held
    effect(store, "capture", key, intent, amount)
    return put(
        store,
        intent,
        status="succeeded" if done else "requires_capture",
        amount_capturable=0 if done else held - amount,
        amount_received=intent["amount_received"] + amount,
        metadata=metadata,
    )


def cancel(store: Store, intent: Row, key: str) -> Row:
    """Release what is held and not captured."""
    if intent["status"] not in _CANCELLABLE:
        raise refusal(400, "payment_intent_unexpected_state", "cannot be canceled", payment_intent=intent)
    if intent["amount_capturable"]:
        effect(store, "void", key, intent, intent["amount_capturable"])
    return put(store, intent, status="canceled", amount_capturable=0, canceled_at=int(time.time()))


def refund(store: Store, intent: Row, form: dict[str, Any], key: str) -> Row:
    """Give back a part of what was captured."""
    live = [row for row in store.all("stripe.refunds") if row["payment_intent"] == intent["id"]]
    left = intent["amount_received"] - sum(row["amount"] for row in live if row["status"] != "failed")
    if intent["amount_received"] and not left:
        raise refusal(400, "charge_already_refunded", "has already been refunded")
    amount = whole(form, "amount") if "amount" in form else left
    if amount > left:
        raise refusal(400, "amount_too_large", "greater than the unrefunded amount")
    failed = intent["payment_method"] == "pm_card_refundFail" or (
        intent["payment_method"] == "pm_card_refundFailsAtFirst" and not live
    )
    row: Row = {
        "id": f"re_{_digest(key, form)}",
        "object": "refund",
        "amount": amount,
        "created": int(time.time()),
        "currency": intent["currency"],
        "metadata": form.get("metadata", {}),
        "payment_intent": intent["id"],
        "status": "failed" if failed else "succeeded",
    }
    if failed:
        row["failure_reason"] = "expired_or_canceled_card"
    else:
        effect(store, "refund", row["metadata"].get("effect_key", key), intent, amount)
    return store.put("stripe.refunds", row["id"], row)


def effect(store: Store, kind: str, key: str, intent: Row, amount: int) -> None:
    """Note that money was held, taken, released or given back."""
    row = {
        "kind": kind,
        "effect_key": key,
        "order_id": intent["metadata"].get("order_id", ""),
        "amount": amount,
        "currency": intent["currency"].upper(),
        "reference": intent["id"],
    }
    store.append("stripe.effects", row)


def put(store: Store, intent: Row, **changes: Any) -> Row:
    return store.put("stripe.intents", intent["id"], intent | changes)


def whole(form: dict[str, Any], name: str) -> int:
    """A positive whole number of minor units, or a refusal."""
    text = str(form.get(name, ""))
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 99_999_999):
        raise refusal(
            400, "parameter_invalid_integer", f"Invalid integer: {name}", executed=False, param=name
        )
    return int(text)


def refusal(
    status: int,
    code: str,
    message: str,
    *,
    executed: bool = True,
    kind: str = "invalid_request_error",
    **more: Any,
) -> Refused:
    return Refused(
        status, {"error": {"type": kind, "code": code, "message": message} | more}, executed=executed
    )


def _confirm(store: Store, intent: Row, token: str, key: str) -> Row:
    if token in DECLINES:
        code, decline_code = DECLINES[token]
        error = {"type": "card_error", "code": code, "decline_code": decline_code}
        declined = put(store, intent, last_payment_error=error)
        raise refusal(
            402,
            code,
            "The card was declined",
            kind="card_error",
            decline_code=decline_code,
            payment_intent=declined,
        )
    if token in _CHALLENGED:
        return put(store, intent, status="requires_action", next_action={"type": "use_stripe_sdk"})
    return _accept(store, intent, key)


def authenticate(store: Store, intent: Row, *, passed: bool) -> Row:
    """What a payment becomes once its customer has acted."""
    if passed:
        return _accept(store, put(store, intent, next_action=None), "")
    error = {"type": "card_error", "code": "payment_intent_authentication_failure"}
    return put(store, intent, status="requires_payment_method", next_action=None, last_payment_error=error)


def _accept(store: Store, intent: Row, key: str) -> Row:
    charge = intent["id"].replace("pi_", "ch_")
    effect_key = intent["metadata"].get("effect_key", key)
    if intent["capture_method"] == "manual":
        effect(store, "authorize", effect_key, intent, intent["amount"])
        held = intent["amount"]
        return put(store, intent, status="requires_capture", amount_capturable=held, latest_charge=charge)
    effect(store, "capture", effect_key, intent, intent["amount"])
    return put(store, intent, status="succeeded", amount_received=intent["amount"], latest_charge=charge)


def _wants_multicapture(form: dict[str, Any]) -> bool:
    card = form.get("payment_method_options", {}).get("card", {})
    return bool(card.get("request_multicapture") == "if_available")


def _digest(key: str, form: dict[str, Any]) -> str:
    return sha256(repr((key, form, time.time_ns() if not key else 0)).encode()).hexdigest()[:24]
