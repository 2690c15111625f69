"""Adjust stock, read what can be sold."""

from datetime import datetime

from oms.contracts.problems import FieldError, Problem
from oms.contracts.requests import AdjustStock
from oms.inventory.application.adjusting import adjust
from oms.inventory.application.outcomes import Adjusted, AdjustmentRefused
from oms.inventory.application.ports import Locations, StockLevels
from oms.inventory.application.reading import availability
from oms.inventory.domain.adjustment import Adjustment
from oms.runtime.http import Answer, Request

_REFUSALS = {
    "below_zero": ("stock_would_go_negative", "delta"),
    "unknown_location": ("location_unknown", "location"),
    "nothing_to_adjust": ("invalid_request", "delta"),
    "receipt_must_add": ("invalid_request", "delta"),
}


def adjust_stock(request: Request, *, levels: StockLevels, locations: Locations, now: datetime) -> Answer:
    """POST /v1/stock-adjustments: once per Idempotency-Key."""
    key = request.idempotency_key()
    body = request.body(AdjustStock)
    adjustment = Adjustment(
        adjustment_id=f"{request.actor.name}/{key}",
        sku=body.sku,
        location=body.location,
        delta=body.delta,
        kind=body.kind,
        reason=body.note,
    )
    result = adjust(levels, locations, adjustment, now=now, actor=request.actor)
    if isinstance(result, AdjustmentRefused):
        code, field = _REFUSALS[result.reason]
        raise Problem(code, errors=(FieldError(field, TEXTS[result.reason]),))
    if not isinstance(result, Adjusted):
        named = (FieldError("header.Idempotency-Key", "came before with another body"),)
        raise Problem("idempotency_key_reused", errors=named)
    answer = {"sku": body.sku, "location": body.location, "available": result.available}
    return Answer(answer, headers={"idempotent-replayed": "true"} if result.replayed else None)


TEXTS = {
    "below_zero": "takes more than is available",
    "unknown_location": "is no registered location",
    "nothing_to_adjust": "must not be zero",
    "receipt_must_add": "must be positive for a receipt",
}


def get_availability(request: Request, *, levels: StockLevels) -> Answer:
    """GET /v1/availability?sku=: what can be sold now; a SKU nobody stocks has none."""
    sku = request.parameter("sku")
    found = availability(levels, sku)
    rows = [{"location": one.location, "available": one.available, "reserved": one.reserved} for one in found]
    return Answer({"sku": sku, "available": sum(one.available for one in found), "locations": rows})
