"""Break off every call that functions make of AWS and partners, one at a time, on the local AWS.

    python -m tests.crashes                                  every case
    python -m tests.crashes --share                          one case of every kind of call, quick flows only
    python -m tests.crashes --minutes 20                     as many cases as fit, drawn from all
    python -m tests.crashes --flow shipped --function relay  cases of some flows and functions

Flows are recorded first; the cases are what was recorded. The exit code is 1 where a case does not survive, and where
somebody interrupts: then those that have begun end, and it tells what it has played.
"""

import argparse
import math
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ops.cli.signals import interruptible
from tests.crashes.flows import FLOWS
from tests.crashes.matrix import Outcome, Verdict
from tests.crashes.rehearsal import Choice, rehearse
from tests.crashes.stage import staged

_TOLD: Final = 100
"""Cases between two words about how far it has come, where no bar can show it."""


def main() -> None:
    options = _options()
    choice = Choice(
        flows=tuple(flow for flow in FLOWS if any(part in flow.name for part in options.flow or [""])),
        function=options.function,
        share=options.share,
        minutes=options.minutes,
    )
    console = Console(width=None if sys.stdout.isatty() else 130)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        interruptible(),
        tempfile.TemporaryDirectory(prefix="holdfast-crashes-") as folder,
        Progress(*columns, console=console) as bar,
    ):
        starting = bar.add_task("start", total=1)
        with staged(Path(folder), at_once=options.at_once) as stage:
            bar.advance(starting)
            report = rehearse(stage, choice, _Bars(bar))
    report.show(console)
    sys.exit(0 if report.holds else 1)


class _Bars:
    """Progress, and at once what goes wrong."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("record", total=None, visible=False)

    def begins(self, what: str, total: int) -> None:
        self._task = self._bar.add_task(what, total=total)
        self._what, self._total, self._done = what, total, 0

    def advances(self) -> None:
        self._bar.advance(self._task)
        self._done += 1
        if self._done % _TOLD == 0 and not self._bar.console.is_terminal:
            self._say(f"{self._what}: {self._done} of {self._total}")

    def hears(self, outcome: Outcome) -> None:
        self.advances()
        if outcome.verdict is not Verdict.SURVIVED:
            self._say(f"{outcome.verdict.value}: {outcome.case} {outcome.detail}")

    def _say(self, text: str) -> None:
        self._bar.console.print(text, markup=False, highlight=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests.crashes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--share", action="store_true", help="one case of every kind of call")
    parser.add_argument("--flow", action="append", help="part of a flow's name; may be given more than once")
    parser.add_argument("--function", default="", help="part of a function's or partner's name")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no case after so many")
    parser.add_argument("--at-once", type=int, default=14, help="orders on their way at the same time")
    return parser.parse_args()


if __name__ == "__main__":
    main()
