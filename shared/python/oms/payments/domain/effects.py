"""Effects at the gateway: intents with their own key, amount and state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from oms.kernel.ids import effect_key
from oms.payments.domain.machines import PAYMENT_CAPTURE, REFUND, VOID, EffectState, advance

Operation = Literal["capture", "void", "replace", "refund"]
"""`replace` is a void that makes room for a new authorization of the same order."""

NO_TURN = -1
"""No settlement's: before the first, or outside of any."""

_MACHINES = {"capture": PAYMENT_CAPTURE, "void": VOID, "replace": VOID, "refund": REFUND}


@dataclass(frozen=True, slots=True)
class Effect:
    """An intent: written before the gateway is called, removed in the transaction of its outcome."""

    key: str
    operation: Operation
    amount: int
    state: EffectState = EffectState.REQUESTED
    shipment_id: str = ""
    final: bool = False
    """Part of the request, hence stored: a repeat with the same key must ask for the same."""

    @property
    def doubtful(self) -> bool:
        """The gateway was asked and did not answer."""
        return self.state is EffectState.UNKNOWN


@dataclass(frozen=True, slots=True)
class Refusal:
    """A shipment whose `amount` (minor units) was not taken, until a later try takes it."""

    amount: int
    times: int = 0
    """How often the gateway itself refused: each has used a key up."""
    written_off: bool = False
    """A person has decided that it will not be taken."""


def given_up(refused: Mapping[str, Refusal]) -> int:
    """What was written off of it, minor units."""
    return sum(refusal.amount for refusal in refused.values() if refusal.written_off)


def undecided(refused: Mapping[str, Refusal]) -> bool:
    """Whether a person has yet to say of a refused shipment what becomes of its money."""
    return not all(refusal.written_off for refusal in refused.values())


def finish(effect: Effect, happened: str) -> EffectState:
    """The state of `effect` after what happened. Raises BrokenInvariant where that cannot be."""
    return advance(_MACHINES[effect.operation], effect.state, happened)


def authorization_key(order_id: str, group: int) -> str:
    """The idempotency key of the order's `group`-th authorization."""
    return effect_key(order_id, "authorize", group)


def capture_key(order_id: str, shipment_id: str, refusals: int = 0) -> str:
    """The idempotency key of a shipment's capture, a new one after each refusal.

    The gateway answers a used key with the refusal it gave, whatever has changed since.
    """
    return effect_key(order_id, "capture", after_refusals(shipment_id, refusals))


def void_key(order_id: str, group: int) -> str:
    """The idempotency key of the release of the order's `group`-th authorization."""
    return effect_key(order_id, "void", group)


def refund_key(order_id: str, number: int, refusals: int = 0) -> str:
    """The idempotency key of the order's `number`-th refund, a new one after each refusal."""
    return effect_key(order_id, "refund", after_refusals(number, refusals))


def after_refusals(name: str | int, refusals: int) -> str:
    """`name` at the first try, then `name.1`, `name.2` …: neither shipment ids nor numbers hold a dot."""
    return f"{name}.{refusals}" if refusals else str(name)


def number_in(event_id: str) -> int:
    """The number an event's key ends with: `authorized-2` is the order's second authorization.

    `refunded-2.1` is its second refund, refused once before.
    """
    return int(event_id.rpartition("-")[2].partition(".")[0])


def refusals_in(event_id: str) -> int:
    """How many refusals the effect of a PaymentCaptured or PaymentRefunded event had behind it."""
    return int(event_id.partition(".")[2] or 0)
