"""What a matrix has shown, for people to read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from tests.crashes.calls import Way
from tests.crashes.matrix import Case, Outcome, Verdict

_Row = tuple[str, str, str]


@dataclass(frozen=True)
class Report:
    """All outcomes, with the laws that do not hold at the end and that no case is known to have broken."""

    outcomes: Sequence[Outcome]
    violations: Sequence[str]
    flows: int
    calls: int
    cases: Sequence[Case]
    """All there are; `outcomes` has fewer where the time was over before."""
    seconds: float
    never_called: Sequence[str] = ()
    """Functions and partners whose calls no flow has made."""
    interrupted: bool = False
    """Somebody has ended it; of the cases that had begun nothing is told."""

    @property
    def holds(self) -> bool:
        survived = all(one.verdict is Verdict.SURVIVED for one in self.outcomes)
        return survived and not self.violations and not self.interrupted

    def failures(self) -> list[str]:
        """A line for every case that did not survive, and for every law that nobody's case explains."""
        broken = [one for one in self.outcomes if one.verdict is not Verdict.SURVIVED]
        told = [f"{one.verdict.value}: {one.case} [{one.order_id}] {one.detail}".rstrip() for one in broken]
        return sorted(told) + list(self.violations)

    def left(self) -> Counter[str]:
        """Cases that nothing is told of, by the function or partner whose call they break off."""
        told = {one.case for one in self.outcomes}
        return Counter(case.call.function for case in self.cases if case not in told)

    def summary(self) -> str:
        verdicts = Counter(one.verdict for one in self.outcomes)
        counts = ", ".join(f"{verdicts[one]} {one.value}" for one in Verdict)
        helped = sum(bool(one.decided) for one in self.outcomes)
        laws = f"{len(self.violations)} laws broken besides" if self.violations else "all laws hold"
        return (
            f"{len(self.outcomes)} of {len(self.cases)} cases, {self.calls} recorded calls in {self.flows} flows: {counts}; "
            f"{helped} with the help of support, sweeper or watchdog; {laws}; {self.seconds:.0f} s"
            f"{', interrupted' if self.interrupted else ''}"
        )

    def show(self, console: Console) -> None:
        console.print(_by_call(self.outcomes), _by_flow(self.outcomes))
        for line in self.failures():
            console.print(line, style="red", markup=False, highlight=False)
        if self.never_called:
            console.print(f"never called: {', '.join(self.never_called)}", markup=False, highlight=False)
        if left := self.left():
            told = ", ".join(f"{function} {count}" for function, count in left.most_common())
            console.print(f"not played: {told}", markup=False, highlight=False)
        console.print(self.summary(), markup=False, highlight=False)


def _by_call(outcomes: Iterable[Outcome]) -> Table:
    """Survived of all cases, by function, service, operation and way."""
    counts: dict[_Row, Counter[tuple[Way, bool]]] = {}
    for one in outcomes:
        call = one.case.call
        row = (call.function, call.service, call.operation)
        counts.setdefault(row, Counter())[one.case.way, one.verdict is Verdict.SURVIVED] += 1
    table = Table("function", "service", "operation", *(way.value for way in Way))
    for row, found in sorted(counts.items()):
        table.add_row(*row, *(_share(found[way, True], found[way, False]) for way in Way))
    return table


def _by_flow(outcomes: Iterable[Outcome]) -> Table:
    table = Table("flow", "survived", "seconds per case")
    by_flow: dict[str, list[Outcome]] = {}
    for one in outcomes:
        by_flow.setdefault(one.case.recorded.flow.name, []).append(one)
    for name, found in by_flow.items():
        survived = sum(one.verdict is Verdict.SURVIVED for one in found)
        spent = sum(one.seconds for one in found) / len(found)
        table.add_row(name, _share(survived, len(found) - survived), f"{spent:.1f}")
    return table


def _share(survived: int, others: int) -> str:
    return f"{survived} of {survived + others}" if survived + others else "-"
