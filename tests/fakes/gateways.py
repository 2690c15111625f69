"""In-memory partners, held to the behaviour of the real clients by tests/contract.

Each takes faults from its `faults` list, one per effectful call: "503" (nothing happens)
or "timeout_after_commit" (it happens, the answer is lost).
"""

from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from oms.contracts.gateway import GatewayAnswer
from oms.contracts.screening import Verdict
from oms.contracts.snapshots import OrderSnapshot
from oms.contracts.tax import TaxCommitted, TaxDocument, TaxQuote
from oms.kernel.errors import BrokenInvariant, OutcomeUnknown, PartnerRejected, PartnerUnavailable

Fault = Literal["503", "timeout_after_commit"]
_DECLINES = {
    "pm_card_chargeDeclined": "generic_decline",
    "pm_card_insufficientFunds": "insufficient_funds",
    "pm_card_expiredCard": "expired_card",
}


@dataclass(frozen=True)
class Effect:
    """What moved, in the words of the sandbox's record."""

    kind: Literal["authorize", "capture", "void", "refund"]
    effect_key: str
    order_id: str
    amount: int
    reference: str


@dataclass
class _Payment:
    reference: str
    order_id: str
    amount: int
    held: int = 0
    captured: int = 0
    refunded: int = 0
    voided: int | None = None


@dataclass
class FakeGateway:
    """The payment gateway."""

    effects: list[Effect] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _payments: dict[str, _Payment] = field(default_factory=dict)
    _authorizations: dict[str, GatewayAnswer] = field(default_factory=dict)
    _captures: dict[str, GatewayAnswer] = field(default_factory=dict)
    _refunds: dict[str, GatewayAnswer] = field(default_factory=dict)
    _refusals: dict[str, GatewayAnswer] = field(default_factory=dict)
    """As the real one: a key that was refused is refused again, whatever has changed since."""
    bank_refuses: bool = False
    """Whether the next refund is refused by the customer's bank."""

    def authorize(
        self, *, key: str, order_id: str, amount: int, currency: str, token: str, prepaid: bool
    ) -> GatewayAnswer:
        fault = _arrives(self.faults)
        if key not in self._authorizations:
            payment = _Payment(f"pi_{len(self._payments) + 1}", order_id, amount)
            self._payments[payment.reference] = payment
            self._authorizations[key] = self._authorized(payment, key, token, prepaid)
        return _returns(fault, self._authorizations[key])

    def find_authorization(self, *, order_id: str, key: str) -> GatewayAnswer | None:
        return self._authorizations.get(key)

    def forestall(self, *, key: str, order_id: str, amount: int, currency: str) -> GatewayAnswer:
        fault = _arrives(self.faults)
        if key not in self._authorizations:
            payment = _Payment(f"pi_{len(self._payments) + 1}", order_id, amount, voided=0)
            self._payments[payment.reference] = payment
            self._authorizations[key] = GatewayAnswer("VOIDED", payment.reference, 0)
        return _returns(fault, self._authorizations[key])

    def capture(
        self, *, key: str, reference: str, amount: int, final: bool, shipment_id: str
    ) -> GatewayAnswer:
        fault = _arrives(self.faults)
        payment = self._payments[reference]
        if key not in self._captures:
            if not payment.held or key in self._refusals:
                return self._refuse(key, reference, "payment_intent_unexpected_state")
            if amount > payment.held:
                raise PartnerRejected("amount_too_large")
            payment.held = 0 if final else payment.held - amount
            payment.captured += amount
            self._note("capture", key, payment, amount)
            self._captures[key] = GatewayAnswer("CAPTURED", reference, amount)
        return _returns(fault, self._captures[key])

    def find_capture(self, *, reference: str, key: str) -> GatewayAnswer | None:
        return self._captures.get(key)

    def void(self, *, key: str, reference: str) -> GatewayAnswer:
        fault = _arrives(self.faults)
        payment = self._payments[reference]
        if payment.voided is None:
            if not payment.held and payment.captured:
                return GatewayAnswer("DECLINED", reference, 0, "payment_intent_succeeded")
            if payment.held:
                self._note("void", key, payment, payment.held)
            payment.voided, payment.held = payment.held, 0
        return _returns(fault, GatewayAnswer("VOIDED", reference, payment.voided))

    def refund(self, *, key: str, reference: str, amount: int) -> GatewayAnswer:
        fault = _arrives(self.faults)
        payment = self._payments[reference]
        if key not in self._refunds:
            left = payment.captured - payment.refunded
            if (payment.captured and not left) or key in self._refusals:
                return self._refuse(key, reference, "charge_already_refunded")
            if self.bank_refuses:
                self.bank_refuses = False
                return self._refuse(key, reference, "expired_or_canceled_card")
            if amount > left:
                raise PartnerRejected("amount_too_large")
            payment.refunded += amount
            self._note("refund", key, payment, amount)
            self._refunds[key] = GatewayAnswer("REFUNDED", f"re_{len(self._refunds) + 1}", amount)
        return _returns(fault, self._refunds[key])

    def find_refund(self, *, reference: str, key: str) -> GatewayAnswer | None:
        return self._refunds.get(key)

    def _refuse(self, key: str, reference: str, reason: str) -> GatewayAnswer:
        return self._refusals.setdefault(key, GatewayAnswer("DECLINED", reference, 0, reason))

    def _authorized(self, payment: _Payment, key: str, token: str, prepaid: bool) -> GatewayAnswer:
        if token in _DECLINES:
            return GatewayAnswer("DECLINED", payment.reference, 0, _DECLINES[token])
        if token == "pm_card_authenticationRequired":
            return GatewayAnswer("ACTION_REQUIRED", payment.reference, 0, "authentication_required")
        self._note("capture" if prepaid else "authorize", key, payment, payment.amount)
        if prepaid:
            payment.captured = payment.amount
            return GatewayAnswer("CAPTURED", payment.reference, payment.amount)
        payment.held = payment.amount
        return GatewayAnswer("AUTHORIZED", payment.reference, payment.amount)

    def _note(
        self,
        kind: Literal["authorize", "capture", "void", "refund"],
        key: str,
        payment: _Payment,
        amount: int,
    ) -> None:
        self.effects.append(Effect(kind, key, payment.order_id, amount, payment.reference))


