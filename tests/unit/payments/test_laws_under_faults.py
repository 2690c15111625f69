"""Whatever is asked, in whatever order, and whatever fails: the books are right and nothing happens twice."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from oms.kernel.errors import OutcomeUnknown, Retryable
from oms.ledger.domain.accounts import CONTRACT_LIABILITY, PSP_CLEARING
from oms.payments.application.capturing import NotCapturable, ShipmentPaid
from oms.payments.application.ports import ReleasePending
from oms.payments.application.settling import Settled
from oms.payments.domain.laws import law_4

from tests.unit.payments.bench import FAULTS, NOW, ORDER, SYSTEM, Bench, Boundaries, Crashed, Fault

SHIPMENTS = {"shp-1": 1_000, "shp-2": 700, "shp-3": 1_300}
TOKENS = ("pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired")
Command = tuple[str, str, int, dict[int, Fault]]

commands = st.tuples(
    st.sampled_from(("authorize", "authorize", "capture", "capture", "settle", "act", "expire")),
    st.sampled_from(sorted(SHIPMENTS)),
    st.integers(1, 3),
    st.dictionaries(st.integers(1, 6), st.sampled_from(FAULTS), max_size=2),
)


@dataclass
class Run:
    """`left` are the shipments whose money is taken or still to be taken, `refused` are with a person."""

    bench: Bench
    left: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def perform(self, command: Command) -> None:
        what, shipment, number, faults = command
        boundaries = self.bench.boundaries
        boundaries.crossed, boundaries.faults = 0, dict(faults)
        try:
            self._perform(what, shipment, number)
        except (Crashed, Retryable, OutcomeUnknown):
            pass
        finally:
            boundaries.faults = {}

    def _perform(self, what: str, shipment: str, number: int) -> None:
        match what:
            case "authorize":
                self.bench.authorize(1_500 * number, attempt=number)
            case "capture":
                self.left[shipment] = SHIPMENTS[shipment]
                self.refused.pop(shipment, None)
                self._capture(shipment)
            case "settle":
                self._settle()
            case "act":
                self.bench.gateway.customer_acts()
            case "expire":
                self.bench.gateway.lose_hold()

    def _capture(self, shipment: str) -> None:
        outcome = self.bench.capture(shipment, SHIPMENTS[shipment])
        if not isinstance(outcome, NotCapturable):
            return
        amount = self.left.pop(shipment)
        if outcome.reason != "no_payment":  # nothing leaves before its order was confirmed
            self.refused[shipment] = amount

    def _settle(self) -> object:
        """What has left is what was taken and what was refused; a deposit earned nothing with the latter."""
        refused = 0 if self.bench.prepaid else sum(self.refused.values())
        return self.bench.settle(sum(self.left.values()) + refused)

    def finish(self) -> None:
        """What queues and workflows do: repeat until nothing is left to repeat."""
        while not self._finished():
            pass

    def _finished(self) -> bool:
        pending = 0
        for shipment in list(self.left):
            try:
                self._capture(shipment)
            except ReleasePending:
                pending += 1
        assert isinstance(self._settle(), Settled)
        for shipment in self.refused:
            self.bench.service.write_off(ORDER, shipment, now=NOW, actor=SYSTEM)
        return not pending


def _lawful(bench: Bench) -> None:
    assert bench.gateway.most_effects_per_key <= 1
    assert bench.gateway.blind_repeats == []
    if payment := bench.store.find(next(iter(bench.store.rows), "")):
        assert law_4(
            authorized=payment.authorized,
            captured=payment.captured,
            refunded=payment.refunded,
            pending_refund=payment.pending_refund,
        )
        assert bench.balance(PSP_CLEARING) == payment.captured - payment.refunded
        deposit = payment.unearned + payment.pending_refund if payment.prepaid else 0
        assert bench.balance(CONTRACT_LIABILITY) == -deposit


@settings(max_examples=400, deadline=None)
@given(st.lists(commands, max_size=10), st.sampled_from(TOKENS), st.booleans())
def test_after_any_sequence_with_any_faults_the_books_say_what_the_gateway_did(
    sequence: list[Command], token: str, prepaid: bool
) -> None:
    run = Run(Bench(Boundaries(), token, prepaid))
    for command in sequence:
        run.perform(command)
        _lawful(run.bench)
    run.finish()
    _lawful(run.bench)
    assert run.bench.gateway.held == 0
    assert run.bench.gateway.kept == sum(run.left.values()) == run.bench.balance(PSP_CLEARING)


@settings(max_examples=60, deadline=None)
@given(st.lists(commands, max_size=10), st.booleans())
def test_finishing_twice_changes_nothing(sequence: list[Command], prepaid: bool) -> None:
    run = Run(Bench(prepaid=prepaid))
    for command in sequence:
        run.perform(command)
    run.finish()
    effects, rows, events = (
        list(run.bench.gateway.effects),
        dict(run.bench.store.rows),
        dict(run.bench.store.events),
    )
    run.finish()
    assert (run.bench.gateway.effects, run.bench.store.rows, run.bench.store.events) == (
        effects,
        rows,
        events,
    )


def test_the_happy_path_reaches_the_checks_above() -> None:
    run = Run(Bench())
    for what, shipment in (("authorize", ""), ("capture", "shp-1"), ("capture", "shp-2")):
        run.perform((what, shipment, 2, {}))
    run.finish()
    assert run.bench.gateway.kinds() == ["authorize", "capture", "capture", "void"]
    assert run.bench.capture("shp-1", 1_000) == ShipmentPaid("shp-1", 1_000)
