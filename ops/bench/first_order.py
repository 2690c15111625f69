"""From nothing to the first order, step by step."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ops.rehearse.crowd import one_line_order, place, stock_up
from ops.rehearse.standing import await_orders
from ops.stack.up import Up, bring_up

_SKU: Final = "BENCH-FIRST"
_PATIENCE: Final = 60.0


@dataclass(frozen=True, slots=True)
class FirstOrder:
    """Seconds of each step, in order."""

    steps: dict[str, float]

    def text(self) -> list[str]:
        parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in self.steps.items())
        return [f"first order confirmed {sum(self.steps.values()):.1f} s after the start: {parts}"]


def measure_first_order(run_dir: Path) -> tuple[Up, FirstOrder]:
    """Start everything and place one order; the caller takes the stack down."""
    began = time.perf_counter()
    up = bring_up(run_dir, say=lambda _: None)
    launched = dict(up.launched.seconds)
    steps = {"sandbox": time.perf_counter() - began - sum(launched.values()), **launched}
    try:
        mark = time.perf_counter()
        stock_up(up.stack, {_SKU: 10}, label="bench")
        steps["stock"], mark = time.perf_counter() - mark, time.perf_counter()
        number = f"first-{time.time_ns():x}"
        order_id = place(up.stack.api("web"), one_line_order(number, _SKU), key=number)
        steps["accepted"], mark = time.perf_counter() - mark, time.perf_counter()
        await_orders(
            up.stack,
            [order_id],
            lambda order: order.headline == "RELEASED",
            stalled_after=_PATIENCE,
            say=lambda _: None,
        )
        steps["released"] = time.perf_counter() - mark
    except BaseException:
        up.down()
        raise
    return up, FirstOrder(steps)
