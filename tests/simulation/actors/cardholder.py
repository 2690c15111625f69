"""Customers whose bank wants to hear from them: some confirm the payment, some fail, some do nothing."""

from tests.simulation.actors.actor import Actor

_ROUND = 60.0


class Cardholder(Actor):
    def begin(self) -> None:
        self.after(5, _ROUND, self._round)

    def _round(self) -> None:
        if self.world.agenda.now < self.plot.calm:
            for reference in self.world.partners.stripe.waiting():
                if self.chance.random() < 0.3:
                    self.world.partners.stripe.authenticate(reference, passed=self.chance.random() < 0.7)
            self.after(_ROUND / 4, _ROUND, self._round)
