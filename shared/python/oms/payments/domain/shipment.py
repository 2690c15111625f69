"""A shipment, as far as money is concerned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from oms.kernel.errors import BrokenInvariant
from oms.ledger.domain.entries import Charge


@dataclass(frozen=True, slots=True)
class Shipment:
    """What left and what it costs. `shipment_id` is the natural key of its capture.

    Raises BrokenInvariant where `total` is not what the parts of the charge add up to.
    """

    order_id: str
    shipment_id: str
    currency: str
    total: int
    charge: Charge
    occurred_at: str = ""
    """When it left, as `kernel.clock.stamp` writes it; empty where nobody said."""

    def __post_init__(self) -> None:
        if self.total != self.charge.total:
            raise BrokenInvariant(f"{self.shipment_id} asks {self.total}, its parts are {self.charge.total}")

    @classmethod
    def of(cls, data: Mapping[str, Any], *, occurred_at: str = "") -> Self:
        """From the data of ShipmentRecorded and its time. Raises KeyError for a field that is missing."""
        charge = Charge(
            product=data["product"],
            shipping=data["shipping"],
            tax=data["tax"],
            shipping_tax=data["shipping_tax"],
            prices_include_tax=data["prices_include_tax"],
        )
        return cls(
            data["order_id"], data["shipment_id"], data["currency"], data["total"], charge, occurred_at
        )
