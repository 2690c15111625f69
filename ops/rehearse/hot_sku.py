"""The race for the last units: many more buyers than units, all at once, over HTTP."""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from oms.orders.domain.order import Order

from ops.rehearse.crowd import Latencies, Say, as_json, at_once, one_line_order, place, stock_up, timed
from ops.rehearse.standing import await_orders, await_workflows, headlines
from ops.stack import Stack
from ops.verify import AT_REST, Report, check

_STALLED_SECONDS: Final = 120.0
_SETTLED: Final = ("RELEASED", "AWAITING_CUSTOMER", "CANCELLED", "SHIPPED")
_UNTIL_WORKFLOWS_END: Final = 60.0


@dataclass(frozen=True, slots=True)
class HotSkuReport:
    """What became of the race. Units and orders are the same number: each buyer wants one."""

    sku: str
    stock: int
    buyers: int
    clients: int
    accepted: int
    sold: int
    refused: int
    oversold: int
    stranded: int
    """Units reserved for nobody who will get them."""
    unsettled: int
    """Orders that neither got a unit nor were told that there is none."""
    shortages: int
    """Exceptions of kind SHORTAGE that were opened."""
    cancelled: int
    placed_seconds: float
    settled_seconds: float
    """From the first request to the last decision."""
    latencies: Latencies
    laws: Report

    @property
    def holds(self) -> bool:
        """Sold exactly what there was, and nothing is left hanging."""
        wanted = min(self.stock, self.buyers)
        right = (self.sold, self.refused) == (wanted, self.buyers - wanted)
        clean = not (self.oversold or self.stranded or self.unsettled) and self.cancelled == self.refused
        return right and clean and self.laws.holds

    def to_json(self) -> dict[str, Any]:
        return {"holds": self.holds, **as_json(self)}

    def text(self) -> list[str]:
        return [
            f"{self.buyers} buyers, {self.clients} at once, {self.stock} units of {self.sku}",
            f"accepted {self.accepted}, sold {self.sold}, refused {self.refused} ({self.shortages} shortages), "
            f"oversold {self.oversold}, stranded {self.stranded}, unsettled {self.unsettled}, "
            f"cancelled {self.cancelled}",
            f"placed in {self.placed_seconds:.1f} s ({self.accepted / self.placed_seconds:.0f}/s, {self.latencies}), "
            f"settled in {self.settled_seconds:.1f} s ({self.accepted / self.settled_seconds:.1f}/s)",
            *self.laws.text(),
        ]


def hot_sku(stack: Stack, *, stock: int, buyers: int, clients: int, on_progress: Say) -> HotSkuReport:
    """Sell `stock` units to `buyers`, `clients` at a time; who gets none is told so and cancelled.

    Raises ApiRefused and httpx.TransportError where the API stays unreachable, and Throttled.
    """
    run = f"{time.time_ns():x}"
    sku = f"HOT-{run}"
    stock_up(stack, {sku: stock}, label="rehearsal")
    began = time.perf_counter()
    orders = [one_line_order(f"hot-{run}-{number}", sku) for number in range(buyers)]
    api = stack.api("web")
    placed = at_once(
        clients, orders, lambda one: timed(lambda: place(api, one, key=one["external_order_id"]))
    )
    placed_seconds = time.perf_counter() - began
    ids = [order_id for order_id, _ in placed]
    on_progress(f"{len(ids)} orders accepted in {placed_seconds:.1f} s")
    settled = await_orders(
        stack, ids, lambda order: order.headline in _SETTLED, stalled_after=_STALLED_SECONDS, say=on_progress
    )
    settled_seconds = time.perf_counter() - began
    refused = [order_id for order_id, order in settled.items() if order.headline == "AWAITING_CUSTOMER"]
    shortages = sum(_has_shortage(stack, order_id) for order_id in refused)
    at_once(clients, refused, lambda order_id: api.cancel(order_id, code="out_of_stock"))
    ends = await_orders(
        stack, refused, lambda order: order.is_terminal, stalled_after=_STALLED_SECONDS, say=on_progress
    )
    await_workflows(stack, refused, patience=_UNTIL_WORKFLOWS_END)
    on_progress(headlines([*settled.values()]))
    figures = _figures(stack, sku, settled)
    return HotSkuReport(
        sku=sku,
        stock=stock,
        buyers=buyers,
        clients=clients,
        accepted=len(set(ids)),
        refused=len(refused),
        shortages=shortages,
        cancelled=sum(order.headline == "CANCELLED" for order in ends.values()),
        unsettled=sum(order.headline not in _SETTLED for order in settled.values()),
        placed_seconds=round(placed_seconds, 2),
        settled_seconds=round(settled_seconds, 2),
        latencies=Latencies.of([seconds for _, seconds in placed]),
        laws=check(stack, acknowledged=ids, grace=AT_REST, patience=_UNTIL_WORKFLOWS_END),
        **figures,
    )


def _figures(stack: Stack, sku: str, settled: dict[str, Order]) -> dict[str, int]:
    """Units by the stock's own account, against what the orders say."""
    levels = stack.inventory.of_sku(sku)
    reserved = sum(level.reserved + level.shipped for level in levels)
    available = sum(level.available for level in levels)
    received = sum(level.received for level in levels)
    allocated: Counter[str] = Counter()
    for order in settled.values():
        for line in order.lines:
            allocated["sold"] += line.allocated + line.shipped
    sold = allocated["sold"]
    return {
        "sold": sold,
        "oversold": max(0, sold - received, -available),
        "stranded": abs(reserved - sold) + (abs(received - available - reserved)),
    }


def _has_shortage(stack: Stack, order_id: str) -> bool:
    return any(case.kind == "SHORTAGE" for case in stack.support.of_subject(order_id))
