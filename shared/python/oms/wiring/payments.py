"""The payments context with Stripe as its gateway, ready to use."""

from functools import cache

from oms.partners.stripe import StripeGateway
from oms.payments.adapters.dynamo import DynamoPayments
from oms.payments.application.service import PaymentService
from oms.wiring.clients import table
from oms.wiring.secrets import credentials
from oms.wiring.settings import required


@cache
def payments() -> PaymentService:
    gateway = StripeGateway(required("STRIPE_URL"), credentials()["stripe_key"])
    return PaymentService(DynamoPayments(table("PAYMENTS_TABLE")), gateway)
