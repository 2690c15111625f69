"""Support staff and engineers: they decide what waits for them."""

from datetime import timedelta
from zlib import crc32

from oms.aws.items import unmarshal
from oms.aws.table import Table
from oms.kernel.events import Actor as Person
from oms.support.adapters.dynamo import DynamoCases, case_of
from oms.support.application.cases import decide
from oms.support.domain.exceptions import Action, Case

from tests.simulation.actors.actor import Actor
from tests.simulation.cloud.world import EPOCH

_ROUND = 300.0
_AGENT = Person("staff", "agent")


class Support(Actor):
    """Decides at random; once the weather is calm, what it retried in vain it cancels."""

    def begin(self) -> None:
        self._seen: dict[str, int] = {}
        self.after(60 + self.plot.holiday, _ROUND + self.plot.holiday, self._round)

    def _round(self) -> None:
        for item in list(self.world.dynamo.items("support", "CASE#")):
            if "queue_key" in item:  # listed as open
                case = case_of(unmarshal(item))
                if case.is_open and self.chance.random() < 0.7:
                    self._decide(case)
        pause = _ROUND / 4 if self.winding_up else _ROUND
        self.after(pause / 2, pause, self._round)

    def _decide(self, case: Case) -> None:
        action = self._choice(case)
        if action is None:
            return
        now = EPOCH + timedelta(seconds=self.world.agenda.now)
        cases = DynamoCases(Table(self.world.dynamo, "support"))
        decide(case.case_id, action, cases=cases, now=now, actor=_AGENT, reason="decided")
        if case.message and action is Action.RETRY:
            self._send_again(case)
        self.world.notice()

    def _choice(self, case: Case) -> Action | None:
        offered = [Action(action) for action in case.actions]
        tried = self._seen.get(case.subject, 0)
        self._seen[case.subject] = tried + 1
        if tried > 6 and Action.CANCEL in offered:
            return Action.CANCEL
        chosen = self.chance.choice(offered) if offered else None
        return Action.RETRY if chosen is Action.DISMISS and self._would_pass(case.subject) else chosen

    def _would_pass(self, order_id: str) -> bool:
        """Whether the order's bank says to try once more. For every other order nobody then gives up, and it must work."""
        if crc32(order_id.encode()) % 2:
            return False
        payments = self.world.partners.stripe.payments_of(order_id)
        return any(str(payment["payment_method"]).endswith("AtFirst") for payment in payments)

    def _send_again(self, case: Case) -> None:
        for name, queue in self.world.queues.all.items():
            if name == "capture-payment" and case.kind in ("CAPTURE_FAILED", "REFUND_FAILED"):
                self.world.queues.send(queue, case.message)
                return
            if case.subject == queue.resource:
                self.world.queues.send(queue, case.message)
                return
