"""Law 4 and the agreement of payments with the books, on plain figures read from anywhere."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oms.ledger.domain.accounts import PSP_CLEARING
from oms.ledger.domain.journal import Posting, imbalance


@dataclass(frozen=True, slots=True)
class PaymentFigures:
    """A payment as stored, unchecked. Minor units; `in_flight` are the keys of unfinished effects."""

    order_id: str
    currency: str
    state: str
    key: str
    authorized: int
    captured: int
    refunded: int
    pending_refund: int
    voided: int
    in_flight: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntryFigures:
    """A journal entry as stored; only its postings have been checked."""

    order_id: str
    entry_id: str
    currency: str
    period: str
    postings: tuple[Posting, ...]


def law_4(*, authorized: int, captured: int, refunded: int, pending_refund: int) -> bool:
    """0 ≤ refunded + pending ≤ captured ≤ authorized, and nothing below zero."""
    none_negative = min(refunded, pending_refund) >= 0
    return none_negative and refunded + pending_refund <= captured <= authorized


def broken_laws(payments: Sequence[PaymentFigures], entries: Sequence[EntryFigures]) -> list[str]:
    """What contradicts law 3, law 4 or the books, one sentence each; empty when all is well."""
    return [*_unbalanced(entries), *_beyond_limits(payments), *_books_that_differ(payments, entries)]


def _unbalanced(entries: Iterable[EntryFigures]) -> list[str]:
    return [
        f"law 3: {entry.entry_id} of {entry.order_id} is off by {imbalance(entry.postings)} {entry.currency}"
        for entry in entries
        if imbalance(entry.postings) != 0 or not entry.postings
    ]


def _beyond_limits(payments: Iterable[PaymentFigures]) -> list[str]:
    return [
        f"law 4: {p.order_id} authorized {p.authorized}, captured {p.captured},"
        f" refunded {p.refunded}, pending {p.pending_refund} {p.currency}"
        for p in payments
        if not law_4(
            authorized=p.authorized, captured=p.captured, refunded=p.refunded, pending_refund=p.pending_refund
        )
    ]


def _books_that_differ(payments: Iterable[PaymentFigures], entries: Iterable[EntryFigures]) -> list[str]:
    clearing: dict[tuple[str, str], int] = defaultdict(int)
    for entry in entries:
        own = [posting for posting in entry.postings if posting.account == PSP_CLEARING]
        clearing[entry.order_id, entry.currency] += imbalance(own)
    for payment in payments:
        clearing[payment.order_id, payment.currency] -= payment.captured - payment.refunded
    return [
        f"books: clearing of {order_id} differs from its payment by {difference} {currency}"
        for (order_id, currency), difference in clearing.items()
        if difference
    ]
