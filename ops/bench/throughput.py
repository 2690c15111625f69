"""Orders per second at rising numbers of clients, beside what the engine itself can do in the same minute."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ops.bench.processes import Cpu, CpuMeter
from ops.rehearse.crowd import Latencies, at_once, one_line_order, place, stock_up, timed
from ops.rehearse.standing import await_orders
from ops.stack import Stack

_SKU: Final = "BENCH-MANY"
_STALLED_SECONDS: Final = 120.0
_FLOOR_PER_CLIENT: Final = 25


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
            f"accepted  {self.accepted.text()}",
            f"released  {self.released.text()}",
            f"          accepted/floor {self.accepted.per_second / self.floor.per_second:.2f}, "
            f"released/accepted {self.released.per_second / self.accepted.per_second:.2f}",
        ]


def throughput(stack: Stack, run_dir: Path, clients: int, orders: int) -> Throughput:
    """The floor is `GET /v1/availability`: API, JWT, Lambda and one query, the cheapest route there is."""
    stock_up(stack, {_SKU: 1_000_000}, label="bench")
    floor = _floor(stack, run_dir, clients)
    run = f"many-{time.time_ns():x}"
    requests = [one_line_order(f"{run}-{number}", _SKU) for number in range(orders)]
    whole = CpuMeter(run_dir)
    api = stack.api("web")
    ids, accepted = _rate(
        run_dir, clients, requests, lambda request: place(api, request, key=request["external_order_id"])
    )
    ends = await_orders(
        stack,
        ids,
        lambda order: order.headline == "RELEASED",
        stalled_after=_STALLED_SECONDS,
        say=lambda _: None,
    )
    cpu = whole.read()
    released = sum(order.headline == "RELEASED" for order in ends.values())
    return Throughput(
        floor, accepted, Rate(clients, released, released / cpu.elapsed, accepted.latencies, cpu)
    )


def warm_up(stack: Stack, clients: int) -> None:
    """Start the workers that the measurement will use: cold starts are measured apart."""
    stock_up(stack, {_SKU: 1_000_000}, label="bench")
    run, api = f"warm-{time.time_ns():x}", stack.api("web")
    requests = [one_line_order(f"{run}-{number}", _SKU) for number in range(clients)]
    ids = at_once(clients, requests, lambda request: place(api, request, key=request["external_order_id"]))
    await_orders(
        stack,
        ids,
        lambda order: order.headline == "RELEASED",
        stalled_after=_STALLED_SECONDS,
        say=lambda _: None,
    )


def _floor(stack: Stack, run_dir: Path, clients: int) -> Rate:
    api = stack.api("operations")
    at_once(clients, range(clients), lambda _: api.availability(_SKU))
    _, rate = _rate(run_dir, clients, range(clients * _FLOOR_PER_CLIENT), lambda _: api.availability(_SKU))
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
