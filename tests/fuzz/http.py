"""Cases made from docs/openapi.yaml, sent over HTTP to a local AWS of its own.

    python -m tests.fuzz.http --cases 2000 [--seed 0]

Prints what was answered and every answer that is not as described; the exit code is 1 where there was one.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tests.fuzz.over_http import EDGE, Door, Tried
from tests.fuzz.tap import Tap, tapping
from tests.running.system import System, started
from tests.running.worlds import World


def main() -> None:
    options = _options()
    console = Console(width=150)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="holdfast-fuzz-") as folder, started(Path(folder)) as system:
        tried = _knocked(system, options.cases, options.seed)
        console.print(_by_operation(tried))
        for violation in tried.violations:
            console.print(f"VIOLATION {violation}", markup=False, highlight=False, soft_wrap=True)
    seconds = time.perf_counter() - began
    console.print(
        f"{tried.cases} cases, {seconds:.0f} s; violations: {len(tried.violations)}", highlight=False
    )
    sys.exit(1 if tried.violations else 0)


def _knocked(system: System, cases: int, seed: int) -> Tried:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with tapping(system, EDGE) as tap, Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("cases", total=cases)

        def tell(tried: Tried) -> None:
            words = f"cases, {len(tried.violations)} violations"
            progress.update(task, completed=tried.cases, description=words)

        door = _door(system, tap, seed)
        assert tap.effects(), "orders were taken in, and nothing was heard of it"
        return door.knock(cases, told=tell)


def _door(system: System, tap: Tap, seed: int) -> Door:
    world = World(system, "fuzz")
    sku = world.stock(NORTH=10_000)
    held = [world.order({sku: 1}, mailbox="review").place() for _ in range(5)]
    released = [world.order({sku: 50}).place().reaches("RELEASED") for _ in range(5)]
    work = [one.work()[0]["fulfilment_order_id"] for one in released]
    return Door(system, tap, [one.order_id for one in (*held, *released)], work, seed=seed)


def _by_operation(tried: Tried) -> Table:
    table = Table("operation", "cases", "answers", title="By operation", title_justify="left")
    operations: dict[str, Counter[int]] = {}
    for (operation, status), count in tried.answers.items():
        operations.setdefault(operation, Counter())[status] += count
    for operation, statuses in operations.items():
        answers = ", ".join(f"{status} {count}" for status, count in statuses.most_common())
        table.add_row(operation, str(statuses.total()), answers)
    return table


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests.fuzz.http", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=180)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
