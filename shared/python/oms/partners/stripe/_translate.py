"""Stripe's payment intents and refunds, read as gateway answers.

Functions here raise ValueError, LookupError or TypeError for an object they cannot
read; the caller turns that into OutcomeUnknown or PartnerUnavailable.
"""

from typing import Any

from oms.contracts.gateway import GatewayAnswer
from oms.kernel.errors import OutcomeUnknown

FORESTALLED = "forestalled"
"""Metadata of an intent that only stands where an authorization would."""
_CAPTURE_NOTE = "cap_"
"""Metadata keys take 40 characters: this and a 36-character effect key."""


def capture_note(key: str) -> str:
    """The metadata key under which a payment intent remembers one of its captures."""
    if len(key) > 36:
        raise ValueError("an effect key has at most 36 characters")
    return _CAPTURE_NOTE + key


def authorization(intent: dict[str, Any]) -> GatewayAnswer:
    """What an authorization has become. OutcomeUnknown while Stripe is still working on it."""
    reference, status = _text(intent, "id"), _text(intent, "status")
    match status:
        case "requires_capture":
            return GatewayAnswer("AUTHORIZED", reference, _amount(intent, "amount"))
        case "succeeded":
            return _taken(intent)
        case "requires_action":
            return GatewayAnswer("ACTION_REQUIRED", reference, 0, "authentication_required")
        case "requires_payment_method" if FORESTALLED in _metadata(intent):
            return GatewayAnswer("VOIDED", reference, 0)
        case "requires_payment_method":
            return GatewayAnswer("DECLINED", reference, 0, _decline(intent.get("last_payment_error") or {}))
        case "canceled":
            return GatewayAnswer("VOIDED", reference, _released(intent))
        case "processing" | "requires_confirmation":
            raise OutcomeUnknown(f"{reference} is {status}")
        case _:
            raise ValueError(f"payment intent status {status}")


def declined(error: dict[str, Any]) -> GatewayAnswer:
    """A card_error, with the intent it belongs to where Stripe names one."""
    intent = error.get("payment_intent") or {}
    return GatewayAnswer("DECLINED", str(intent.get("id", "")), 0, _decline(error))


def capture(intent: dict[str, Any], key: str) -> GatewayAnswer | None:
    """The capture noted under `key`, or None when this intent knows no such capture."""
    note = _metadata(intent).get(capture_note(key))
    if note is None:
        return None
    return GatewayAnswer("CAPTURED", _text(intent, "id"), int(str(note).split(" ")[0]))


def void(intent: dict[str, Any]) -> GatewayAnswer:
    """The release of what was not captured. DECLINED when the intent cannot be cancelled any more."""
    reference, status = _text(intent, "id"), _text(intent, "status")
    if status == "canceled":
        return GatewayAnswer("VOIDED", reference, _released(intent))
    return GatewayAnswer("DECLINED", reference, 0, f"payment_intent_{status}")


def refund(body: dict[str, Any]) -> GatewayAnswer:
    """A refund Stripe accepted. `pending` counts: it is under way and will settle or fail by event."""
    reference, status = _text(body, "id"), _text(body, "status")
    if status in ("succeeded", "pending", "requires_action"):
        return GatewayAnswer("REFUNDED", reference, _amount(body, "amount"))
    return GatewayAnswer("DECLINED", reference, 0, str(body.get("failure_reason") or status))


def carries(body: dict[str, Any], key: str) -> bool:
    """Whether an intent or refund was made by the effect `key`."""
    return _metadata(body).get("effect_key") == key


def _taken(intent: dict[str, Any]) -> GatewayAnswer:
    """A captured authorization still is the authorization that was asked for; a prepaid charge is a capture."""
    reference = _text(intent, "id")
    if intent.get("capture_method") == "manual":
        return GatewayAnswer("AUTHORIZED", reference, _amount(intent, "amount"))
    return GatewayAnswer("CAPTURED", reference, _amount(intent, "amount_received"))


def _released(intent: dict[str, Any]) -> int:
    held = intent.get("latest_charge") and not intent.get("last_payment_error")
    return _amount(intent, "amount") - _amount(intent, "amount_received") if held else 0


def _decline(error: dict[str, Any]) -> str:
    return str(error.get("decline_code") or error.get("code") or "card_declined")


def _metadata(body: dict[str, Any]) -> dict[str, Any]:
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise TypeError("metadata is not an object")
    return metadata


def _text(body: dict[str, Any], name: str) -> str:
    if not isinstance(value := body[name], str):
        raise TypeError(f"{name} is not text")
    return value


def _amount(body: dict[str, Any], name: str) -> int:
    if type(value := body[name]) is not int:
        raise TypeError(f"{name} is not a whole number")
    return value
