"""What was tried and what came of it, for people."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from rich.console import Console
from rich.table import Table

from infra.catalogue import CATALOGUE
from tests.fuzz.rounds import Round, Violation

_SHOWN: Final = 1_500
"""Characters of an event; the seed has all of it."""
_MOST_SHOWN: Final = 8


@dataclass
class Summary:
    """Of many rounds."""

    rounds: int = 0
    events: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)

    def add(self, one: Round) -> None:
        self.rounds += 1
        self.events += one.events
        self.outcomes += one.outcomes
        self.ways += one.ways
        self.violations += one.violations
        self.digests.append(one.digest)

    @property
    def digest(self) -> str:
        return sha256("".join(sorted(self.digests)).encode()).hexdigest()[:16]

    def show(self, console: Console, seconds: float) -> None:
        console.print(_by_handler(self.outcomes))
        console.print(_by_way(self.ways))
        for violation in self.violations[:_MOST_SHOWN]:
            console.print("\n".join(_told(violation)), markup=False, highlight=False, soft_wrap=True)
        console.print(
            f"{self.events} events in {self.rounds} rounds, {seconds:.0f} s; violations: {len(self.violations)}; "
            f"digest: {self.digest}",
            highlight=False,
        )
        if untouched := sorted(CATALOGUE.keys() - {folder for folder, _ in self.outcomes}):
            console.print(f"never called: {', '.join(untouched)}", highlight=False)


def _by_handler(outcomes: Counter[tuple[str, str]]) -> Table:
    table = Table("handler", "events", "what came of them", title="By handler", title_justify="left")
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for (folder, outcome), count in outcomes.items():
        rows[folder][outcome] += count
    for folder, ends in sorted(rows.items()):
        table.add_row(folder, str(ends.total()), _listed(ends.most_common(9)))
    return table


def _by_way(ways: Counter[str]) -> Table:
    table = Table("what was done to the event", "events", title="By way", title_justify="left")
    for way, count in sorted(ways.items()):
        table.add_row(way.replace("_", " "), str(count))
    return table


def _listed(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{outcome} {count}" for outcome, count in counts)


def _told(violation: Violation) -> list[str]:
    where = "alone" if violation.alone else "after the events before it"
    return [
        f"VIOLATION {violation.folder} ({violation.how}), seed {violation.seed}, event {violation.number}, {where}",
        *(f"  {fault[:_SHOWN]}" for fault in violation.faults),
        f"  {violation.event[:_SHOWN]}",
    ]
