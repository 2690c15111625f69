"""What inventory does for others. Every operation is a function whose ports, `now` and `actor` are arguments."""

from oms.inventory.application.adjusting import adjust
from oms.inventory.application.locating import locations, register_location
from oms.inventory.application.outcomes import (
    Adjusted,
    AdjustmentConflict,
    AdjustmentRefused,
    Refused,
    Released,
    Reserved,
    Shipped,
    Withdrawn,
)
from oms.inventory.application.reading import availability, levels_for
from oms.inventory.application.releasing import release
from oms.inventory.application.reserving import reserve
from oms.inventory.application.shipping import ship

__all__ = [
    "Adjusted",
    "AdjustmentConflict",
    "AdjustmentRefused",
    "Refused",
    "Released",
    "Reserved",
    "Shipped",
    "Withdrawn",
    "adjust",
    "availability",
    "levels_for",
    "locations",
    "register_location",
    "release",
    "reserve",
    "ship",
]
