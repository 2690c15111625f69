"""python -m ops.bench [--only costs,throughput] [--quick] [--run-dir DIR]

Measures a local AWS of its own and prints what it finds; it asserts nothing. Figures of time belong to the
machine and the minute they were taken in: compare those of one run with each other.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from ops.bench.first_order import measure_first_order
from ops.bench.processes import MemoryMeter
from ops.bench.sections import SECTIONS, Bench
from ops.cli.signals import interruptible, undisturbed


def main() -> None:
    """Start a stack, run the sections that were asked for, take the stack down."""
    options = _options()
    with interruptible(), tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        run(options.only, Path(options.run_dir or folder), quick=options.quick)


def run(only: list[str], run_dir: Path, *, quick: bool) -> None:
    """Print the sections `only`, in their own order."""
    up, first = measure_first_order(run_dir)
    try:
        with MemoryMeter(run_dir) as memory:
            bench = Bench(up.stack, run_dir, first, quick, memory)
            for name, section in SECTIONS.items():
                if name in only:
                    _print(name, section.__doc__ or "", bench)
    finally:
        with undisturbed():
            up.down()


def _print(name: str, title: str, bench: Bench) -> None:
    began = time.perf_counter()
    _say(f"\n{name}: {title.splitlines()[0]}")
    for line in SECTIONS[name](bench):
        _say(f"  {line}")
    _say(f"  ({time.perf_counter() - began:.0f} s)")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="ops.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=_names, default=list(SECTIONS), help="sections, separated by commas")
    parser.add_argument("--quick", action="store_true", help="few orders: does it still run?")
    parser.add_argument("--run-dir", help="keep the stack's files here")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - SECTIONS.keys():
        raise argparse.ArgumentTypeError(
            f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}"
        )
    return names


if __name__ == "__main__":
    main()
