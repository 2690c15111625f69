"""A workbench for the payment commands: every write and every gateway call is a boundary
at which the run can be cut off, lied to, or overtaken by somebody else.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeVar, cast

from oms.contracts.gateway import GatewayAnswer, GatewayStatus
from oms.contracts.snapshots import Address, LineSnapshot, OrderSnapshot
from oms.kernel.errors import OutcomeUnknown, PartnerUnavailable, Throttled
from oms.kernel.events import Actor, Event
from oms.kernel.ids import order_id
from oms.ledger.domain.entries import Charge
from oms.ledger.domain.journal import JournalEntry, trial_balance
from oms.payments.application.service import PaymentService
from oms.payments.domain.payment import Payment
from oms.payments.domain.shipment import Shipment

from tests.fakes.gateways import FakeGateway
from tests.fakes.payments import FakePayments

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
SYSTEM = Actor("system", "order_capture")
ORDER = order_id("web", "1001")

Fault = Literal["crash before", "crash after", "lost before", "lost after", "unavailable", "repeated"]
FAULTS: tuple[Fault, ...] = (
    "crash before",
    "crash after",
    "lost before",
    "lost after",
    "unavailable",
    "repeated",
)
R = TypeVar("R")


def nobody() -> bool:
    """No person has what was refused."""
    return False


class Crashed(BaseException):
    """The process is gone; no code of ours may catch this."""


@dataclass
class Boundaries:
    """Counts what is crossed; `faults` by number, counted from one; `meanwhile` runs before one of them."""

    faults: dict[int, Fault] = field(default_factory=dict)
    meanwhile: dict[int, Callable[[], object]] = field(default_factory=dict)
    crossed: int = 0
    names: list[str] = field(default_factory=list)

    def cross(
        self, name: str, perform: Callable[[], R], unclear: type[Exception], refused: type[Exception]
    ) -> R:
        self.crossed += 1
        self.names.append(name)
        if other := self.meanwhile.pop(self.crossed, None):
            other()
        match self.faults.pop(self.crossed, None):
            case "crash before":
                raise Crashed(name)
            case "crash after":
                perform()
                raise Crashed(name)
            case "lost before":
                raise unclear(name)
            case "lost after":
                perform()
                raise unclear(name)
            case "unavailable":
                raise refused(name)
            case "repeated" if unclear is Throttled:  # the SDK's retry meets its own first write
                perform()
        return perform()


@dataclass
class WatchedPayments(FakePayments):
    boundaries: Boundaries = field(default_factory=Boundaries)
    guards: list[tuple[int, int]] = field(default_factory=list)
    """(capturing, refunding) of every intent."""

    def intend(self, payment: Payment, *, capturing: int = 0, refunding: int = 0) -> bool:
        write = super().intend
        self.guards.append((capturing, refunding))
        return self.boundaries.cross(
            "intend", lambda: write(payment, capturing=capturing, refunding=refunding), Throttled, Throttled
        )

    def conclude(self, payment: Payment, event: Event, entry: JournalEntry | None = None) -> bool:
        write = super().conclude
        return self.boundaries.cross("conclude", lambda: write(payment, event, entry), Throttled, Throttled)


@dataclass
class WatchedGateway(FakeGateway):
    """`blind_repeats`: keys asked for again although their effect exists. Without a race there is none."""

    boundaries: Boundaries = field(default_factory=Boundaries)
    blind_repeats: list[str] = field(default_factory=list)
    final: list[bool] = field(default_factory=list)
    _refunded_before: dict[str, int] = field(default_factory=dict)

    def authorize(
        self, *, key: str, order_id: str, amount: int, currency: str, token: str, prepaid: bool
    ) -> GatewayAnswer:
        call = super().authorize
        return self._effect(
            "authorize",
            key,
            lambda: call(
                key=key, order_id=order_id, amount=amount, currency=currency, token=token, prepaid=prepaid
            ),
        )

    def find_authorization(self, *, order_id: str, key: str) -> GatewayAnswer | None:
        """As the real one: its status now."""
        answer = super().find_authorization(order_id=order_id, key=key)
        payment = self._payments[answer.reference] if answer else None
        now: GatewayAnswer | None = answer
        if answer and payment and payment.voided is not None:
            now = GatewayAnswer("VOIDED", answer.reference, payment.voided)
        return self._asked("find_authorization", now)

    def forestall(self, *, key: str, order_id: str, amount: int, currency: str) -> GatewayAnswer:
        call = super().forestall
        return self.boundaries.cross(
            "forestall",
            lambda: call(key=key, order_id=order_id, amount=amount, currency=currency),
            OutcomeUnknown,
            PartnerUnavailable,
        )

    def capture(
        self, *, key: str, reference: str, amount: int, final: bool, shipment_id: str
    ) -> GatewayAnswer:
        call = super().capture
        self.final.append(final)
        return self._effect(
            "capture",
            key,
            lambda: call(key=key, reference=reference, amount=amount, final=final, shipment_id=shipment_id),
        )

    def find_capture(self, *, reference: str, key: str) -> GatewayAnswer | None:
        return self._asked("find_capture", super().find_capture(reference=reference, key=key))

    def void(self, *, key: str, reference: str) -> GatewayAnswer:
        call = super().void
        return self._effect("void", key, lambda: call(key=key, reference=reference))

    def refund(self, *, key: str, reference: str, amount: int) -> GatewayAnswer:
        call = super().refund
        return self._effect("refund", key, lambda: call(key=key, reference=reference, amount=amount))

    def find_refund(self, *, reference: str, key: str) -> GatewayAnswer | None:
        return self._asked("find_refund", super().find_refund(reference=reference, key=key))

    def misreport(self, name: str, answer: GatewayAnswer | None) -> None:
        """From now on the call of this name does nothing and answers this."""
        setattr(self, name, lambda **_: answer)

    def customer_acts(self, status: GatewayStatus = "AUTHORIZED") -> None:
        """Whoever had to confirm a payment has done so."""
        for key, answer in self._authorizations.items():
            payment = self._payments[answer.reference]
            if answer.status == "ACTION_REQUIRED" and payment.voided is None:
                payment.held = payment.amount if status == "AUTHORIZED" else 0
                payment.captured = payment.amount if status == "CAPTURED" else 0
                self._authorizations[key] = GatewayAnswer(status, payment.reference, payment.amount)
                self._note("capture" if payment.captured else "authorize", key, payment, payment.amount)

    def lose_hold(self) -> None:
        """What is held expires at the gateway."""
        for payment in self._payments.values():
            payment.held = 0

    def regain_hold(self) -> None:
        """Whatever stood against a capture is out of the way."""
        for payment in self._payments.values():
            payment.held = payment.amount - payment.captured

    def refuse_refunds(self, refused: bool = True) -> None:
        """Nothing can be given back, until it can."""
        for reference, payment in self._payments.items():
            if refused:
                self._refunded_before[reference] = payment.refunded
            payment.refunded = payment.captured if refused else self._refunded_before.get(reference, 0)

    @property
    def held(self) -> int:
        return sum(payment.held for payment in self._payments.values())

    @property
    def kept(self) -> int:
        """Money of the customer's that is with us."""
        return sum(payment.captured - payment.refunded for payment in self._payments.values())

    @property
    def most_effects_per_key(self) -> int:
        return max(Counter(effect.effect_key for effect in self.effects).values(), default=0)

    def kinds(self) -> list[str]:
        return [effect.kind for effect in self.effects]

    def _effect(self, name: str, key: str, call: Callable[[], GatewayAnswer]) -> GatewayAnswer:
        if any(effect.effect_key == key for effect in self.effects):
            self.blind_repeats.append(f"{name} {key}")
        return self.boundaries.cross(name, call, OutcomeUnknown, PartnerUnavailable)

    def _asked(self, name: str, answer: GatewayAnswer | None) -> GatewayAnswer | None:
        return self.boundaries.cross(name, lambda: answer, PartnerUnavailable, PartnerUnavailable)


