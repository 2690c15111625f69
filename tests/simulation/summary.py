"""What many runs came to."""

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256

from tests.simulation.coverage import Way, ways
from tests.simulation.run import Outcome
from tests.simulation.weather import FAULTS


@dataclass
class Summary:
    runs: int = 0
    orders: int = 0
    steps: int = 0
    longest: float = 0.0
    broken: int = 0
    strikes: Counter[str] = field(default_factory=Counter)
    visited: Counter[Way] = field(default_factory=Counter)
    digests: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.runs += 1
        self.orders += outcome.orders
        self.steps += outcome.steps
        self.longest = max(self.longest, outcome.seconds)
        self.broken += bool(outcome.broken)
        self.strikes.update(outcome.strikes)
        self.visited.update(outcome.visited)
        self.digests.append(outcome.digest)

    def text(self, seconds: float) -> list[str]:
        """A page for people. `seconds` it all took."""
        faults = ", ".join(f"{name} {self.strikes[name]}" for name in FAULTS)
        known = ways()
        missed = sorted(f"{name}: {way}" for name, way in known - self.visited.keys())
        return [
            f"{self.runs} runs in {seconds:.1f} s ({self.runs / seconds:.1f}/s), {self.orders} orders, "
            f"{self.steps} steps; at rest after {self.longest / 60:.0f} simulated minutes at the latest",
            f"{sum(self.strikes.values())} faults: {faults}",
            f"transitions taken: {len(known) - len(missed)} of {len(known)}"
            + (f"; never: {'; '.join(missed)}" if missed else ""),
            f"digest: {sha256(''.join(sorted(self.digests)).encode()).hexdigest()[:16]}",
            f"broken: {self.broken}",
        ]
