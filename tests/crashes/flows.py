"""The ways that orders take: what is done to them, and how each must end.

A step acts and waits for what follows from it. Two flows that have done the same so far share what was
recorded of it: a step's name says all that makes it differ from another.
"""

from dataclasses import dataclass
from typing import Final

from oms.support.domain.exceptions import Action

from tests.crashes import steps
from tests.crashes.playing import Flow, Goods, Step

_WHOLE: Final = steps.ends("SHIPPED", paid=3000, shipped=2)
_NOTHING: Final = steps.ends("CANCELLED", cancelled=2)
_RELEASED: Final = "RELEASED"
_USUAL: Final = Goods()


@dataclass(frozen=True, slots=True)
class _Beginning:
    """An order of two units where there are five, unless told otherwise."""

    goods: Goods = _USUAL
    stock: int = 5
    reaches: str = _RELEASED

    def then(self, name: str, *after: Step, support: dict[str, Action] | None = None) -> Flow:
        begun = (steps.receives(self.stock), steps.places(self.goods, self.reaches))
        return Flow(name, self.goods, (*begun, *after), support or {})


_PLAIN: Final = _Beginning()
_PREPAID: Final = _Beginning(Goods(prepaid=True))
_UNDER_REVIEW: Final = _Beginning(Goods(mailbox="review"), reaches="ON_HOLD")

FLOWS: Final = (
    _PLAIN.then("shipped", steps.ships(), _WHOLE),
    _PLAIN.then("cancelled after release", steps.cancels(), _NOTHING),
    _PLAIN.then(
        "shipped in two parcels",
        steps.ships(1, "PARTIALLY_SHIPPED"),
        steps.ships(),
        _WHOLE,
    ),
    _PLAIN.then(
        "cancelled after a parcel",
        steps.ships(1, "PARTIALLY_SHIPPED"),
        steps.cancels("SHIPPED"),
        steps.ends("SHIPPED", paid=1800, shipped=1, cancelled=1),
    ),
    _PREPAID.then("prepaid and shipped", steps.ships(), _WHOLE),
    _PREPAID.then("prepaid and cancelled", steps.cancels(), _NOTHING),
    _UNDER_REVIEW.then("cancelled before release", steps.cancels(), _NOTHING),
    _UNDER_REVIEW.then(
        "review accepted",
        steps.decides("FRAUD_REVIEW", Action.ACCEPT, _RELEASED),
        steps.ships(),
        _WHOLE,
    ),
    _UNDER_REVIEW.then("review refused", steps.decides("FRAUD_REVIEW", Action.CANCEL, "CANCELLED"), _NOTHING),
    _Beginning(Goods(mailbox="reject"), reaches="CANCELLED").then(
        "rejected by the screening", _NOTHING, support={"FRAUD_REVIEW": Action.CANCEL}
    ),
    _Beginning(Goods(card="pm_card_chargeDeclined"), reaches="AWAITING_PAYMENT").then(
        "declined", steps.decides("PAYMENT_DECLINED", Action.CANCEL, "CANCELLED"), _NOTHING
    ),
    _Beginning(stock=1, reaches="AWAITING_CUSTOMER").then(
        "short and resolved by a retry",
        steps.receives(4),
        steps.decides("SHORTAGE", Action.RETRY, _RELEASED),
        steps.ships(),
        _WHOLE,
    ),
    _Beginning(stock=1, reaches="AWAITING_CUSTOMER").then(
        "short and cancelled", steps.decides("SHORTAGE", Action.CANCEL, "CANCELLED"), _NOTHING
    ),
    Flow(
        "stopped by a fault and retried",
        _USUAL,
        (
            steps.receives(5),
            steps.cannot_be_paid(),
            steps.places(_USUAL, "RECEIVED"),
            steps.stops("TECHNICAL"),
            steps.can_be_paid(),
            steps.decides("TECHNICAL", Action.RETRY, _RELEASED),
            steps.ships(),
            _WHOLE,
        ),
        {},
    ),
    _PLAIN.then("killed and followed", steps.is_killed(), steps.ships(), _WHOLE),
    _PLAIN.then("published again", steps.ships(), _WHOLE, steps.loses_receipts(), steps.is_swept()),
)
