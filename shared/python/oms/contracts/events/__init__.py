"""Every event Holdfast publishes, as pydantic models: the contract with everyone who subscribes.

The functions do not import this package (they would pay for it at every cold start): they publish
dataclasses of the same fields, and tests hold the two together. `shared/schemas/` is made from it.
"""

from collections.abc import Mapping

from oms.contracts.events import inventory, orders, payments, support
from oms.contracts.events._fact import Envelope, Fact, published

CONTEXTS: Mapping[str, tuple[type[Fact], ...]] = {
    "orders": orders.FACTS,
    "inventory": inventory.FACTS,
    "payments": payments.FACTS,
    "support": support.FACTS,
}

__all__ = ["CONTEXTS", "Envelope", "Fact", "published"]
