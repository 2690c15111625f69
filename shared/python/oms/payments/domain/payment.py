"""The payment of one order: what was asked, held, taken, given back, and what is under way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

from oms.kernel.errors import BrokenInvariant
from oms.payments.domain.effects import NO_TURN, Effect, Operation, Refusal, authorization_key, finish
from oms.payments.domain.laws import law_4
from oms.payments.domain.machines import AUTHORIZATION, AuthorizationState, advance

_LIMITED = ("authorized", "captured", "refunded", "pending_refund")


@dataclass(frozen=True, slots=True)
class Payment:
    """Immutable; every change answers the payment with the next version. Raises BrokenInvariant.

    Amounts are minor units. `attempt` is the caller's count, `group` counts what was
    asked of the gateway: each group has its own idempotency key.
    """

    LIVE: ClassVar = (AuthorizationState.AUTHORIZED, AuthorizationState.PARTIALLY_CAPTURED)
    OPEN: ClassVar = (AuthorizationState.REQUESTED, AuthorizationState.UNKNOWN)

    order_id: str
    channel: str
    currency: str
    prepaid: bool
    """The money is taken before the goods leave."""
    requested: int
    attempt: int
    key: str
    group: int = 1
    version: int = 1
    state: AuthorizationState = AuthorizationState.REQUESTED
    reference: str = ""
    reason: str = ""
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    voided: int = 0
    recognised: int = 0
    """Of a prepayment: what shipments have earned."""
    due: int = 0
    """What the latest assessment found the order to cost."""
    refunds: int = 0
    refund_refusals: int = 0
    """How often the gateway refused the refund that comes next."""
    refund_turn: int = NO_TURN
    """The latest settlement whose refund the gateway refused."""
    waived: bool = False
    """Whether a person has given up on a refund that was refused: nothing is refunded by itself any more."""
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    """By shipment id: what has left and was not taken. A capture that succeeds later removes it."""
    in_flight: Mapping[str, Effect] = field(default_factory=dict)
    closed: bool = False
    """Whether the order is called off and settled: nothing is authorized for it any more."""

    def __post_init__(self) -> None:
        earned = self.recognised + self.refunded + self.pending_refund
        sums = {name: getattr(self, name) for name in _LIMITED}
        if not law_4(**sums) or self.capturable < 0 or earned > self.captured:
            raise BrokenInvariant(f"law 4: {self}")

    @classmethod
    def request(
        cls, *, order_id: str, channel: str, currency: str, amount: int, attempt: int, prepaid: bool
    ) -> Self:
        """The intent to authorize `amount` for the first time."""
        key = authorization_key(order_id, 1)
        return cls(order_id, channel, currency, prepaid, amount, attempt, key, due=amount)

    @property
    def held(self) -> int:
        """What the gateway holds for us and we have not taken."""
        return self.authorized - self.captured - self.voided

    @property
    def capturable(self) -> int:
        """What no capture, finished or under way, has a claim on."""
        return self.held - self._under_way("capture")

    @property
    def pending_refund(self) -> int:
        return self._under_way("refund")

    @property
    def refundable(self) -> int:
        """Law 4 read from the right."""
        return self.captured - self.refunded - self.pending_refund

    @property
    def unearned(self) -> int:
        """Of a prepayment: the deposit that is neither earned nor given back nor on its way back."""
        return self.refundable - self.recognised

    @property
    def overpaid(self) -> bool:
        """Whether shipments have earned all that a prepaid order costs, and there is more, which nobody waived."""
        earned_in_full = self.prepaid and self.recognised >= self.due > 0
        return earned_in_full and self.captured - self.refunded > self.recognised and not self.waived

    @property
    def refused_total(self) -> int:
        """What shipments charge and no capture is to be waited for."""
        return sum(refusal.amount for refusal in self.refused.values())

    def written_off(self, shipment_id: str) -> bool:
        """Whether a person gave up on this shipment's money."""
        return shipment_id in self.refused and self.refused[shipment_id].written_off

    def refusals(self, shipment_id: str) -> int:
        """How often the gateway refused to take this shipment's money."""
        return self.refused[shipment_id].times if shipment_id in self.refused else 0

    @property
    def live(self) -> bool:
        return self.state in self.LIVE

    def effect(self, *operations: Operation, shipment_id: str = "") -> Effect | None:
        """The unfinished effect of one of these kinds, if there is one."""
        found = (each for each in self.in_flight.values() if each.operation in operations)
        return next((each for each in found if each.shipment_id == shipment_id), None)

    def busy(self, *operations: Operation) -> bool:
        """Whether any effect of these kinds is unfinished, for whichever shipment."""
        return any(effect.operation in operations for effect in self.in_flight.values())

    # -- the authorization ---------------------------------------------------------------

    def hold(self, reference: str, release: Effect | None = None) -> Self:
        """The gateway holds what was requested, or held it until its `release`, which is yet to be concluded."""
        begun = {**self.in_flight, release.key: release} if release else self.in_flight
        return self._become(
            "authorized", reference=reference, authorized=self.requested, prepaid=False, in_flight=begun
        )

    def prepay(self, reference: str) -> Self:
        """The gateway took what was requested."""
        amount = self.requested
        return self._become("prepaid", reference=reference, authorized=amount, captured=amount, prepaid=True)

    def decline(self, reason: str) -> Self:
        return self._become("declined", reason=reason)

    def await_action(self, reference: str, reason: str) -> Self:
        """The customer has to act first."""
        return self._become("action required", reference=reference, reason=reason)

    def doubt(self) -> Self:
        """The gateway was asked to authorize and did not answer."""
        return self._become("unknown")

    def find_voided(self, reference: str) -> Self:
        """Nothing is held: it was forestalled, or the gateway released it by itself."""
        return self._become("voided", reference=reference, voided=self.authorized - self.captured)

    def attempt_anew(self, *, amount: int, attempt: int, prepaid: bool) -> Self:
        """The intent to authorize again, under a new key. Only while no money has moved."""
        if self.captured:
            raise BrokenInvariant(f"{self.order_id} has taken {self.captured}: no new authorization")
        group = self.group + 1
        return self._become(
            "attempted anew",
            requested=amount, due=amount, attempt=max(attempt, self.attempt), prepaid=prepaid, group=group,
            key=authorization_key(self.order_id, group),
            reference="", reason="", authorized=0, voided=0, in_flight={},
        )  # fmt: skip

    def attempted(self, attempt: int, due: int) -> Self:
        """A later attempt has found it as it is, and the order to cost `due`."""
        return self._change(attempt=attempt, due=due)

    # -- effects on it -------------------------------------------------------------------

    def begin(self, effect: Effect) -> Self:
        """Write down the intent."""
        return self._change(in_flight={**self.in_flight, effect.key: effect})

    def withdraw(self, effect: Effect) -> Self:
        """The intent was for something else than what the gateway turned out to have."""
        return self._change(in_flight=self._without(effect))

    def doubt_effect(self, effect: Effect) -> Self:
        """The gateway did not answer for this one."""
        return self.begin(replace(effect, state=finish(effect, "unknown")))

    def refuse(self, shipment_id: str, amount: int) -> Self:
        """Nothing to take a shipment's money from: the gateway is not asked."""
        return self._change(refused={**self.refused, shipment_id: Refusal(amount)})

    def fail_capture(self, effect: Effect) -> Self:
        """The gateway refused: the claim is given up, nothing moved, and the key is used up."""
        finish(effect, "failed")
        refusal = Refusal(effect.amount, self.refusals(effect.shipment_id) + 1)
        refused = {**self.refused, effect.shipment_id: refusal}
        return self._change(refused=refused, in_flight=self._without(effect))

    def write_off(self, shipment_id: str) -> Self:
        """A shipment's money was refused and will not be taken."""
        refusal = replace(self.refused[shipment_id], written_off=True)
        return self._change(refused={**self.refused, shipment_id: refusal})

    def fail_refund(self, effect: Effect, turn: int, reason: str) -> Self:
        """The gateway refused: nothing went back, and the key is used up."""
        finish(effect, "failed")
        times, latest, left = self.refund_refusals + 1, max(turn, self.refund_turn), self._without(effect)
        return self._change(refund_refusals=times, refund_turn=latest, reason=reason, in_flight=left)

    def capture(self, effect: Effect) -> Self:
        finish(effect, "succeeded")
        captured = self.captured + effect.amount
        happened = "captured in full" if captured == self.authorized else "captured in part"
        refused = {name: each for name, each in self.refused.items() if name != effect.shipment_id}
        return self._become(happened, captured=captured, refused=refused, in_flight=self._without(effect))

    def void(self, effect: Effect) -> Self:
        """What was still held has been released."""
        finish(effect, "succeeded")
        return self._become("voided", voided=self.voided + effect.amount, in_flight=self._without(effect))

    def close(self) -> Self:
        """The order is called off and settled."""
        return self._change(closed=True)

    def refund(self, effect: Effect) -> Self:
        finish(effect, "succeeded")
        refunded, left = self.refunded + effect.amount, self._without(effect)
        return self._change(refunded=refunded, refunds=self.refunds + 1, refund_refusals=0, in_flight=left)

    def waive(self) -> Self:
        """What the gateway has refused to give back, a person has given back, or will not."""
        return self._change(waived=True)

    def recognise(self, amount: int) -> Self:
        """A shipment earned this much of the prepayment."""
        return self._change(recognised=self.recognised + amount)

    def _become(self, happened: str, **changes: Any) -> Self:
        return self._change(state=advance(AUTHORIZATION, self.state, happened), **changes)

    def _change(self, **changes: Any) -> Self:
        return replace(self, version=self.version + 1, **changes)

    def _under_way(self, operation: Operation) -> int:
        return sum(effect.amount for effect in self.in_flight.values() if effect.operation == operation)

    def _without(self, done: Effect) -> dict[str, Effect]:
        return {key: effect for key, effect in self.in_flight.items() if key != done.key}
