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
    "partner_down",
    "partner_hang",
    "partner_commit_then_timeout",
    "partner_commits_late",
    "lost_invocation",
    "nested_lost",
    "execution_lost",
    "stream_gives_up",
    "slow_call",
    "slow_invocation",
    "process_paused",
    "function_down",
    "relay_off",
)
"""TTL that never fires needs no switch: here it never does."""
LOSING_NOTHING = frozenset(
    (
        "duplicate_delivery",
        "reordering",
        "delay",
        "stale_index",
        "slow_call",
        "slow_invocation",
        "process_paused",
    )
)
"""What a system must bear that has neither sweeper nor watchdog."""
_WEIGHTS = {
    "function_down": 0.1,
    "partner_down": 0.2,
    "nested_lost": 8.0,
    "slow_call": 2.0,
    "process_paused": 0.3,
}
"""Faults that last are drawn less often than their rate says; those with few opportunities, more often."""
_RATES = (0.004, 0.015, 0.05)
_ACTIVE = 0.45
_GENTLE = 0.15
_GENTLY_ACTIVE, _GENTLE_WEIGHTS = 0.8, {"slow_call": 6.0, "process_paused": 4.0}
"""Where nothing is lost, it is the order of things that is to be tried."""
_FAILOVER = 0.08
_IN_A_FAILOVER = {
    "slow_invocation": 0.6,
    "slow_call": 0.2,
    "process_paused": 0.1,
    "lost_invocation": 0.1,
    "execution_lost": 0.3,
    "clock_skew": 0.3,
    "partner_down": 0.1,
    "partner_commits_late": 0.1,
}
"""Trouble that comes together, as where a data centre has failed: each alone does little harm."""
_FLAPS, _BAD = 90.0, 50.0
"""A failover comes and goes: bad for so many seconds of so many. What is late from one bad time meets what has
followed it in the good time after."""
_TURN = 60.0
"""Seconds for which a partner is gone, and as many for which it is there."""
_CRUSH, _CRUSHED = 0.05, 150.0
_IN_A_CRUSH = {"slow_invocation": 0.2, "process_paused": 0.2, "lost_invocation": 0.4}
"""Everybody comes at once, for so many seconds: work waits for its turn or stands still, and whoever has asked
for it gives up and asks again. What was given up is done all the same, when others have had what it wanted."""
_REFUSING = 0.02
_WHERE_REFUSED = {
    "duplicate_delivery": 0.5,
    "reordering": 0.3,
    "slow_call": 0.2,
    "process_paused": 0.3,
    "partner_hang": 0.3,
}
"""Banks refuse when the goods leave, for good or once: what is refused is tried again while it is still to be told."""
_RELAY_OFF = 0.02
"""A day without a relay takes the sweeper many readings; a few runs are enough of it."""


@dataclass
class Weather:
    """`rates`: fault -> probability at each opportunity, until the simulated second `calm`."""

    chance: Random
    calm: float
    rates: dict[str, float]
    gentle: bool = False
    """Whether nothing is lost, so that nobody has to look for what is."""
    failover: bool = False
    """Whether work comes late, workflows die and clocks are wrong, all at once."""
    crush: bool = False
    """Whether everybody wants the same at once, and the functions cannot keep up."""
    refusing: bool = False
    """Whether banks refuse when the goods leave: the holds have expired, or they are to be asked later."""
    strikes: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, chance: Random, calm: float) -> "Weather":
        """Some faults of all, each at its own rate."""
        kind = chance.random()
        gentle, failover = kind < _GENTLE, kind >= 1 - _FAILOVER
        crush = _GENTLE <= kind < _GENTLE + _CRUSH
        calm_kinds = _GENTLE + _CRUSH
        refusing = calm_kinds <= kind < calm_kinds + _REFUSING
        known = [name for name in FAULTS if name in LOSING_NOTHING or not gentle]
        active = _GENTLY_ACTIVE if gentle else _ACTIVE
        rates = {name: chance.choice(_RATES) for name in known if chance.random() < active}
        if chance.random() >= _RELAY_OFF:
            rates.pop("relay_off", None)
        weights = _WEIGHTS | (_GENTLE_WEIGHTS if gentle else {})
        rates |= {name: rates[name] * weight for name, weight in weights.items() if name in rates}
        together = ((failover, _IN_A_FAILOVER), (crush, _IN_A_CRUSH), (refusing, _WHERE_REFUSED))
        for there, faults in together:
            rates |= faults if there else {}
        return cls(chance, calm, rates, gentle, failover, crush, refusing)

    def meets(self, fault: str, now: float) -> bool:
        """Whether `fault` strikes here."""
        rate = self.rates.get(fault)
        if not rate or now >= self.calm:
            return False
        if self.failover and fault in _IN_A_FAILOVER and now % _FLAPS > _BAD:
            return False
        if self.crush and fault in _IN_A_CRUSH and not self.crowded(now):
            return False
        if self.chance.random() >= rate:
            return False
        self.strikes[fault] += 1
        return True

    def by_turns(self, now: float) -> bool:
        """Whether what is there and gone by turns in a failover is gone now."""
        gone = self.failover and now < self.calm and now % (2 * _TURN) < _TURN
        self.strikes["partner_down"] += gone
        return gone

    def crowded(self, now: float) -> bool:
        """Whether everybody is there now."""
        return self.crush and now < _CRUSHED

    def active(self, fault: str, now: float) -> bool:
        """Whether it is one of this run's faults, and still bad weather."""
        return fault in self.rates and now < self.calm
