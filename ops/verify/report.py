"""What a verification found: one entry per law, with its figures."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Law:
    """One law of the domain. `figures` are the sums it was checked on, for people to read."""

    number: int
    name: str
    holds: bool
    figures: str
    violations: list[str] = field(default_factory=list)
    checked: bool = True
    """False where the evidence is not to be had here (the partners' own records, on AWS)."""


@dataclass(frozen=True, slots=True)
class Report:
    """All laws that apply, on one reading of the system at `taken_at` (UTC)."""

    taken_at: str
    laws: list[Law]

    @property
    def holds(self) -> bool:
        return all(law.holds for law in self.laws)

    @property
    def violations(self) -> list[str]:
        """Every violation with the number of its law."""
        return [f"law {law.number}: {text}" for law in self.laws for text in law.violations]

    def to_json(self) -> dict[str, Any]:
        return {"holds": self.holds, **asdict(self)}

    def text(self) -> list[str]:
        """The report as text, a line per law and a few violations below those that are broken."""
        return [line for law in self.laws for line in _law_lines(law)]


def found(number: int, name: str, figures: str, violations: Iterable[str]) -> Law:
    """A law that was checked; it holds where there are no violations."""
    broken = sorted(violations)
    return Law(number, name, not broken, figures, broken)


def confirmed(earlier: Report, later: Report) -> Report:
    """The later report with only those violations whose subject (the text before a colon) broke the law before."""
    known = {(law.number, _subject(text)) for law in earlier.laws for text in law.violations}
    laws = [
        replace(law, violations=standing, holds=not standing)
        for law in later.laws
        for standing in [[text for text in law.violations if (law.number, _subject(text)) in known]]
    ]
    return replace(later, laws=laws)


def _subject(violation: str) -> str:
    return violation.partition(": ")[0]


def skipped(number: int, name: str, why: str) -> Law:
    """A law that cannot be checked here, and says so."""
    return Law(number, name, True, f"not checked: {why}", checked=False)


def _law_lines(law: Law) -> list[str]:
    mark = "ok  " if law.holds else "FAIL"
    mark = mark if law.checked else "-   "
    lines = [f"{mark} {law.number:>2} {law.name}: {law.figures}"]
    lines += [f"        {text}" for text in law.violations[:_SHOWN]]
    if len(law.violations) > _SHOWN:
        lines.append(f"        and {len(law.violations) - _SHOWN} more")
    return lines
