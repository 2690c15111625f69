"""Events of the payments context. `reference` is the gateway's id, `attempt` grows from one
try of the order to the next."""

from typing import Annotated

from pydantic import Field

from oms.contracts.events._fact import Currency, Fact, Minor, OrderId

Attempt = Annotated[int, Field(ge=1)]


class PaymentAuthorized(Fact):
    """The gateway holds the amount."""

    order_id: OrderId
    amount: Minor
    currency: Currency
    reference: str
    attempt: Attempt


class PaymentPrepaid(Fact):
    """The gateway took the amount with the order: a deposit until the goods leave."""

    order_id: OrderId
    amount: Minor
    currency: Currency
    reference: str
    attempt: Attempt


class PaymentDeclined(Fact):
    """The gateway refused to hold the amount."""

    order_id: OrderId
    amount: Minor
    currency: Currency
    reason: str
    attempt: Attempt


class PaymentActionRequired(Fact):
    """The customer has to act before the gateway holds anything."""

    order_id: OrderId
    amount: Minor
    currency: Currency
    reference: str
    reason: str
    attempt: Attempt


class PaymentCaptured(Fact):
    """The amount was taken because the shipment left."""

    order_id: OrderId
    shipment_id: str
    amount: Minor
    currency: Currency
    reference: str


class PaymentCaptureFailed(Fact):
    """The gateway refused to take the amount for a shipment that has left."""

    order_id: OrderId
    shipment_id: str
    amount: Minor
    currency: Currency
    reason: str


class PaymentWrittenOff(Fact):
    """A person gave up on the amount, which the gateway had refused to take for the shipment."""

    order_id: OrderId
    shipment_id: str
    amount: Minor
    currency: Currency


class RevenueRecognised(Fact):
    """The amount of a deposit was earned because the shipment left."""

    order_id: OrderId
    shipment_id: str
    amount: Minor
    currency: Currency


class PaymentVoided(Fact):
    """The gateway released what it still held; zero where it held nothing."""

    order_id: OrderId
    amount: Minor
    currency: Currency
    reference: str


class PaymentRefunded(Fact):
    """The amount of a deposit went back to the customer."""

    order_id: OrderId
    amount: Minor
    currency: Currency
    reference: str


class PaymentRefundFailed(Fact):
    """The gateway refused to give the amount back."""

    order_id: OrderId
    amount: Minor
    currency: Currency
    reason: str


FACTS = (
    PaymentAuthorized,
    PaymentPrepaid,
    PaymentDeclined,
    PaymentActionRequired,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentWrittenOff,
    RevenueRecognised,
    PaymentVoided,
    PaymentRefunded,
    PaymentRefundFailed,
)
