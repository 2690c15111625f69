"""Avalara AvaTax: the tax engine, and the estimate used while it cannot be asked."""

from oms.partners.avalara._engine import AvalaraTax
from oms.partners.avalara._estimate import STANDARD_RATES, estimate

__all__ = ["STANDARD_RATES", "AvalaraTax", "estimate"]
