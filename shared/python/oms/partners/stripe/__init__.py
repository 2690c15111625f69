"""Stripe: the payment gateway."""

from oms.partners.stripe._gateway import StripeGateway

__all__ = ["StripeGateway"]
