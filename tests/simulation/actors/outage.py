"""What befalls the service itself: executions that are lost, a relay that is off for more than a day."""

from tests.simulation.actors.actor import Actor

_OFF = 25 * 3600.0


class Outage(Actor):
    def begin(self) -> None:
        self.after(1, 60, self._round)
        if self.world.weather.active("relay_off", 0.0):
            self.after(0, 120, self._relay_off)

    def _round(self) -> None:
        now = self.world.agenda.now
        running = [name for name, one in self.world.workflows.executions.items() if one.status == "RUNNING"]
        if running and self.world.weather.meets("execution_lost", now):
            # Those that began last are at work; most of the others only wait.
            self.world.workflows.abort(self.chance.choice((running[-1], self.chance.choice(running))))
        if now < self.plot.calm:
            self.after(0.5, 10, self._round)

    def _relay_off(self) -> None:
        """Nothing that would keep a stream's records is on: neither the mappings nor the sweeper's schedule."""
        self.world.weather.strikes["relay_off"] += 1
        until = self.world.agenda.now + _OFF
        for mapping in self.world.mappings.values():
            mapping.off_until = until
        self.world.upkeep_off_until = until
