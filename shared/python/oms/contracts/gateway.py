"""What a payment gateway answers. Ports in `payments` and clients in `partners` share these words."""

from dataclasses import dataclass
from typing import Literal

GatewayStatus = Literal["AUTHORIZED", "CAPTURED", "DECLINED", "ACTION_REQUIRED", "VOIDED", "REFUNDED"]


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """One effect at the gateway. `amount` in minor units of what this effect moved or holds."""

    status: GatewayStatus
    reference: str
    """The gateway's id of the payment (Stripe: pi_…) or refund (re_…)."""
    amount: int
    reason: str = ""
    """The gateway's code for a refusal, such as insufficient_funds."""
