"""What can happen to a payment, in the past tense. Amounts in minor units of `currency`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaymentAuthorized:
    """The gateway holds `amount` for us."""

    order_id: str
    amount: int
    currency: str
    reference: str
    attempt: int


@dataclass(frozen=True, slots=True)
class PaymentPrepaid:
    """The gateway took `amount` with the order: a deposit until the goods leave."""

    order_id: str
    amount: int
    currency: str
    reference: str
    attempt: int


@dataclass(frozen=True, slots=True)
class PaymentDeclined:
    """The gateway refused; `reason` is its code."""

    order_id: str
    amount: int
    currency: str
    reason: str
    attempt: int


@dataclass(frozen=True, slots=True)
class PaymentActionRequired:
    """The customer has to act (strong authentication) before the gateway holds anything."""

    order_id: str
    amount: int
    currency: str
    reference: str
    reason: str
    attempt: int


@dataclass(frozen=True, slots=True)
class PaymentCaptured:
    """`amount` was taken because `shipment_id` left."""

    order_id: str
    shipment_id: str
    amount: int
    currency: str
    reference: str


@dataclass(frozen=True, slots=True)
class PaymentCaptureFailed:
    """The gateway refused to take `amount` for a shipment that has left."""

    order_id: str
    shipment_id: str
    amount: int
    currency: str
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentWrittenOff:
    """A person gave up on `amount`, which the gateway had refused to take for `shipment_id`."""

    order_id: str
    shipment_id: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class RevenueRecognised:
    """`amount` of the deposit was earned because `shipment_id` left."""

    order_id: str
    shipment_id: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class PaymentVoided:
    """The gateway released what it still held; zero where it held nothing."""

    order_id: str
    amount: int
    currency: str
    reference: str


@dataclass(frozen=True, slots=True)
class PaymentRefunded:
    """`amount` of the deposit went back; `reference` is the gateway's id of the refund."""

    order_id: str
    amount: int
    currency: str
    reference: str


@dataclass(frozen=True, slots=True)
class PaymentRefundFailed:
    """The gateway refused to give `amount` back."""

    order_id: str
    amount: int
    currency: str
    reason: str
