"""What the books of one order must say, worked out in the simplest way: a few sums and a state, no versions, no keys."""

from dataclasses import dataclass, field

from oms.payments.application.capturing import NotCapturable, ShipmentPaid
from oms.payments.application.giving_back import NotGivenBack
from oms.payments.application.settling import Settled

DECLINED = "pm_card_chargeDeclined"
ACTION = "pm_card_authenticationRequired"
Answer = tuple[str, str]
REFUSED = "expired_or_canceled_card"
PENDING = "pending"
"""Something under way has to end first."""


@dataclass
class Model:
    """`state`: none, held, part, all, declined, action or voided. Amounts in minor units."""

    token: str
    prepaid: bool
    state: str = "none"
    attempt: int = 0
    requested: int = 0
    due: int = 0
    """What the order was last said to cost."""
    authorized: int = 0
    voided: int = 0
    refunded: int = 0
    paid: dict[str, int] = field(default_factory=dict)
    claims: dict[str, int] = field(default_factory=dict)
    """Captures that were begun and not heard of."""
    refused: dict[str, int] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    """Refused shipments of whose money a person said that it will not be tried again."""
    written_off: int = 0
    """All that was ever given up."""
    releasing: bool = False
    waived: bool = False
    """A person has given up on a refund."""
    bank_refuses: bool = False
    """At the gateway only: the next refund will be refused."""
    refusals: int = 0
    """How often the refund that comes next was refused."""
    refused_turn: int = -1
    """The latest settlement whose refund was refused: a person has it until a later one."""
    closed: bool = False
    """Called off and settled: nothing is authorized any more."""
    hold_lost: bool = False
    """At the gateway only: the books do not know."""
    acted: bool = False
    """The customer has confirmed, and the books do not know."""

    @property
    def captured(self) -> int:
        if self.prepaid:
            return self.authorized if self.state == "all" else 0
        return sum(self.paid.values())

    @property
    def live(self) -> bool:
        return self.state in ("held", "part")

    @property
    def held(self) -> int:
        return self.authorized - self.captured - self.voided

    @property
    def capturable(self) -> int:
        return self.held - sum(self.claims.values())

    def authorize(self, amount: int, attempt: int) -> Answer:
        if self.closed:
            return "DECLINED", "order_cancelled"
        if attempt < self.attempt:
            return "DECLINED", "overtaken"
        if self.releasing:
            self._void()
        if self.state == "action" and self.acted:
            self._grant()
        answer = self._known(amount, attempt) or self._ask(amount, attempt)
        if answer != (PENDING, ""):
            self.attempt, self.due = attempt, amount
        return answer

    def _known(self, amount: int, attempt: int) -> Answer | None:
        """What is answered without asking the gateway."""
        match self.state:
            case "declined" if attempt <= self.attempt:
                return "DECLINED", "generic_decline"
            case "voided" if attempt <= self.attempt or self.captured:
                return "DECLINED", "voided"
            case "action" if attempt <= self.attempt:
                return "ACTION_REQUIRED", "authentication_required"
            case "held" if amount == self.authorized:
                return "AUTHORIZED", ""
            case "held" if self.claims:
                return PENDING, ""
            case "part" | "all" if amount > self.authorized - self.refunded:
                return "DECLINED", "exceeds_what_was_taken"
            case "part" | "all":
                return ("CAPTURED" if self.prepaid else "AUTHORIZED"), ""
        return None

    def capture(self, shipment: str, total: int) -> object:
        answer = self._capture(shipment, total)
        self._release_unclaimed()
        return answer

    def write_off(self, shipment: str) -> object:
        if shipment not in self.refused:
            return None
        if shipment in self.claims:
            return PENDING
        if shipment not in self.given_up:
            self.given_up.add(shipment)
            self.written_off += self.refused[shipment]
        self._release_unclaimed()
        return None

    def _release_unclaimed(self) -> None:
        unclaimed = sum(self.refused[shipment] for shipment in self.given_up)
        nobodys = not self._with_people and (self.closed or self.held <= unclaimed)
        if self.live and not self.claims and nobodys:
            self._void()

    @property
    def _with_people(self) -> bool:
        """Whether a person has yet to say what becomes of a refused shipment's money."""
        return not self.refused.keys() <= self.given_up

    def _capture(self, shipment: str, total: int) -> object:
        if shipment in self.paid:
            return self._shipment_paid(shipment, total)
        if self.prepaid:
            return self._recognise(shipment, total)
        if shipment in self.claims:
            return self._take(shipment, total)
        if self.releasing:
            self._void()
        if reason := "written_off" if shipment in self.given_up else self._obstacle(total):
            self.refused.setdefault(shipment, total)
            return NotCapturable(shipment, total, reason)
        if self.hold_lost:
            self.refused[shipment] = total
            return NotCapturable(shipment, total, "payment_intent_unexpected_state")
        return self._take(shipment, total)

    @property
    def overpaid(self) -> bool:
        """Of a prepayment: parcels have earned what the order costs, and there is more."""
        earned = sum(self.paid.values())
        return not self.waived and self.prepaid and self.captured - self.refunded > earned >= self.due > 0

    def give_back(self) -> NotGivenBack | None:
        return (
            self._refund(self.captured - self.refunded - sum(self.paid.values())) if self.overpaid else None
        )

    def _refund(self, amount: int) -> NotGivenBack | None:
        if self.bank_refuses:
            self.bank_refuses = False
            self.refusals += 1
            return NotGivenBack(REFUSED, amount)
        self.refunded, self.refusals = self.refunded + amount, 0
        return None

    def waive(self) -> None:
        self.waived = self.state != "none"

    def settle(self, shipped_total: int, turn: int = 0) -> object:
        if self.state == "action" and self.acted and not self.releasing:
            self._grant()
        undecided = self.captured + sum(self.refused.values()) < shipped_total
        if self.live and not self.releasing and (self.claims or undecided):
            return PENDING
        kept = self.live and not self.releasing and self._with_people
        if (self.live and not kept) or self.state == "action":
            self._void()
        if refused := self._settled_deposit(shipped_total, turn):
            return refused
        if self.state == "none":  # nor do the books ever hear what the order wanted
            self.state, self.prepaid = "voided", False
        self.closed = True
        return Settled(self.voided, self.refunded)

    def _settled_deposit(self, shipped_total: int, turn: int) -> NotGivenBack | None:
        taken = self.prepaid and self.state == "all" and not self.waived
        amount = self.authorized - self.refunded - shipped_total if taken else 0
        if amount <= 0:
            return None
        refused = NotGivenBack(REFUSED, amount) if turn <= self.refused_turn else self._refund(amount)
        if refused:
            self.refused_turn = max(turn, self.refused_turn)
        return refused

    def _void(self) -> None:
        self.voided += self.held if self.live else 0
        self.state, self.releasing = "voided", False

    def _ask(self, amount: int, attempt: int) -> Answer:
        """A new authorization, by the card."""
        self.attempt, self.requested, self.due = attempt, amount, amount
        self.authorized = self.voided = 0
        self.hold_lost = self.acted = False
        if self.token == DECLINED:
            self.state = "declined"
            return "DECLINED", "generic_decline"
        if self.token == ACTION:
            self.state = "action"
            return "ACTION_REQUIRED", "authentication_required"
        self._grant()
        return ("CAPTURED" if self.prepaid else "AUTHORIZED"), ""

    def _grant(self) -> None:
        self.authorized, self.acted = self.requested, False
        self.state = "all" if self.prepaid else "held"

    def _obstacle(self, total: int) -> str:
        names = {
            "held": "authorized",
            "part": "partially_captured",
            "all": "captured",
            "action": "action_required",
        }
        if not self.live:
            return f"payment_{names.get(self.state, self.state)}"
        return "exceeds_authorization" if total > self.capturable else ""

    def _take(self, shipment: str, total: int) -> object:
        self.claims.pop(shipment, None)
        self.refused.pop(shipment, None)
        self.paid[shipment] = total
        self.state = "all" if self.captured == self.authorized else "part"
        return ShipmentPaid(shipment, total)

    def _recognise(self, shipment: str, total: int) -> object:
        if self.state != "all":
            state = "action_required" if self.state == "action" else self.state
            return NotCapturable(shipment, total, f"payment_{state}")
        if total > self.authorized - self.refunded - sum(self.paid.values()):
            return NotCapturable(shipment, total, "exceeds_prepayment")
        self.paid[shipment] = total
        return self._shipment_paid(shipment, total)

    def _shipment_paid(self, shipment: str, total: int) -> ShipmentPaid:
        return ShipmentPaid(shipment, total, self.overpaid, refund_refusals=self.refusals)
