"""Effects at the gateway: intents with their own key, amount and state."""

from dataclasses import dataclass
from typing import Literal

from oms.kernel.ids import effect_key
from oms.payments.domain.machines import PAYMENT_CAPTURE, REFUND, VOID, EffectState, advance

Operation = Literal["capture", "void", "replace", "refund"]
"""`replace` is a void that makes room for a new authorization of the same order."""

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


def finish(effect: Effect, happened: str) -> EffectState:
    """The state of `effect` after what happened. Raises BrokenInvariant where that cannot be."""
    return advance(_MACHINES[effect.operation], effect.state, happened)


def authorization_key(order_id: str, group: int) -> str:
    """The idempotency key of the order's `group`-th authorization."""
    return effect_key(order_id, "authorize", group)


def capture_key(order_id: str, shipment_id: str) -> str:
    """The idempotency key of a shipment's capture."""
    return effect_key(order_id, "capture", shipment_id)


def void_key(order_id: str, group: int) -> str:
    """The idempotency key of the release of the order's `group`-th authorization."""
    return effect_key(order_id, "void", group)


def refund_key(order_id: str, number: int) -> str:
    """The idempotency key of the order's `number`-th refund."""
    return effect_key(order_id, "refund", number)
