"""Many clients at once, and what each of their requests took."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import httpx
from oms.inventory.application.adjusting import adjust
from oms.inventory.application.locating import register_location
from oms.inventory.application.outcomes import Adjusted
from oms.inventory.domain.adjustment import Adjustment
from oms.inventory.domain.location import Location
from oms.kernel.errors import Retryable
from oms.kernel.events import Actor
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from ops.client import Api, ApiRefused
from ops.stack import Stack

Say = Callable[[str], None]
T = TypeVar("T")
R = TypeVar("R")
ACTOR: Final = Actor("system", "rehearsal")
WAREHOUSE: Final = Location(
    code="LON", name="London fulfilment centre", line1="1 Dock Road", city="London", postal_code="E16 1AA",
    country="GB", latitude=51.508, longitude=0.024, priority=10,
)  # fmt: skip
"""Where rehearsals and replays put their stock."""
_SEEDERS: Final = 8
_ATTEMPTS: Final = 6
_BUSY: Final = (429, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Latencies:
    """Milliseconds per request."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latencies":
        """Nearest-rank percentiles; zeros where nothing was measured."""
        ordered = sorted(seconds) or [0.0]
        ranks = (ordered[max(0, -(-len(ordered) * part // 100) - 1)] for part in (50, 95, 99))
        return cls(*(round(1000 * rank, 1) for rank in ranks))

    def __str__(self) -> str:
        return f"p50 {self.p50:.0f} / p95 {self.p95:.0f} / p99 {self.p99:.0f} ms"


def at_once(clients: int, jobs: Iterable[T], act: Callable[[T], R]) -> list[R]:
    """`act` on every job by `clients` threads. Raises the first error that `act` raised."""
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(act, jobs))


def timed(act: Callable[[], R]) -> tuple[R, float]:
    """The result, and the seconds it took."""
    began = time.perf_counter()
    result = act()
    return result, time.perf_counter() - began


def _is_passing(error: BaseException) -> bool:
    return isinstance(error, httpx.TransportError | Retryable) or (
        isinstance(error, ApiRefused) and error.status in _BUSY
    )


patiently = retry(
    retry=retry_if_exception(_is_passing),
    stop=stop_after_attempt(_ATTEMPTS),
    wait=wait_exponential_jitter(multiplier=0.2, max=5.0),
    reraise=True,
)
"""Repeats what is safe to repeat: a lost connection, a busy system. The natural keys make it so."""


@patiently
def place(api: Api, order: dict[str, Any], *, key: str) -> str:
    """Place an order; the same key again finds the same order. Answers its id. Raises ApiRefused."""
    return str(api.place(order, key=key)["order_id"])


@patiently
def ship_everything(api: Api, fulfilment_order_id: str) -> str:
    """Report one parcel with all that is open there. Answers the order's status. Raises ApiRefused."""
    parcel = {"shipment_id": "p1", "carrier": "Royal Mail", "tracking_number": "RM000000001GB"}
    return str(api.ship(fulfilment_order_id, parcel)["order_status"])


def stock_up(stack: Stack, units: dict[str, int], *, label: str) -> None:
    """Receive `units` per SKU at the warehouse, once per `label`, with the inventory's own code.

    Past the HTTP API, because thousands of receipts would be most of the work. Raises Retryable.
    """
    register_location(stack.locations, WAREHOUSE, now=datetime.now(UTC), actor=ACTOR)
    at_once(_SEEDERS, units.items(), lambda each: _receive(stack, *each, label=label))


@patiently
def _receive(stack: Stack, sku: str, units: int, *, label: str) -> None:
    receipt = Adjustment(f"{label}-{sku}", sku, WAREHOUSE.code, units, "receipt", "opening stock")
    answer = adjust(stack.inventory, stack.locations, receipt, now=datetime.now(UTC), actor=ACTOR)
    if not isinstance(answer, Adjusted):
        raise ValueError(f"{sku} cannot be received: {answer}")


def one_line_order(number: str, sku: str, *, units: int = 1, price: int = 1_000) -> dict[str, Any]:
    """The smallest order: one line, paid at shipment."""
    return {
        "external_order_id": number,
        "currency": "GBP",
        "ship_to": {
            "name": "A Buyer",
            "line1": "1 High Street",
            "city": "Leeds",
            "postal_code": "LS1 1UR",
            "country": "GB",
        },
        "customer": {"email": "buyer@example.com"},
        "lines": [{"line_id": "1", "sku": sku, "quantity": units, "unit_price": price}],
        "prices_include_tax": True,
        "payment": {"token": "pm_card_visa"},
    }


def as_json(report: Any) -> dict[str, Any]:
    """A report dataclass as JSON."""
    return asdict(report)
