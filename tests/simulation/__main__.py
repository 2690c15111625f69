"""Play the whole system under faults, seed by seed.

    python -m tests.simulation --seeds 1000 [--first 1] [--workers 2] [--first-broken]
    python -m tests.simulation --seed 42            one run, and what became of it

Prints what was played and every law that broke; the exit code is 1 where one did. Interrupted, it tells what it
has played until then.
"""

import argparse
import sys
import time
from contextlib import suppress
from typing import Final

from rich.console import Console
from rich.progress import track

from ops.cli.signals import interruptible
from tests.simulation.run import Outcome
from tests.simulation.summary import Summary
from tests.simulation.workers import played

_SHOWN: Final = 6
_TOLD: Final = 10_000
"""Runs between two words about how far it has come, where no bar can show it."""
_INTERRUPTED: Final = 130


def main() -> None:
    options = _options()
    seeds = [options.seed] if options.seed else range(options.first, options.first + options.seeds)
    began = time.perf_counter()
    summary = Summary()
    shown = Console(stderr=True)
    ended = _INTERRUPTED
    with suppress(KeyboardInterrupt), interruptible():
        outcomes = played(seeds, options.workers)
        for outcome in track(outcomes, "Playing", len(seeds), console=shown, disable=not shown.is_terminal):
            summary.add(outcome)
            _tell(outcome)
            if summary.runs % _TOLD == 0 and not shown.is_terminal:
                _say(
                    f"{summary.runs} of {len(seeds)} played, {summary.runs / (time.perf_counter() - began):.1f}/s"
                )
            if outcome.broken and options.first_broken:
                break
        ended = 1 if summary.broken else 0
    _say(*summary.text(time.perf_counter() - began))
    sys.exit(ended)


def _tell(outcome: Outcome) -> None:
    if outcome.broken:
        _say(f"broken: seed {outcome.seed}", *(f"   {text}" for text in outcome.broken[:_SHOWN]))


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
