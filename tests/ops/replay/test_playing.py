"""Playing invoices against an API that answers from memory."""

from collections.abc import Iterable
from threading import Lock
from typing import Any, cast

import httpx
import pytest
from oms.kernel.ids import order_id

from ops.replay import playing
from ops.replay.invoices import Goods, Invoice
from ops.replay.orders import channel_of, external_id
from ops.replay.playing import WINDOW, Player
from ops.stack import Stack


class FakeApi:
    """Releases each order at once; remembers what was asked of it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.open: dict[str, str] = {}
        self.status: dict[str, str] = {}
        self.shipped: list[str] = []
        self.cancelled: list[str] = []
        self.most_open = 0
        self.refusals: dict[str, int] = {}

    def send(self, _: str, path: str, *, body: dict[str, Any], key: str) -> httpx.Response:
        number = body["external_order_id"]
        if number in self.refusals:
            return httpx.Response(self.refusals[number], json={"code": "invalid_request"})
        found = order_id("any", number)
        with self.lock:
            known = found in self.status
            if not known:
                self.status[found], self.open[f"{found}-f1"] = "RELEASED", found
                self.most_open = max(self.most_open, len(self.open))
        assert (path, key) == ("/v1/orders", number)
        headers = {"idempotent-replayed": "true"} if known else {}
        return httpx.Response(202, json={"order_id": found, "status": "RECEIVED"}, headers=headers)

    def order(self, wanted: str) -> dict[str, Any]:
        return {"status": self.status[wanted]}

    def work(self, location: str, *, cursor: str) -> dict[str, Any]:
        assert (location, cursor) == ("LON", "")
        rows = [{"fulfilment_order_id": one, "order_id": owner} for one, owner in dict(self.open).items()]
        return {"fulfilment_orders": rows, "cursor": None}

    def ship(self, fulfilment_order_id: str, _: dict[str, Any]) -> dict[str, Any]:
        self._end(self.open[fulfilment_order_id], "SHIPPED")
        self.shipped.append(fulfilment_order_id)
        return {"order_status": "SHIPPED"}

    def cancel(self, wanted: str, *, note: str) -> dict[str, Any]:
        assert note
        self._end(wanted, "CANCELLED")
        self.cancelled.append(wanted)
        return {"status": "RELEASED"}

    def _end(self, wanted: str, status: str) -> None:
        with self.lock:
            self.status[wanted] = status
            del self.open[f"{wanted}-f1"]


class FakeStack:
    """A stack whose every client reaches the same API."""

    def __init__(self) -> None:
        self.fake = FakeApi()
        self.support = self

    def api(self, _: str) -> FakeApi:
        return self.fake

    def queue(self, *_: str, limit: int) -> list[object]:
        return []


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "STALLED_SECONDS", 1.0)
    monkeypatch.setattr(playing, "_PAUSE_SECONDS", 0.01)


def invoice(number: int) -> Invoice:
    return Invoice(str(number), "17850", "United Kingdom", [Goods(2, "85123A", 1, 255)], lines=1)


def played(stack: FakeStack, invoices: Iterable[Invoice], *, cancelled: set[str] | None = None) -> Player:
    player = Player(cast(Stack, stack), cancelled or set(), lambda _: None)
    player.play(invoices)
    return player


def test_every_invoice_is_placed_and_shipped_or_cancelled_as_its_data_says() -> None:
    stack = FakeStack()

    player = played(stack, map(invoice, range(536_365, 536_405)), cancelled={"536366", "536400"})

    assert player.progress.counts["accepted"] == 40
    assert len(stack.fake.shipped) == 38
    assert set(stack.fake.cancelled) == {order_id("any", f"uci-{number}") for number in (536_366, 536_400)}
    assert sum(player.progress.fates.values()) == 2


def test_no_more_orders_are_in_flight_than_the_window_holds() -> None:
    stack = FakeStack()

    played(stack, map(invoice, range(536_365, 536_465)))

    assert stack.fake.most_open <= WINDOW


def test_what_the_api_refuses_is_reported_and_holds_nothing_up() -> None:
    stack = FakeStack()
    stack.fake.refusals = {f"uci-{number}": 400 for number in range(536_365, 536_385)}

    player = played(stack, map(invoice, range(536_365, 536_390)))

    assert len(player.progress.refused) == 20
    assert len(stack.fake.shipped) == 5


def test_a_second_replay_finds_the_orders_of_the_first() -> None:
    stack = FakeStack()
    played(stack, map(invoice, range(536_365, 536_395)))

    again = played(stack, map(invoice, range(536_365, 536_395)))

    assert again.progress.counts["replayed"] == again.progress.counts["shipped"] == 30
    assert len(stack.fake.shipped) == 30


def test_a_replay_ends_when_nothing_moves_any_more() -> None:
    stack = FakeStack()
    stack.fake.work = lambda *_, **__: {"fulfilment_orders": [], "cursor": None}  # type: ignore[method-assign]

    player = played(stack, map(invoice, range(536_365, 536_365 + WINDOW + 5)))

    assert player.progress.counts["accepted"] == WINDOW
    assert player.progress.counts["shipped"] == 0


def test_the_key_of_an_invoice_is_its_number() -> None:
    assert external_id(invoice(536_365)) == "uci-536365"
    assert channel_of(invoice(536_365)) == "marketplace"
