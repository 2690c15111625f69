"""Play the whole system under faults, seed by seed.

    python -m tests.simulation --seeds 1000 [--first 1] [--workers 2] [--first-broken]
    python -m tests.simulation --seed 42            one run, and what became of it

Prints what was played and every law that broke; the exit code is 1 where one did.
"""

import argparse
import sys
import time
from typing import Final

from rich.console import Console
from rich.progress import track

from tests.simulation.summary import Summary
from tests.simulation.workers import played

_SHOWN: Final = 6
_TOLD: Final = 10_000
"""Runs between two words about how far it has come, where no bar can show it."""


def main() -> None:
    options = _options()
    seeds = [options.seed] if options.seed else range(options.first, options.first + options.seeds)
    began = time.perf_counter()
    summary = Summary()
    shown = Console(stderr=True)
    outcomes = played(seeds, options.workers)
    shows = shown.is_terminal
    watched = track(outcomes, "Playing", len(seeds), console=shown, disable=not shows)
    for number, outcome in enumerate(watched, start=1):
        summary.add(outcome)
        if number % _TOLD == 0 and not shows:
            _say(f"{number} of {len(seeds)} played, {number / (time.perf_counter() - began):.1f}/s")
        if outcome.broken:
            _say(f"broken: seed {outcome.seed}", *(f"   {text}" for text in outcome.broken[:_SHOWN]))
            if options.first_broken:
                break
    _say(*summary.text(time.perf_counter() - began))
    sys.exit(1 if summary.broken else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests.simulation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--first-broken", action="store_true", help="stop at the first broken law")
    return parser.parse_args()


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
