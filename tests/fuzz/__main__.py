"""Every deployed handler with events that are wrong, and some that are right.

    python -m tests.fuzz --events 50000 [--first 1] [--workers 2]
    python -m tests.fuzz --seed 42          one round again, and what broke in it

A seed is a round of fifty events on one copy of a short past. The exit code is 1 where something broke.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from multiprocessing import get_context
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.fuzz.report import Summary
from tests.fuzz.rounds import EVENTS, Round, play

_CHUNK: Final = 4


def main() -> None:
    options = _options()
    rounds = -(-options.events // EVENTS)
    seeds = [options.seed] if options.seed is not None else range(options.first, options.first + rounds)
    summary, began = Summary(), time.perf_counter()
    with _progress() as progress:
        task = progress.add_task("events", total=len(seeds) * EVENTS)
        for one in _played(seeds, options.workers):
            summary.add(one)
            progress.update(
                task, advance=one.events, description=f"events, {len(summary.violations)} violations"
            )
    summary.show(Console(width=150), time.perf_counter() - began)
    sys.exit(1 if summary.violations else 0)


def _played(seeds: Iterable[int], workers: int) -> Iterator[Round]:
    if workers == 1:
        yield from map(play, seeds)
        return
    with get_context("spawn").Pool(workers) as pool:
        yield from pool.imap_unordered(play, seeds, chunksize=_CHUNK)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=5_000)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
