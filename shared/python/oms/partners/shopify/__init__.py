"""Shopify: orders that a shop places, in our own words."""

from oms.partners.shopify._translate import Untranslatable, native_order

__all__ = ["Untranslatable", "native_order"]
