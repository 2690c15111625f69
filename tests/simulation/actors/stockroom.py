"""Stock clerks: goods come in, and counts find more or less than the books say."""

from tests.simulation.actors.actor import Actor

_ROUND, _BUSY = 120.0, 10.0
"""Seconds between two slips at the most. While customers crowd for the goods, they come in as fast as they can."""


class Stockroom(Actor):
    def begin(self) -> None:
        self._slips = 0
        self.after(0, self._pause, self._round)

    @property
    def _pause(self) -> float:
        return _BUSY if self.world.weather.crowded(self.world.agenda.now) else _ROUND

    def _round(self) -> None:
        if self.world.agenda.now < self.plot.calm:
            self._adjust()
            self.after(self._pause / 4, self._pause, self._round)

    def _adjust(self) -> None:
        """A correction below what is there is refused, and stays so."""
        self._slips += 1
        pick = self.chance.choice
        kind = pick(("receipt", "correction"))
        body = {
            "sku": pick(self.plot.skus),
            "location": pick(self.plot.locations),
            "delta": pick((1, 2, 5) if kind == "receipt" else (-3, -1, 1)),
            "kind": kind,
        }
        for _ in range(2 if self.chance.random() < 0.2 else 1):
            self.ask("POST /v1/stock-adjustments", body, client="warehouse", key=f"slip-{self._slips}")