@dataclass
class FakeTax:
    """The tax engine: one rate per country, 0 elsewhere."""

    rates: dict[str, str] = field(default_factory=lambda: {"DE": "0.19", "GB": "0.20", "JP": "0.10"})
    documents: dict[str, TaxDocument] = field(default_factory=dict)
    voided: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def quote(self, document: TaxDocument) -> TaxQuote:
        if _arrives(self.faults):
            raise PartnerUnavailable("the answer was lost")
        rate = Decimal(self.rates.get(document.ship_to.country, "0"))
        base = 1 + rate if document.prices_include_tax else Decimal(1)

        def tax(amount: int) -> int:
            return int((amount * rate / base).quantize(Decimal(1), ROUND_HALF_UP))

        return TaxQuote({line.number: tax(line.amount) for line in document.lines}, tax(document.shipping))

    def commit(self, document: TaxDocument) -> TaxCommitted:
        _arrives(self.faults)  # a lost answer is looked up by code
        if any(line.tax is None for line in document.lines):
            raise BrokenInvariant("a sale without the tax charged on it")
        known = self.documents.setdefault(document.code, document)
        if replace(known, date=document.date) != document:
            raise BrokenInvariant(f"another document is committed as {document.code}")
        return TaxCommitted(document.code, _charged(document))

    def get(self, code: str, currency: str) -> TaxCommitted | None:
        if code not in self.documents or code in self.voided:
            return None
        return TaxCommitted(code, _charged(self.documents[code]))

    def void(self, code: str) -> None:
        _arrives(self.faults)
        self.voided.add(code)


@dataclass
class FakeScreening:
    """Fraud screening by mailbox: review@, reject@, error@, unknown@; everybody else is accepted."""

    screened: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def screen(self, order: OrderSnapshot) -> Verdict:
        mailbox = order.email.partition("@")[0].partition("+")[0]
        if _arrives(self.faults) or mailbox == "error":
            raise PartnerUnavailable("no verdict")
        self.screened.append(order.order_id)
        reference = f"case-{order.order_id}"
        match mailbox:
            case "review" | "unknown":
                return Verdict("REVIEW", reference, 64, "sandbox rule")
            case "reject":
                return Verdict("REJECT", reference, 97, "sandbox rule")
        return Verdict("ACCEPT", reference, 12)


def _charged(document: TaxDocument) -> int:
    return sum(line.tax or 0 for line in document.lines) + (document.shipping_tax or 0)


def _arrives(faults: list[Fault]) -> Fault | None:
    fault = faults.pop(0) if faults else None
    if fault == "503":
        raise PartnerUnavailable("503")
    return fault


def _returns(fault: Fault | None, answer: GatewayAnswer) -> GatewayAnswer:
    if fault == "timeout_after_commit":
        raise OutcomeUnknown("the answer was lost")
    return answer
