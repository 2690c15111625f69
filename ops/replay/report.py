"""What became of a replay."""

from dataclasses import asdict, dataclass
from typing import Any

from ops.rehearse.crowd import Latencies
from ops.verify import Report

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """Counts of orders, unless they say otherwise. Amounts in pence."""

    invoices: int
    lines: int
    units: int
    value: int
    largest: int
    """Lines of the largest order."""
    accepted: int
    replayed: int
    """Of those accepted: found from an earlier replay of the same invoices."""
    completed: int
    cancelled: int
    lost: list[str]
    """Acknowledged, and not stored."""
    astray: list[str]
    """Not where the data says they should be, one sentence each."""
    refused: dict[str, str]
    """Invoice -> why the API would not take it."""
    decisions: dict[str, int]
    """What had to be decided by an operator: `FRAUD_REVIEW ACCEPT` -> how often."""
    rejected_lines: int
    rejects: dict[str, int]
    """Reason -> lines of the file that are no part of any order."""
    rejects_file: str
    articles: int
    seeded_seconds: float
    seconds: float
    """From the first request until the last order had shipped or was cancelled."""
    latencies: Latencies
    """Of placing an order."""
    laws: Report

    @property
    def orders_per_second(self) -> float:
        return round((self.completed + self.cancelled) / self.seconds, 2) if self.seconds else 0.0

    @property
    def holds(self) -> bool:
        """Every invoice is where it belongs, and every law holds."""
        return not (self.lost or self.astray or self.refused) and self.laws.holds

    def to_json(self) -> dict[str, Any]:
        return {"holds": self.holds, "orders_per_second": self.orders_per_second, **asdict(self)}

    def text(self) -> list[str]:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(self.rejects.items()))
        decided = ", ".join(f"{count} {what}" for what, count in sorted(self.decisions.items()))
        return [
            f"{self.invoices} invoices, {self.lines:,} lines (largest {self.largest}), {self.units:,} units of "
            f"{self.articles:,} articles, {self.value / 100:,.2f} GBP",
            f"{self.accepted} accepted = {self.completed} completed + {self.cancelled} cancelled; "
            f"lost {len(self.lost)}, astray {len(self.astray)}, refused {len(self.refused)}"
            + (f", known before {self.replayed}" if self.replayed else ""),
            *(f"    {text}" for text in [*self.astray, *map(": ".join, self.refused.items())][:_SHOWN]),
            f"decided by an operator: {decided or 'nothing'}",
            f"rejected lines: {self.rejected_lines} ({reasons or 'none'}), listed in {self.rejects_file}",
            f"{self.seconds:.1f} s, {self.orders_per_second} orders/s, placing {self.latencies}; "
            f"stocked up in {self.seeded_seconds:.1f} s",
            *self.laws.text(),
        ]
