"""Playing invoices against the HTTP API: channels place, the warehouse ships or the customer cancels.

Memory is bounded: at most `WINDOW` orders are between placement and shipment, and of all others only the
id and the fate are kept.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Event, Lock
from typing import Any, Final

import httpx
from oms.kernel.errors import HoldfastError

from ops.client import ApiRefused
from ops.rehearse.crowd import WAREHOUSE, Say, patiently, ship_everything, timed
from ops.replay.desk import Desk
from ops.replay.invoices import Invoice
from ops.replay.orders import channel_of, external_id, order_of
from ops.stack import Stack

WINDOW: Final = 12
"""The local AWS keeps a worker per function and concurrent call: more in flight costs memory, not time."""
CLIENTS: Final = 4
_SHIPPERS: Final = 4
_PAUSE_SECONDS: Final = 0.3
_DESK_EVERY_SECONDS: Final = 2.0
_TOLD_EVERY: Final = 50
_ENDS: Final = {"SHIPPED": "shipped", "CANCELLED": "cancelled"}
STALLED_SECONDS: Final = 180.0
"""Without any order moving for so long, the replay ends and reports what is left."""


@dataclass
class Progress:
    """Counters that many threads add to."""

    fates: dict[str, bool] = field(default_factory=dict)
    """Order id -> whether its data says that it is cancelled."""
    refused: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    """What each placement took."""
    moved_at: float = field(default_factory=time.monotonic)
    lock: Lock = field(default_factory=Lock)

    def add(self, what: str, number: int = 1) -> None:
        with self.lock:
            self.counts[what] += number
            self.moved_at = time.monotonic()

    def accepted(self, order_id: str, cancelled: bool, seconds: float, replayed: bool) -> None:
        with self.lock:
            self.fates[order_id] = cancelled
            self.seconds.append(seconds)
        self.add("accepted")
        self.add("replayed", int(replayed))

    @property
    def finished(self) -> int:
        """Invoices that need nothing more from us, whatever became of them."""
        return sum(self.counts[end] for end in ("shipped", "cancelled", "dropped", "refused"))

    @property
    def stalled(self) -> bool:
        return time.monotonic() - self.moved_at > STALLED_SECONDS


class Player:
    """One replay. `cancelled` are the invoice numbers whose goods were all taken back."""

    def __init__(self, stack: Stack, cancelled: set[str], say: Say) -> None:
        self._stack = stack
        self._cancelled = cancelled
        self._say = say
        self.progress = Progress()
        self.desk = Desk(stack)
        self._places = BoundedSemaphore(WINDOW)
        self._done = Event()
        self._handled: set[str] = set()
        self._sent = 0

    def play(self, invoices: Iterable[Invoice]) -> None:
        """Until every order has shipped or its cancellation was asked for, or nothing moves any more."""
        with ThreadPoolExecutor(CLIENTS + 2) as pool:
            background = [pool.submit(self._warehouse), pool.submit(self._desk)]
            try:
                self._place_all(pool, invoices)
                self._wait_for_the_last()
            finally:
                self._done.set()
            for one in background:
                one.result()

    def _place_all(self, pool: ThreadPoolExecutor, invoices: Iterable[Invoice]) -> None:
        for invoice in invoices:
            while not self._places.acquire(timeout=1.0):
                if self.progress.stalled:
                    return
            self._sent += 1
            pool.submit(self._place, invoice).add_done_callback(self._report)

    def _place(self, invoice: Invoice) -> None:
        try:
            (order_id, replayed), seconds = timed(lambda: place_once(self._stack, invoice))
        except (ApiRefused, httpx.HTTPError) as error:
            self.progress.refused[invoice.number] = str(error)
            self.progress.add("refused")
            self._places.release()
            return
        self.progress.accepted(order_id, invoice.number in self._cancelled, seconds, replayed)
        if replayed:
            self._catch_up(order_id)

    def _catch_up(self, order_id: str) -> None:
        """An order of an earlier replay may be finished; if not, it is in the list of open work."""
        end = _ENDS.get(self._stack.api("operations").order(order_id)["status"])
        if end:
            self.progress.add(end)
            self._places.release()

    def _report(self, _: Future[Any]) -> None:
        counts = self.progress.counts
        if counts["accepted"] % _TOLD_EVERY == 0:
            self._say(", ".join(f"{counts[name]} {name}" for name in ("accepted", "shipped", "cancelled")))

    def _wait_for_the_last(self) -> None:
        while not self.progress.stalled:
            if self.progress.finished >= self._sent:
                return
            time.sleep(_PAUSE_SECONDS)

    def _warehouse(self) -> None:
        with ThreadPoolExecutor(_SHIPPERS) as shippers:
            while not self._done.is_set():
                with suppress(ApiRefused, httpx.HTTPError):  # the next look will tell
                    work = self._open_work()
                    list(shippers.map(self._deal_with, work))
                self._done.wait(_PAUSE_SECONDS)

    def _open_work(self) -> list[dict[str, Any]]:
        api, cursor, found = self._stack.api("warehouse"), "", []
        while True:
            page = api.work(WAREHOUSE.code, cursor=cursor)
            found += [work for work in page["fulfilment_orders"] if self._is_new(work)]
            cursor = page["cursor"] or ""
            if not cursor:
                return found

    def _is_new(self, work: dict[str, Any]) -> bool:
        return work["order_id"] in self.progress.fates and work["fulfilment_order_id"] not in self._handled

    def _deal_with(self, work: dict[str, Any]) -> None:
        order_id, number = work["order_id"], work["fulfilment_order_id"]
        self._handled.add(number)
        try:
            if self.progress.fates[order_id]:
                cancel(self._stack, order_id)
                self.progress.add("cancelled")
            elif ship_everything(self._stack.api("warehouse"), number) == "SHIPPED":
                self.progress.add("shipped")
            else:
                return  # another location still owes a part of it
        except (ApiRefused, httpx.HTTPError) as error:
            self.progress.refused[order_id] = str(error)
            self.progress.add("dropped")
        self._places.release()

    def _desk(self) -> None:
        while not self._done.wait(_DESK_EVERY_SECONDS):
            with suppress(HoldfastError):
                self.desk.clear(self.progress.fates)


def place_once(stack: Stack, invoice: Invoice) -> tuple[str, bool]:
    """The order id, and whether the invoice was placed before. Raises ApiRefused, httpx.HTTPError."""
    send: Callable[[], httpx.Response] = patiently(lambda: _sent(stack, invoice))
    answer = send()
    return answer.json()["order_id"], answer.headers.get("idempotent-replayed") == "true"


def _sent(stack: Stack, invoice: Invoice) -> httpx.Response:
    api = stack.api(channel_of(invoice))
    answer = api.send("POST", "/v1/orders", body=order_of(invoice), key=external_id(invoice))
    if not answer.is_success:
        raise ApiRefused(answer.status_code, answer.json() if answer.content else {})
    return answer


@patiently
def cancel(stack: Stack, order_id: str) -> None:
    """As operations do it, for any channel. Raises ApiRefused, httpx.HTTPError."""
    stack.api("operations").cancel(order_id, note="cancelled in the data")
