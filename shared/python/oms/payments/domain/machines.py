"""State machines as tables: (state, what happened) → state. What a table lacks cannot happen."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from oms.kernel.errors import BrokenInvariant


class AuthorizationState(StrEnum):
    """The hold on the customer's money."""

    REQUESTED = "REQUESTED"
    UNKNOWN = "UNKNOWN"
    ACTION_REQUIRED = "ACTION_REQUIRED"
    AUTHORIZED = "AUTHORIZED"
    PARTIALLY_CAPTURED = "PARTIALLY_CAPTURED"
    CAPTURED = "CAPTURED"
    DECLINED = "DECLINED"
    VOIDED = "VOIDED"


class EffectState(StrEnum):
    """A capture, void or refund on its way. SUBMITTED is the refund's word for REQUESTED."""

    REQUESTED = "REQUESTED"
    SUBMITTED = "SUBMITTED"
    UNKNOWN = "UNKNOWN"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


_A, _E = AuthorizationState, EffectState

AUTHORIZATION: Mapping[tuple[AuthorizationState, str], AuthorizationState] = {
    (_A.REQUESTED, "authorized"): _A.AUTHORIZED,
    (_A.REQUESTED, "prepaid"): _A.CAPTURED,
    (_A.REQUESTED, "declined"): _A.DECLINED,
    (_A.REQUESTED, "action required"): _A.ACTION_REQUIRED,
    (_A.REQUESTED, "unknown"): _A.UNKNOWN,
    (_A.REQUESTED, "voided"): _A.VOIDED,
    (_A.UNKNOWN, "authorized"): _A.AUTHORIZED,
    (_A.UNKNOWN, "prepaid"): _A.CAPTURED,
    (_A.UNKNOWN, "declined"): _A.DECLINED,
    (_A.UNKNOWN, "action required"): _A.ACTION_REQUIRED,
    (_A.UNKNOWN, "voided"): _A.VOIDED,
    (_A.ACTION_REQUIRED, "authorized"): _A.AUTHORIZED,
    (_A.ACTION_REQUIRED, "prepaid"): _A.CAPTURED,
    (_A.ACTION_REQUIRED, "declined"): _A.DECLINED,
    (_A.ACTION_REQUIRED, "voided"): _A.VOIDED,
    (_A.ACTION_REQUIRED, "attempted anew"): _A.REQUESTED,
    (_A.AUTHORIZED, "captured in part"): _A.PARTIALLY_CAPTURED,
    (_A.AUTHORIZED, "captured in full"): _A.CAPTURED,
    (_A.AUTHORIZED, "voided"): _A.VOIDED,
    (_A.AUTHORIZED, "attempted anew"): _A.REQUESTED,
    (_A.PARTIALLY_CAPTURED, "captured in part"): _A.PARTIALLY_CAPTURED,
    (_A.PARTIALLY_CAPTURED, "captured in full"): _A.CAPTURED,
    (_A.PARTIALLY_CAPTURED, "voided"): _A.VOIDED,
    (_A.DECLINED, "attempted anew"): _A.REQUESTED,
    (_A.VOIDED, "attempted anew"): _A.REQUESTED,
}

PAYMENT_CAPTURE: Mapping[tuple[EffectState, str], EffectState] = {
    (_E.REQUESTED, "succeeded"): _E.SUCCEEDED,
    (_E.REQUESTED, "failed"): _E.FAILED,
    (_E.REQUESTED, "unknown"): _E.UNKNOWN,
    (_E.UNKNOWN, "succeeded"): _E.SUCCEEDED,
    (_E.UNKNOWN, "failed"): _E.FAILED,
}

VOID: Mapping[tuple[EffectState, str], EffectState] = {
    (_E.REQUESTED, "succeeded"): _E.SUCCEEDED,
    (_E.REQUESTED, "unknown"): _E.UNKNOWN,
    (_E.UNKNOWN, "succeeded"): _E.SUCCEEDED,
}

REFUND: Mapping[tuple[EffectState, str], EffectState] = {
    (_E.SUBMITTED, "succeeded"): _E.SUCCEEDED,
    (_E.SUBMITTED, "failed"): _E.FAILED,
    (_E.SUBMITTED, "unknown"): _E.UNKNOWN,
    (_E.UNKNOWN, "succeeded"): _E.SUCCEEDED,
    (_E.UNKNOWN, "failed"): _E.FAILED,
}

State = TypeVar("State", AuthorizationState, EffectState)


def advance(machine: Mapping[tuple[State, str], State], state: State, happened: str) -> State:
    """The state after `happened`. Raises BrokenInvariant where the table has no such step."""
    try:
        return machine[state, happened]
    except KeyError:
        raise BrokenInvariant(f"{state} cannot be {happened}") from None
