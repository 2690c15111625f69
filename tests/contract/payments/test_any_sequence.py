"""Whatever is asked of a payment in whatever sequence, and whatever gets lost: every answer and every sum is the model's.

The same machine runs over the fake and over DynamoPayments on the simulated DynamoDB, which conformance tests hold to
the local AWS.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from oms.kernel.errors import WriteConflict
from oms.ledger.domain.accounts import PSP_CLEARING
from oms.ledger.domain.journal import trial_balance
from oms.payments.application.capturing import NotCapturable
from oms.payments.application.ports import CapturesPending, ReleasePending
from oms.payments.domain.laws import law_4

from tests.contract.payments.cashier import GATEWAY, STORE, Cashier, over_dynamo, over_the_fake
from tests.contract.payments.model import ACTION, DECLINED, PENDING, Model
from tests.unit.payments.bench import NOW, ORDER, SYSTEM

SHIPMENTS = {"shp-1": 1_000, "shp-2": 700, "shp-3": 1_300}
troubles = st.one_of(st.none(), st.tuples(st.sampled_from((*STORE, *GATEWAY)), st.integers(1, 3)))
shipments = st.sampled_from(sorted(SHIPMENTS))
COMMANDS = (
    *["authorize"] * 4, *["capture"] * 5, *["capture and go away"] * 2, *["capture two at once"] * 3, "settle", "settle and go away",
    "the customer acts", "the hold expires", *["write off"] * 3, *["give back"] * 3, "waive",
    *["give back, refused"] * 4, *["settle, refused"] * 2,
)  # fmt: skip


class AnySequence(RuleBasedStateMachine):
    """Commands that are repeated, come late, come twice, are broken off and taken up again."""

    open_cashier: ClassVar[Callable[[], Cashier]]

    @initialize(
        token=st.sampled_from([*["pm_card_visa"] * 7, DECLINED, ACTION]),
        prepaid=st.booleans(),
        paid=st.sampled_from([3_000, 3_000, 1_500, 1_500, 0]),
        cheaper=st.booleans(),
    )
    def open(self, token: str, prepaid: bool, paid: int, cheaper: bool) -> None:
        self.cashier = type(self).open_cashier()
        self.cashier.token, self.cashier.prepaid = token, prepaid
        self.model = Model(token, prepaid)
        self.left: dict[str, int] = {}
        """What the order says has shipped since it was paid for."""
        if paid:
            self.authorize(paid, 1, None)
        if paid and cheaper:  # in the end the order costs less, and two parcels earn all of that
            self.authorize(1_500, 2, None)
            self.capture("shp-1", None)
            self.capture("shp-2", None)

    @rule(
        what=st.sampled_from(COMMANDS),
        shipment=shipments,
        amount=st.sampled_from([1_500, 3_000, 3_000, 4_500]),
        attempt=st.integers(1, 6),
        trouble=troubles,
        fault=st.sampled_from(GATEWAY),
    )
    def command(
        self, what: str, shipment: str, amount: int, attempt: int, trouble: tuple[str, int] | None, fault: str
    ) -> None:
        """One rule for all: Hypothesis leaves whole rules out of a run, and most ways to go wrong need several."""
        acts: dict[str, Callable[[], None]] = {
            "authorize": lambda: self.authorize(amount, attempt, trouble),
            "capture": lambda: self.capture(shipment, trouble),
            "capture two at once": lambda: self.capture_two_at_once(shipment),
            "capture and go away": lambda: self.capture_and_go_away(shipment, fault),
            "write off": lambda: self.write_off(shipment, trouble),
            "give back": lambda: self.give_back(trouble),
            "give back, refused": self.give_back_refused,
            "settle, refused": lambda: self._refused(lambda: self.settle(None, turn=attempt // 2)),
            "waive": lambda: self.waive(trouble),
            "settle": lambda: self.settle(trouble, turn=attempt // 2),
            "settle and go away": lambda: self.settle_and_go_away(fault),
            "the customer acts": self.the_customer_acts,
            "the hold expires": self.the_hold_expires,
        }
        acts[what]()

    def authorize(self, amount: int, attempt: int, trouble: tuple[str, int] | None) -> None:
        expected = self.model.authorize(amount, attempt)
        assert self._told(lambda: self.cashier.authorize(amount, attempt, trouble), (PENDING, "")) == expected

    def capture(self, shipment: str, trouble: tuple[str, int] | None) -> None:
        if self.model.state == "none":
            outcome = NotCapturable(shipment, SHIPMENTS[shipment], "no_payment")
            assert self.cashier.capture(shipment, SHIPMENTS[shipment], trouble) == outcome
            return
        self.left[shipment] = SHIPMENTS[shipment]
        expected = self.model.capture(shipment, SHIPMENTS[shipment])
        answer = self._told(lambda: self.cashier.capture(shipment, SHIPMENTS[shipment], trouble), PENDING)
        assert answer == expected

    def write_off(self, shipment: str, trouble: tuple[str, int] | None) -> None:
        expected = self.model.write_off(shipment)
        assert self._told(lambda: self.cashier.write_off(shipment, trouble), PENDING) == expected

    def give_back(self, trouble: tuple[str, int] | None) -> None:
        known = self.model.refusals
        assert self.model.give_back() == self.cashier.give_back(known, trouble)

    def give_back_refused(self) -> None:
        """Whoever had read before another run was refused leaves it alone: a person has it, or will."""
        self._refused(lambda: self.give_back(None))
        if self.model.overpaid and self.model.refusals:
            with pytest.raises(WriteConflict):
                self.cashier.service.give_back_excess(ORDER, self.model.refusals - 1, now=NOW, actor=SYSTEM)

    def waive(self, trouble: tuple[str, int] | None) -> None:
        self.model.waive()
        self.cashier.waive(trouble)

    def capture_two_at_once(self, shipment: str) -> None:
        """Two locations report at the same time: the other one writes just before the first write of this."""
        other = next(name for name in sorted(SHIPMENTS) if name != shipment)
        if not self.model.live:
            return

        def meanwhile(_: int) -> None:
            self.cashier.meddler.leave_alone()
            self.capture(other, None)

        self.cashier.meddler.before = meanwhile
        answer = self._told(lambda: self.cashier.capture(shipment, SHIPMENTS[shipment]), PENDING)
        self.cashier.meddler.leave_alone()
        self.left[shipment] = SHIPMENTS[shipment]
        assert self.model.capture(shipment, SHIPMENTS[shipment]) == answer

    def capture_and_go_away(self, shipment: str, fault: str) -> None:
        total, model = SHIPMENTS[shipment], self.model
        known = shipment in {*model.paid, *model.claims, *model.given_up} or model.prepaid
        if known or not model.live or model.releasing or total > model.capturable or model.hold_lost:
            return
        self.left[shipment] = total
        assert self.cashier.capture_once(shipment, total, fault)
        model.claims[shipment] = total
        payment = self.cashier.store.find(ORDER)
        assert payment is not None
        effect = payment.effect("capture", shipment_id=shipment)
        assert effect is not None
        assert effect.doubtful == (fault == "timeout_after_commit")

    def settle(self, trouble: tuple[str, int] | None, *, turn: int = 0) -> None:
        total = self._shipped()
        expected = self.model.settle(total, turn)
        assert self._told(lambda: self.cashier.settle(total, trouble, turn=turn), PENDING) == expected

    def settle_and_go_away(self, fault: str) -> None:
        total = self._shipped()
        resting = self.model.live and not self.model.claims and not self.model.releasing
        if resting and self.model.captured + sum(self.model.refused.values()) >= total:
            self.model.releasing = self.cashier.settle_once(total, fault)
            assert self.model.releasing or self.model.settle(total) == self.cashier.settle(total)

    def the_customer_acts(self) -> None:
        if self.model.state == "action" and not self.model.prepaid:
            self.cashier.gateway.customer_acts()
            self.model.acted = True

    def the_hold_expires(self) -> None:
        if self.model.live and not self.model.claims and not self.model.releasing:
            self.cashier.gateway.lose_hold()
            self.model.hold_lost = True

    @invariant()
    def every_sum_is_the_models(self) -> None:
        payment = self.cashier.store.find(ORDER) if hasattr(self, "cashier") else None
        if payment is not None:
            model = self.model
            assert payment.captured == model.captured
            assert (payment.refunded, payment.voided, payment.authorized) == (
                model.refunded, model.voided, model.authorized,
            )  # fmt: skip
            assert payment.refused_total == sum(model.refused.values())
            assert payment.busy("capture") == bool(model.claims)
            assert law_4(
                authorized=payment.authorized,
                captured=payment.captured,
                refunded=payment.refunded,
                pending_refund=payment.pending_refund,
            )

    @invariant()
    def the_books_balance_and_hold_what_was_taken(self) -> None:
        if hasattr(self, "cashier"):
            balances = trial_balance(self.cashier.journal())
            assert sum(balances.values()) == 0
            assert balances.get(("EUR", PSP_CLEARING), 0) == self.model.captured - self.model.refunded

    @invariant()
    def the_gateway_did_each_thing_once_and_has_what_the_books_say(self) -> None:
        if hasattr(self, "cashier"):
            gateway = self.cashier.gateway
            assert gateway.most_effects_per_key <= 1
            unheard = sum(self.model.claims.values())
            assert 0 <= gateway.kept - (self.model.captured - self.model.refunded) <= unheard

    @invariant()
    def the_events_tell_how_it_came_to_this(self) -> None:
        if hasattr(self, "cashier"):
            told: Counter[str] = Counter()
            for event in self.cashier.events():
                told[event.type] += event.data["amount"]
            assert told["PaymentCaptured"] + told["PaymentPrepaid"] == self.model.captured
            assert told["PaymentRefunded"] == self.model.refunded
            assert told["PaymentWrittenOff"] == self.model.written_off
            earned = sum(self.model.paid.values()) if self.model.prepaid else 0
            assert told["RevenueRecognised"] == earned

    def teardown(self) -> None:
        """Everybody comes back: in the end nothing is under way, and nothing is held."""
        if not hasattr(self, "cashier"):
            return
        turn = self.model.refused_turn + 1
        self.settle(None, turn=turn)
        for shipment in sorted(self.left):
            self.capture(shipment, None)
            self.write_off(shipment, None)
        expected = self.model.settle(self._shipped(), turn)
        assert self.cashier.settle(self._shipped(), turn=turn) == expected
        assert self.cashier.gateway.held == 0
        assert self.cashier.gateway.kept == self.model.captured - self.model.refunded

    def _refused(self, act: Callable[[], None]) -> None:
        """The customer's bank takes no refund just now."""
        self.cashier.gateway.bank_refuses = self.model.bank_refuses = True
        act()
        self.cashier.gateway.bank_refuses = self.model.bank_refuses = False

    def _shipped(self) -> int:
        """A deposit earned nothing with what was refused."""
        refused = {
            name for name in self.left if name not in self.model.paid and name not in self.model.claims
        }
        return sum(total for name, total in self.left.items() if not (self.model.prepaid and name in refused))

    @staticmethod
    def _told(act: Callable[[], Any], pending: object) -> Any:
        try:
            return act()
        except (CapturesPending, ReleasePending):
            return pending


class OverTheFake(AnySequence):
    open_cashier = staticmethod(over_the_fake)


class OverDynamo(AnySequence):
    open_cashier = staticmethod(over_dynamo)


TestOverTheFake: Any = OverTheFake.TestCase
TestOverDynamo: Any = OverDynamo.TestCase
TestOverTheFake.settings = settings(max_examples=250, stateful_step_count=20, deadline=None)
TestOverDynamo.settings = settings(max_examples=80, stateful_step_count=20, deadline=None)
