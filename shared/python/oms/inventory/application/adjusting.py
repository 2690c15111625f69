"""Goods received and counts corrected."""

from datetime import datetime

from oms.inventory.application import recording
from oms.inventory.application.outcomes import Adjusted, AdjustmentConflict, AdjustmentRefused
from oms.inventory.application.ports import BelowZero, Duplicate, Locations, StockLevels
from oms.inventory.domain.adjustment import Adjustment, objection
from oms.kernel.events import Actor


def adjust(
    levels: StockLevels, locations: Locations, adjustment: Adjustment, *, now: datetime, actor: Actor
) -> Adjusted | AdjustmentRefused | AdjustmentConflict:
    """Change the stock on hand. Only what is available can be corrected away, never what is promised.

    A repeat of the same adjustment answers as the first did. Raises Retryable errors.
    """
    if refusal := objection(adjustment):
        return AdjustmentRefused(refusal)
    if locations.get(adjustment.location) is None:
        return AdjustmentRefused("unknown_location")
    event = recording.adjusted(adjustment, now=now, actor=actor)
    match levels.apply(adjustment, event):
        case BelowZero():
            return AdjustmentRefused("below_zero")
        case Duplicate(stored) if stored != adjustment:
            return AdjustmentConflict(stored)
        case Duplicate():
            return Adjusted(adjustment, _available(levels, adjustment), replayed=True)
    return Adjusted(adjustment, _available(levels, adjustment))


def _available(levels: StockLevels, adjustment: Adjustment) -> int:
    found = levels.at([(adjustment.location, adjustment.sku)], consistent=True)
    return sum(level.available for level in found)
