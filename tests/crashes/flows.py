"""The ways that orders take: what is done to them, and how each must end.

A step acts and waits for what follows from it. Two flows that have done the same so far share what was
recorded of it: a step's name says all that makes it differ from another.
"""

from dataclasses import dataclass, replace
from typing import Final

from oms.support.domain.exceptions import Action

from tests.crashes import steps, troubles
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
_CHALLENGED: Final = _Beginning(Goods(card="pm_card_authenticationRequired"), reaches="AWAITING_PAYMENT")
_EXPIRES: Final = "pm_card_authorizationExpired"
_REFUSED_AT_FIRST: Final = "pm_card_captureFailsAtFirst"
_NO_REFUNDS: Final = "pm_card_refundFail"
_NO_REFUND_AT_FIRST: Final = "pm_card_refundFailsAtFirst"
_REVIEWED_ABROAD: Final = Goods(mailbox="review", to_albany=True)
_COSTS_LESS: Final = (
    troubles.is_quoted_no_more(),
    troubles.is_killed("AwaitResolution"),
    steps.decides("FRAUD_REVIEW", Action.ACCEPT, _RELEASED),
)
"""Assessed again without its tax, by a workflow that follows another."""

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
            troubles.cannot_be_paid(),
            steps.places(_USUAL, "RECEIVED"),
            steps.stops("TECHNICAL"),
            troubles.can_be_paid(),
            steps.decides("TECHNICAL", Action.RETRY, _RELEASED),
            steps.ships(),
            _WHOLE,
        ),
        {},
    ),
    _PLAIN.then("killed and followed", troubles.is_killed(), steps.ships(), _WHOLE),
    _PLAIN.then("published again", steps.ships(), _WHOLE, troubles.is_swept()),
    _Beginning(Goods(card=_REFUSED_AT_FIRST)).then(
        "capture refused and tried again",
        steps.meets(_REFUSED_AT_FIRST),
        steps.ships(),
        steps.hears_of_its_capture(),
        steps.has_a_refused_capture_tried_again(),
        _WHOLE,
    ),
    _Beginning(Goods(card=_REFUSED_AT_FIRST)).then(
        "capture refused and the rest called off",
        steps.meets(_REFUSED_AT_FIRST),
        steps.ships(1, "PARTIALLY_SHIPPED"),
        steps.hears_of_its_capture(),
        steps.cancels("SHIPPED"),
        steps.is_settled(),
        steps.has_a_refused_capture_tried_again(),
        steps.ends("SHIPPED", paid=1800, shipped=1, cancelled=1),
    ),
    _Beginning(Goods(card=_EXPIRES)).then(
        "capture refused and written off",
        steps.meets(_EXPIRES),
        steps.ships(),
        steps.stops("CAPTURE_FAILED"),
        steps.decides("CAPTURE_FAILED", Action.DISMISS, "SHIPPED"),
        steps.ends("SHIPPED", shipped=2),
    ),
    _Beginning(Goods(card=_NO_REFUNDS, prepaid=True)).then(
        "refund refused twice and waived",
        steps.meets(_NO_REFUNDS),
        steps.cancels(),
        steps.stops("REFUND_FAILED"),
        steps.decides("REFUND_FAILED", Action.RETRY, "CANCELLED"),
        steps.stops("REFUND_FAILED"),
        steps.decides("REFUND_FAILED", Action.DISMISS, "CANCELLED"),
        steps.ends("CANCELLED", paid=3000, cancelled=2),
    ),
    _Beginning(Goods(card=_NO_REFUND_AT_FIRST, prepaid=True)).then(
        "refund refused and tried again",
        steps.meets(_NO_REFUND_AT_FIRST),
        steps.cancels(),
        steps.stops("REFUND_FAILED"),
        steps.decides("REFUND_FAILED", Action.RETRY, "CANCELLED"),
        _NOTHING,
    ),
    _CHALLENGED.then(
        "confirmed by the cardholder",
        steps.confirms(),
        steps.decides("PAYMENT_DECLINED", Action.RETRY, _RELEASED),
        steps.ships(),
        _WHOLE,
    ),
    _CHALLENGED.then(
        "confirmed too late",
        steps.confirms(),
        steps.decides("PAYMENT_DECLINED", Action.CANCEL, "CANCELLED"),
        _NOTHING,
    ),
    _CHALLENGED.then(
        "never confirmed",
        steps.decides("PAYMENT_DECLINED", Action.RETRY, "AWAITING_PAYMENT"),
        steps.stops("PAYMENT_DECLINED"),
        steps.decides("PAYMENT_DECLINED", Action.CANCEL, "CANCELLED"),
        _NOTHING,
    ),
    Flow(
        "hold looked up",
        _USUAL,
        (
            steps.receives(5),
            troubles.loses_an_answer("/v1/payment_intents"),
            steps.places(_USUAL, _RELEASED),
            steps.cancels(),
            _NOTHING,
        ),
        {},
    ),
    _PLAIN.then(
        "capture looked up", troubles.loses_an_answer("/v1/payment_intents/*/capture"), steps.ships(), _WHOLE
    ),
    _PLAIN.then(
        "release looked up",
        troubles.loses_an_answer("/v1/payment_intents/*/cancel"),
        steps.cancels(),
        _NOTHING,
    ),
    _PREPAID.then("refund looked up", troubles.loses_an_answer("/v1/refunds"), steps.cancels(), _NOTHING),
    Flow(
        "forestalled",
        _USUAL,
        (
            steps.receives(5),
            troubles.cannot_reach_the_gateway(),
            steps.places(_USUAL, "RECEIVED"),
            steps.stops("TECHNICAL"),
            troubles.can_reach_the_gateway(),
            steps.decides("TECHNICAL", Action.CANCEL, "CANCELLED"),
            _NOTHING,
        ),
        {},
    ),
    _Beginning(_REVIEWED_ABROAD, reaches="ON_HOLD").then(
        "held anew for another amount",
        *_COSTS_LESS,
        steps.ships(),
        steps.ends("SHIPPED", paid=2500, shipped=2),
    ),
    _Beginning(replace(_REVIEWED_ABROAD, prepaid=True), reaches="ON_HOLD").then(
        "paid too much and given back",
        *_COSTS_LESS,
        steps.ships(),
        steps.ends("SHIPPED", paid=2500, shipped=2),
    ),
    _PLAIN.then(
        "parked and sent again",
        troubles.cannot_be_captured(),
        steps.ships(),
        troubles.is_parked(),
        troubles.can_be_captured(),
        troubles.is_sent_again(),
        _WHOLE,
    ),
)
