"""What a command shows: its result on stdout (a page, or one JSON document), its progress on stderr."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Json = dict[str, Any]
Advance = Callable[[float, float], None]
_WIDTH: Final = 120
"""Columns where there is no terminal to ask."""
_QUARTERS: Final = 4


class Screen:
    """`as_json` turns the result into one JSON document; `seconds` keeps what `step` measured."""

    def __init__(
        self, *, as_json: bool = False, out: Console | None = None, err: Console | None = None
    ) -> None:
        self.as_json = as_json
        self.out = out or _console(stderr=False)
        self.err = err or _console(stderr=True)
        self.seconds: dict[str, float] = {}

    def emit(self, document: Any, *page: RenderableType) -> None:
        """The result: `document` for programs, `page` for people."""
        if self.as_json:
            self.out.file.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
            self.out.file.flush()
            return
        self.show(*page)

    def show(self, *page: RenderableType) -> None:
        """Part of a long result, for people only."""
        if not self.as_json:
            for part in page:
                self.out.print(part, soft_wrap=True)  # nobody can copy an address that was broken in two

    def say(self, text: str) -> None:
        """One line of progress."""
        self.err.print(f"  {text}", style="dim", markup=False, highlight=False)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A named step of a long command, with the time it took."""
        began = time.monotonic()
        self.err.print(f"{name} …", style="bold", markup=False, highlight=False)
        yield
        self.seconds[name] = time.monotonic() - began
        self.err.print(
            f"{name}: done in {self.seconds[name]:.1f} s", style="green", markup=False, highlight=False
        )

    @contextmanager
    def bar(self, text: str) -> Iterator[Advance]:
        """A progress bar: call the yielded function with (done, total). Without a terminal, a line per quarter."""
        if not self.err.is_terminal:
            yield self._lines(text)
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.err, transient=True) as progress:
            task = progress.add_task(text, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)

    def _lines(self, text: str) -> Advance:
        told = 0

        def advance(done: float, total: float) -> None:
            nonlocal told
            quarter = int(_QUARTERS * done / total) if total else 0
            if quarter > told:
                told = quarter
                self.say(f"{text}: {done:.0f} of {total:.0f}")

        return advance


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDTH
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=False)
