"""Orders per second at rising numbers of clients, beside what the engine itself can do in the same minute."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Final, Self

import httpx

from ops.bench.floor import floor_route
from ops.bench.processes import Cpu, CpuMeter
from ops.rehearse.crowd import Latencies, at_once, one_line_order, place, stock_up, timed
from ops.rehearse.standing import await_orders, orders_of
from ops.stack import Stack

_SKU: Final = "BENCH-MANY"
_STALLED_SECONDS: Final = 120.0
_FLOOR_PER_CLIENT: Final = 25
_LOOK_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Rate:
    """One measurement. `per_second` of whatever was counted."""

    clients: int
    count: int
    per_second: float
    latencies: Latencies
    cpu: Cpu

    def text(self) -> str:
        return (
            f"{self.clients:>3} clients {self.count:>4} in {self.cpu.elapsed:6.1f} s {self.per_second:7.1f}/s  "
            f"{self.latencies}  CPU ms each: {self.cpu.per(self.count)}  foreign {self.cpu.foreign_cores:.2f} cores"
        )


@dataclass(frozen=True, slots=True)
class Throughput:
    """At one number of clients: the engine's floor, orders accepted, and orders brought to RELEASED."""

    floor: Rate
    accepted: Rate
    released: Rate

    def text(self) -> list[str]:
        return [
            f"floor     {self.floor.text()}",
            f"released  {self.released.text()}",
            f"accepted  {self.accepted.text()}",
            f"          released/floor {self.released.per_second / self.floor.per_second:.2f}, "
            f"accepted/floor {self.accepted.per_second / self.floor.per_second:.2f}",
        ]


def throughput(stack: Stack, run_dir: Path, clients: int, orders: int) -> Throughput:
    """The floor is a route with nothing of Holdfast in it: API, Lambda, one conditional write.

    `released`: each client waits for its order to be confirmed before it places the next. `accepted`: they
    do not wait, so the workflows of these very orders run behind and take their share of the machine.
    """
    stock_up(stack, {_SKU: 1_000_000}, label="bench")
    with floor_route(stack.outputs.endpoint) as url:
        floor = _floor(url, run_dir, clients)
    with _Confirmations(stack) as confirmations:
        confirm = partial(_place_and_wait, stack, confirmations)
        at_once(
            clients, _requests(2 * clients), confirm
        )  # starts the workers: cold starts are measured apart
        _, released = _rate(run_dir, clients, _requests(orders), confirm)
    ids, accepted = _rate(run_dir, clients, _requests(orders), partial(_place, stack))
    await_orders(
        stack, ids, lambda order: order.headline == "RELEASED", stalled_after=_STALLED_SECONDS, say=_silent
    )
    return Throughput(floor, accepted, released)


class _Confirmations:
    """Tells clients when their orders are released: one reader for all, so that waiting costs little."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._waiting: dict[str, Event] = {}
        self._end = Event()
        self._reader = Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._reader.join()

    def wait_for(self, order_id: str) -> None:
        """Raises TimeoutError."""
        released = self._waiting.setdefault(order_id, Event())
        if not released.wait(_STALLED_SECONDS):
            raise TimeoutError(f"{order_id} is not released")

    def _read(self) -> None:
        while not self._end.wait(_LOOK_SECONDS):
            for order_id, order in orders_of(self._stack, list(self._waiting)).items():
                if order.headline == "RELEASED":
                    self._waiting.pop(order_id).set()


def _requests(count: int) -> list[dict[str, Any]]:
    run = f"many-{time.time_ns():x}"
    return [one_line_order(f"{run}-{number}", _SKU) for number in range(count)]


def _place(stack: Stack, request: dict[str, Any]) -> str:
    return place(stack.api("web"), request, key=request["external_order_id"])


def _place_and_wait(stack: Stack, confirmations: _Confirmations, request: dict[str, Any]) -> str:
    order_id = _place(stack, request)
    confirmations.wait_for(order_id)
    return order_id


def _silent(_: str) -> None:
    """Progress is not what is measured here."""


def _floor(url: str, run_dir: Path, clients: int) -> Rate:
    with httpx.Client(timeout=30, limits=httpx.Limits(max_connections=clients)) as http:

        def write(key: object) -> None:
            http.post(url, json={"key": str(key)}).raise_for_status()

        at_once(clients, [f"warm-up-{number}" for number in range(2 * clients)], write)
        _, rate = _rate(run_dir, clients, range(clients * _FLOOR_PER_CLIENT), write)
    return rate


def _rate(
    run_dir: Path, clients: int, jobs: Sequence[object], act: Callable[..., object]
) -> tuple[list[str], Rate]:
    meter = CpuMeter(run_dir)
    answers = at_once(clients, jobs, lambda job: timed(lambda: act(job)))
    cpu = meter.read()
    latencies = Latencies.of([seconds for _, seconds in answers])
    rate = Rate(clients, len(answers), len(answers) / cpu.elapsed, latencies, cpu)
    return [str(answer) for answer, _ in answers], rate
