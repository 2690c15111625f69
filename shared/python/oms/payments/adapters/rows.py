"""The PAYMENT and JOURNAL rows. Access: get by order id; every row of an order is one collection."""

from dataclasses import fields
from typing import Any

from oms.aws.items import Item
from oms.ledger.domain.accounts import Side
from oms.ledger.domain.journal import JournalEntry, Posting
from oms.payments.domain.effects import Effect, Refusal
from oms.payments.domain.laws import EntryFigures, PaymentFigures
from oms.payments.domain.machines import AuthorizationState, EffectState
from oms.payments.domain.payment import Payment

PAYMENT = "PAYMENT"
JOURNAL = "JOURNAL#"


def order_pk(order_id: str) -> str:
    """The partition of everything that belongs to an order."""
    return f"ORDER#{order_id}"


def journal_sk(entry_id: str) -> str:
    """The row of one journal entry."""
    return JOURNAL + entry_id


def payment_item(payment: Payment) -> Item:
    """`capturable`, `refundable` and `pending_refund` are derived, for conditions and for the audit:
    a condition compares attributes but cannot add them up.
    """
    return {
        "pk": order_pk(payment.order_id),
        "sk": PAYMENT,
        "order_id": payment.order_id,
        "channel": payment.channel,
        "currency": payment.currency,
        "prepaid": payment.prepaid,
        "requested": payment.requested,
        "attempt": payment.attempt,
        "key": payment.key,
        "group": payment.group,
        "version": payment.version,
        "state": str(payment.state),
        "reference": payment.reference,
        "reason": payment.reason,
        "authorized": payment.authorized,
        "captured": payment.captured,
        "refunded": payment.refunded,
        "voided": payment.voided,
        "recognised": payment.recognised,
        "due": payment.due,
        "refunds": payment.refunds,
        "refund_refusals": payment.refund_refusals,
        "refund_turn": payment.refund_turn,
        "waived": payment.waived,
        "refused": {name: _refusal_map(each) for name, each in payment.refused.items()},
        "closed": payment.closed,
        "in_flight": {key: _effect_map(effect) for key, effect in payment.in_flight.items()},
        "capturable": payment.capturable,
        "refundable": payment.refundable,
        "pending_refund": payment.pending_refund,
    }


_FIELDS = tuple(field.name for field in fields(Payment))


def payment_of(item: Item) -> Payment:
    """The payment in its row. Raises BrokenInvariant where the row breaks law 4.

    A row of a release that did not count refusals has none.
    """
    values: dict[str, Any] = {name: item[name] for name in _FIELDS if name in item}
    values["state"] = AuthorizationState(item["state"])
    values["in_flight"] = {key: _effect_of(key, content) for key, content in item["in_flight"].items()}
    values["refused"] = {name: Refusal(**content) for name, content in item.get("refused", {}).items()}
    return Payment(**values)


def entry_item(entry: JournalEntry) -> Item:
    """`period` and the flat postings are what the export reads."""
    return {
        "pk": order_pk(entry.order_id),
        "sk": journal_sk(entry.entry_id),
        "entry_id": entry.entry_id,
        "order_id": entry.order_id,
        "currency": entry.currency,
        "occurred_at": entry.occurred_at,
        "period": entry.period,
        "kind": entry.kind,
        "postings": [[posting.account, str(posting.side), posting.minor] for posting in entry.postings],
        "reverses": entry.reverses,
    }


def postings_of(item: Item) -> tuple[Posting, ...]:
    """The postings in a journal row."""
    return tuple(Posting(account, Side(side), minor) for account, side, minor in item["postings"])


def entry_of(item: Item) -> JournalEntry:
    """The journal entry in its row. Raises InvalidEntry where it does not balance."""
    return JournalEntry(
        entry_id=item["entry_id"],
        order_id=item["order_id"],
        currency=item["currency"],
        occurred_at=item["occurred_at"],
        kind=item["kind"],
        postings=postings_of(item),
        reverses=item["reverses"],
    )


def _refusal_map(refusal: Refusal) -> Item:
    return {"amount": refusal.amount, "times": refusal.times, "written_off": refusal.written_off}


def _effect_map(effect: Effect) -> Item:
    return {
        "operation": effect.operation,
        "amount": effect.amount,
        "state": str(effect.state),
        "shipment_id": effect.shipment_id,
        "final": effect.final,
    }


def _effect_of(key: str, content: Item) -> Effect:
    return Effect(
        key=key,
        operation=content["operation"],
        amount=content["amount"],
        state=EffectState(content["state"]),
        shipment_id=content["shipment_id"],
        final=content["final"],
    )


def payment_figures(item: Item) -> PaymentFigures:
    """The figures in a PAYMENT row, unchecked."""
    return PaymentFigures(
        order_id=item["order_id"],
        currency=item["currency"],
        state=item["state"],
        key=item["key"],
        authorized=item["authorized"],
        captured=item["captured"],
        refunded=item["refunded"],
        pending_refund=item["pending_refund"],
        voided=item["voided"],
        in_flight=tuple(sorted(item["in_flight"])),
    )


def entry_figures(item: Item) -> EntryFigures:
    """The figures in a JOURNAL row."""
    return EntryFigures(
        order_id=item["order_id"],
        entry_id=item["entry_id"],
        currency=item["currency"],
        period=item["period"],
        postings=postings_of(item),
    )
