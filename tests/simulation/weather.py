"""What goes wrong, and how often. Every fault is drawn from the run's own chance, and counted."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

FAULTS = (
    "crash_before_call",
    "crash_after_commit",
    "lost_acknowledgement",
    "lost_for_good",
    "duplicate_delivery",
    "reordering",
    "delay",
    "throttle",
    "transaction_conflict",
    "stale_index",
    "clock_skew",
    "partial_batch",
    "partner_5xx",
    "partner_hang",
    "partner_commit_then_timeout",
    "lost_invocation",
    "execution_lost",
    "stream_gives_up",
    "relay_off",
)
"""TTL that never fires needs no switch: here it never does."""
_RATES = (0.004, 0.015, 0.05)
_ACTIVE = 0.45
_RELAY_OFF = 0.02
"""A day without a relay takes the sweeper many readings; a few runs are enough of it."""


@dataclass
class Weather:
    """`rates`: fault -> probability at each opportunity, until the simulated second `calm`."""

    chance: Random
    calm: float
    rates: dict[str, float]
    strikes: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, chance: Random, calm: float) -> "Weather":
        """Some faults of all, each at its own rate."""
        rates = {name: chance.choice(_RATES) for name in FAULTS if chance.random() < _ACTIVE}
        if chance.random() >= _RELAY_OFF:
            rates.pop("relay_off", None)
        return cls(chance, calm, rates)

    def meets(self, fault: str, now: float) -> bool:
        """Whether `fault` strikes here."""
        rate = self.rates.get(fault, 0.0)
        if not rate or now >= self.calm or self.chance.random() >= rate:
            return False
        self.strikes[fault] += 1
        return True

    def active(self, fault: str, now: float) -> bool:
        """Whether it is one of this run's faults, and still bad weather."""
        return fault in self.rates and now < self.calm
