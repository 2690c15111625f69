"""Rehearsals of hard days on a running system: `hot_sku` and `large_order`."""

from ops.rehearse.hot_sku import HotSkuReport, hot_sku
from ops.rehearse.large_order import LargeOrderReport, large_order

__all__ = ["HotSkuReport", "LargeOrderReport", "hot_sku", "large_order"]
