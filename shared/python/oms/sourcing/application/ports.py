"""What sourcing needs to know about stock. Readings may be a moment old: a plan is advice.

Every method may raise Throttled.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from oms.sourcing.domain.question import Site, Supply


class Sites(Protocol):
    """Where goods can ship from."""

    def all(self) -> Sequence[Site]:
        """By code."""
        ...


class StockSource(Protocol):
    """What can be sold now."""

    def levels(self, skus: Iterable[str], locations: Iterable[str]) -> Iterable[Supply]:
        """The supplies that exist of `skus` at `locations`; a SKU without any was never stocked there."""
        ...