@dataclass
class Bench:
    """The service on watched fakes, one order, and shorthands that supply time and actor."""

    boundaries: Boundaries = field(default_factory=Boundaries)
    token: str = "pm_card_visa"
    prepaid: bool = False
    store: WatchedPayments = field(init=False)
    gateway: WatchedGateway = field(init=False)

    def __post_init__(self) -> None:
        self.store = WatchedPayments(boundaries=self.boundaries)
        self.gateway = WatchedGateway(boundaries=self.boundaries)

    @property
    def service(self) -> PaymentService:
        return PaymentService(self.store, self.gateway)

    @property
    def payment(self) -> Payment:
        return cast(Payment, self.store.find(ORDER))

    @property
    def facts(self) -> list[str]:
        return [event.type for event in self.store.events.values()]

    def balance(self, account: str) -> int:
        return trial_balance(self.store.entries.values()).get(("EUR", account), 0)

    def authorize(self, amount: int = 3_000, attempt: int = 1) -> tuple[str, str]:
        order = an_order(token=self.token, prepaid=self.prepaid)
        answer = self.service.authorize(order, amount, attempt, now=NOW, actor=SYSTEM)
        return answer.outcome, answer.reason

    def capture(self, shipment_id: str, total: int) -> object:
        return self.service.capture(a_shipment(shipment_id, total), nobody, now=NOW, actor=SYSTEM)

    def give_back(self, refusals: int = 0) -> object:
        return self.service.give_back_excess(ORDER, refusals, now=NOW, actor=SYSTEM)

    def waive(self) -> None:
        self.service.waive_refund(ORDER, now=NOW, actor=SYSTEM)

    def settle(self, shipped_total: int = 0, turn: int = 0) -> object:
        return self.service.settle_cancellation(
            ORDER, shipped_total, turn, channel="web", currency="EUR", now=NOW, actor=SYSTEM
        )


def an_order(*, token: str = "pm_card_visa", prepaid: bool = False) -> OrderSnapshot:
    return OrderSnapshot(
        order_id=ORDER,
        channel="web",
        external_order_id="1001",
        currency="EUR",
        placed_at="2026-11-27T08:00:00.000Z",
        ship_to=Address("A", "Street 1", "Berlin", "10115", "DE"),
        lines=(LineSnapshot(1, "l1", "SKU-1", 3, 1_000),),
        shipping=0,
        prices_include_tax=True,
        payment_token=token,
        prepaid=prepaid,
    )


def a_shipment(shipment_id: str = "shp-1", total: int = 1_000, currency: str = "EUR") -> Shipment:
    charge = Charge(total, 0, total * 19 // 119, 0, prices_include_tax=True)
    return Shipment(ORDER, shipment_id, currency, total, charge)
