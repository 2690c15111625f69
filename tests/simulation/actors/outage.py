"""What befalls the service itself: executions that are lost, a relay that is off for more than a day."""

from tests.simulation.actors.actor import Actor

_OFF = 25 * 3600.0
_WATCH = "capture/watch_orders"
_LOOKS, _SOON = 5, (60.0, 90.0)


class Outage(Actor):
    def begin(self) -> None:
        self.after(1, 60, self._round)
        if self.world.weather.active("relay_off", 0.0):
            self.after(0, 120, self._relay_off)

    def _round(self) -> None:
        now = self.world.agenda.now
        executions = self.world.workflows.executions
        running = [name for name, one in executions.items() if one.status == "RUNNING"]
        # What is under way outlives its workflow. Most of the others only wait.
        working = [name for name in running if (run := executions[name].run) and run.working]
        dying = working if working or self.world.weather.failover else running
        if dying and self.world.weather.meets("execution_lost", now):
            self.world.workflows.abort(self.chance.choice(dying))
            self._look_soon()
        if now < self.plot.calm:
            self.after(0.5, 10, self._round)

    def _look_soon(self) -> None:
        """In a failover the next workflow is to meet what this one has left under way."""
        for _ in range(_LOOKS if self.world.weather.failover else 0):
            self.after(*_SOON, lambda: self.world.functions.invoke(_WATCH, {}, lambda _: None))

    def _relay_off(self) -> None:
        """Nothing that would keep a stream's records is on: neither the mappings nor the sweeper's schedule."""
        self.world.weather.strikes["relay_off"] += 1
        until = self.world.agenda.now + _OFF
        for mapping in self.world.mappings.values():
            mapping.off_until = until
        self.world.upkeep_off_until = until
