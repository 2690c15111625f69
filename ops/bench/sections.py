"""What `python -m ops.bench` can print. Each section measures something and answers its lines."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from infra.catalogue import CATALOGUE
from ops.bench import scratch
from ops.bench.first_order import FirstOrder
from ops.bench.fresh import from_a_fresh_clone
from ops.bench.instructions import NoValgrindError, count_instructions
from ops.bench.prices import Quantities, cost
from ops.bench.processes import MemoryMeter
from ops.bench.throughput import throughput
from ops.bench.transitions import Transitions, count_transitions
from ops.local.synth import ROOT
from ops.stack import Stack

_MEASURE_SECONDS: Final = 300
_ORDERS_PER_CLIENTS: Final[Mapping[int, int]] = {1: 20, 8: 120, 32: 192}
_QUICK: Final[Mapping[int, int]] = {1: 3, 4: 8}


@dataclass
class Bench:
    """A running stack to measure, and what one section leaves for another."""

    stack: Stack
    run_dir: Path
    first: FirstOrder
    quick: bool
    memory: MemoryMeter
    transitions: Transitions | None = None
    measured: dict[str, Any] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        return self.stack.outputs.endpoint

    @property
    def sandbox(self) -> str:
        if self.stack.sandbox_url is None:
            raise LookupError("there is no partner sandbox")
        return self.stack.sandbox_url


Section = Callable[[Bench], Iterable[str]]


def first_order(bench: Bench) -> Iterable[str]:
    """From nothing to the first order."""
    return bench.first.text()


def fresh(_: Bench) -> Iterable[str]:
    """From a fresh clone to the first order."""
    return from_a_fresh_clone()


def rates(bench: Bench) -> Iterable[str]:
    """Orders per second, CPU and latency."""
    sizes = _QUICK if bench.quick else _ORDERS_PER_CLIENTS
    for clients, orders in sizes.items():
        yield from throughput(bench.stack, bench.run_dir, clients, orders).text()
        bench.memory.look()
        yield f"          the stack has taken up to {bench.memory.peak['stack']:.0f} MB PSS so far"


def memory(bench: Bench) -> Iterable[str]:
    """The most memory the stack has taken so far, and what one worker takes."""
    bench.memory.look()
    peak = bench.memory.peak
    yield f"peak of the stack {peak['stack']:.0f} MB PSS: engine {peak['engine']:.0f}, {bench.memory.workers} workers {peak['workers']:.0f}"
    if workers := bench.memory.one_worker:
        resident, shared = (statistics.median(sizes) for sizes in zip(*workers, strict=True))
        yield f"one Lambda worker {resident:.0f} MB RSS, {shared:.0f} MB PSS (medians of {len(workers)})"


def transitions(bench: Bench) -> Iterable[str]:
    """State transitions of one real order."""
    counted = _transitions(bench)
    yield f"{counted.count} transitions of Standard ({' > '.join(counted.states)}), {counted.express_runs} Express run"


def calls(bench: Bench) -> Iterable[str]:
    """AWS calls and capacity units of one happy path, by step."""
    steps: dict[str, list[float]] = {}
    for call in _measured(bench)["calls"]:
        row = steps.setdefault(call["step"], [0.0] * 4)
        units = (1.0, call["write_units"], call["index_units"], call["read_units"])
        steps[call["step"]] = [sum(pair) for pair in zip(row, units, strict=True)]
    yield f"{'step':<44} {'calls':>5} {'WRU':>6} {'index':>6} {'RRU':>6}"
    totals = [sum(column) for column in zip(*steps.values(), strict=True)]
    for step, row in [*steps.items(), ("one order", totals)]:
        yield f"{step:<44} {row[0]:>5.0f} {row[1]:>6.0f} {row[2]:>6.0f} {row[3]:>6.1f}"
    yield f"{totals[1] + totals[2]:.0f} write units in all, the indexes included"
    orders, calls, writes, reads = _together(bench)
    yield (
        f"{orders} orders at once, the relay's batches shared: "
        f"{calls / orders:.1f} calls, {writes / orders:.1f} write units, {reads / orders:.1f} RRU each"
    )


def history(bench: Bench) -> Iterable[str]:
    """What one order takes with ten and a hundred times the history."""
    sums = {}
    for orders, calls in _measured(bench)["history"].items():
        units = [sum(call[kind] for call in calls) for kind in ("write_units", "index_units", "read_units")]
        sums[orders] = (len(calls), units[0] + units[1], units[2])
        yield f"order {orders:>4}: {len(calls)} calls, {units[0] + units[1]:.0f} WRU, {units[2]:.1f} RRU"
    yield "identical" if len(set(sums.values())) == 1 else "NOT identical"


def costs(bench: Bench) -> Iterable[str]:
    """USD per 1,000 orders at list prices, from the counts."""
    quantities, shared = _quantities(bench), _quantities_together(bench)
    seconds = _measured(bench)["seconds"]
    yield "billed duration is each handler's best warm run here, memory as deployed; free tiers are left out"
    for service, dollars in cost(quantities).items():
        yield f"{service:<26} {dollars:8.4f} USD per 1,000 orders"
    yield f"{'total, ten at once':<26} {cost(shared)['total']:8.4f} USD per 1,000 orders"
    yield (
        f"from {quantities.lambda_requests:.0f} invocations ({1000 * sum(seconds.values()):.0f} ms the distinct ones), "
        f"{quantities.lambda_gb_seconds:.3f} GB-s, "
        f"{quantities.events:.0f} events, {quantities.deliveries:.0f} deliveries, "
        f"{quantities.write_units:.0f} WRU, {quantities.read_units:.1f} RRU, {quantities.transitions:.0f} transitions"
    )


def instructions(bench: Bench) -> Iterable[str]:
    """Instructions of a cold start."""
    try:
        with scratch.tables(bench.endpoint):
            return count_instructions(bench.endpoint, bench.sandbox).text()
    except NoValgrindError as missing:
        return [f"not measured: {missing}"]


SECTIONS: Final[Mapping[str, Section]] = {
    "first": first_order,
    "fresh": fresh,
    "throughput": rates,
    "memory": memory,
    "transitions": transitions,
    "calls": calls,
    "history": history,
    "costs": costs,
    "instructions": instructions,
}
"""In the order they are printed."""


def _transitions(bench: Bench) -> Transitions:
    bench.transitions = bench.transitions or count_transitions(bench.stack)
    return bench.transitions


def _measured(bench: Bench) -> dict[str, Any]:
    """The happy path in a process of its own: it sets its environment up as a function's."""
    if not bench.measured:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "measured.json"
            command = [sys.executable, "-m", "ops.bench.happy_path", "--endpoint", bench.endpoint]
            command += [
                "--sandbox",
                bench.sandbox,
                "--at",
                "3,6" if bench.quick else "3,30,300",
                "--out",
                str(out),
            ]
            path = os.pathsep.join([str(ROOT / "shared" / "python"), str(ROOT)])
            done = subprocess.run(
                command,
                env={**os.environ, "PYTHONPATH": path},
                capture_output=True,
                text=True,
                timeout=_MEASURE_SECONDS,
                check=False,
            )
            if done.returncode:
                raise RuntimeError(f"the happy path failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
            bench.measured = json.loads(out.read_text(encoding="utf-8"))
    return bench.measured


def _together(bench: Bench) -> tuple[int, int, float, float]:
    """Of the orders that came at once, all of them: how many, calls, write units, read units."""
    measured = _measured(bench)["together"]
    calls = measured["calls"]
    writes = sum(call["write_units"] + call["index_units"] for call in calls)
    return measured["orders"], len(calls), writes, sum(call["read_units"] for call in calls)


def _quantities_together(bench: Bench) -> Quantities:
    """The same, where the relay's batches are shared; its time is taken to be that of a batch of one."""
    orders, _, writes, reads = _together(bench)
    seconds: Mapping[str, float] = _measured(bench)["seconds"]
    invocations = _measured(bench)["together"]["invocations"]
    return replace(
        _quantities(bench),
        lambda_requests=len(invocations) / orders,
        lambda_gb_seconds=sum(seconds[one] * CATALOGUE[one].memory / 1024 for one in invocations) / orders,
        write_units=writes / orders,
        read_units=reads / orders,
    )


def _quantities(bench: Bench) -> Quantities:
    measured, counted = _measured(bench), _transitions(bench)
    invocations = measured["invocations"]
    seconds: Mapping[str, float] = measured["seconds"]
    of_assessment = (
        "sourcing/plan_fulfilment",
        "tax/quote_tax",
        "inventory/reserve_stock",
        "payments/authorize_payment",
    )
    return Quantities(
        lambda_requests=len(invocations),
        lambda_gb_seconds=sum(seconds[one] * CATALOGUE[one].memory / 1024 for one in invocations),
        http_requests=2,
        events=len(measured["events"]),
        deliveries=sum(one in measured["consumers"] for one in invocations),
        write_units=sum(call["write_units"] + call["index_units"] for call in measured["calls"]),
        read_units=sum(call["read_units"] for call in measured["calls"]),
        transitions=counted.count,
        express_runs=counted.express_runs,
        express_seconds=sum(seconds[one] for one in of_assessment),
    )
