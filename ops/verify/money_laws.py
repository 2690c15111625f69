"""Laws 3 and 4: the books balance, answer every movement of money, and no limit is passed."""

from collections import Counter
from collections.abc import Iterable

from oms.kernel.events import Event
from oms.kernel.money import Money
from oms.ledger.domain.accounts import Side
from oms.ledger.domain.entries import capture_entry_id, recognition_entry_id
from oms.payments.domain.effects import number_in
from oms.payments.domain.laws import EntryFigures, broken_laws

from ops.verify.dead_letters import dead_letter_id, is_parked
from ops.verify.evidence import Evidence
from ops.verify.report import Law, found

_LEFT_TO_PEOPLE = "REFUND_FAILED"
_CAPTURING = "payments/capture_payment"
_MOVEMENTS = ("PaymentCaptured", "RevenueRecognised", "PaymentPrepaid", "PaymentRefunded")


def law_3(evidence: Evidence) -> Law:
    """Σ debits = Σ credits per entry and currency; every movement has its entry, unchanged."""
    debited: Counter[str] = Counter()
    credited: Counter[str] = Counter()
    for entry in evidence.entries:
        debited[entry.currency] += _sum(entry, Side.DEBIT)
        credited[entry.currency] += _sum(entry, Side.CREDIT)
    broken = [
        violation.removeprefix("law 3: ")
        for violation in broken_laws([], evidence.entries)
        if violation.startswith("law 3")
    ]
    broken += [
        f"the {currency} trial balance is off by {Money(debited[currency] - credited[currency], currency)}"
        for currency in debited | credited
        if debited[currency] != credited[currency]
    ]
    sums = ", ".join(
        f"{Money(debited[one], one)} debit = {Money(credited[one], one)} credit" for one in sorted(debited)
    )
    figures = f"{len(evidence.entries)} journal entries, {sums or 'nothing posted'}"
    return found(
        3, "the books balance", figures, [*broken, *_differences(evidence), *_changed_entries(evidence)]
    )


def law_4(evidence: Evidence) -> Law:
    """0 ≤ refunded + pending ≤ captured ≤ authorized, and in the end captured − refunded is what shipped."""
    sums = Counter[str]()
    for payment in evidence.payments:
        for name in ("authorized", "captured", "refunded", "pending_refund", "voided"):
            sums[f"{name} {payment.currency}"] += getattr(payment, name)
    broken = [
        violation.removeprefix("law 4: ")
        for violation in broken_laws(evidence.payments, [])
        if violation.startswith("law 4")
    ]
    amounts = ", ".join(
        f"{name.partition(' ')[0]} {Money(minor, name.partition(' ')[2])}"
        for name, minor in sums.items()
        if minor
    )
    return found(
        4,
        "no payment passes its limits",
        f"{len(evidence.payments)} payments: {amounts or 'no money yet'}",
        [*broken, *_forgotten_holds(evidence), *_unequal(evidence)],
    )


def _differences(evidence: Evidence) -> list[str]:
    """Where the clearing account and the payment of an order disagree. Both change in one transaction."""
    payments = [payment for payment in evidence.payments if evidence.agrees(payment.order_id)]
    entries = [entry for entry in evidence.entries if evidence.agrees(entry.order_id)]
    broken = broken_laws(payments, entries)
    return [text.removeprefix("books: ") for text in broken if text.startswith("books")]


def _forgotten_holds(evidence: Evidence) -> Iterable[str]:
    """Money of a customer that is still held for an order that is finished, and nobody sees to it."""
    for payment in evidence.payments:
        order = evidence.orders_by_id.get(payment.order_id)
        held = payment.authorized - payment.captured - payment.voided
        finished = order is not None and order.is_terminal and evidence.is_quiet(payment.order_id)
        if held and finished and not _is_with_people(evidence, payment.order_id):
            yield f"{payment.order_id} is finished and {Money(held, payment.currency)} are still held"


def _is_with_people(evidence: Evidence, order_id: str) -> bool:
    """Whether an exception of the order is open, or that of a message about its money which failed in every attempt."""
    letters = (
        dead_letter_id(_CAPTURING, event.event_id)
        for event in evidence.of_type("ShipmentRecorded", "ExceptionResolved")
        if event.subject == order_id
    )
    return bool(evidence.open_cases.get(order_id)) or any(map(evidence.is_open, letters))


def _unequal(evidence: Evidence) -> Iterable[str]:
    """Finished orders that cost their customers more than what shipped, or less, and nobody knows why.

    A capture or a refund that was refused has an exception item, or a person has let it be.
    """
    refused = [case for case in evidence.cases if case.kind == _LEFT_TO_PEOPLE]
    seen_to = {case.subject for case in refused if evidence.is_left(case)}
    seen_to |= {event.subject for event in evidence.shipments if is_parked(evidence, _CAPTURING, event)}
    seen_to |= evidence.open_cases.keys()
    for payment in evidence.payments:
        order = evidence.orders_by_id.get(payment.order_id)
        if order is None or not order.is_terminal or not evidence.is_quiet(order.order_id):
            continue
        kept = payment.captured - payment.refunded
        most, least = order.shipped_total, order.shipped_total - _never_captured(evidence, order.order_id)
        if kept < least or (kept > most and order.order_id not in seen_to):
            yield (
                f"{order.order_id} is finished: {Money(kept, payment.currency)} were kept"
                f" of its payment for {Money(most, payment.currency)} of goods"
            )


def _never_captured(evidence: Evidence, order_id: str) -> int:
    """What an order's shipments cost whose capture is parked; minor units."""
    return sum(
        int(event.data["total"])
        for event in evidence.shipments
        if event.subject == order_id
        and (
            evidence.is_seen_to(f"{order_id}.capture-{event.data['shipment_id']}")
            or is_parked(evidence, _CAPTURING, event)
        )
    )


def _changed_entries(evidence: Evidence) -> Iterable[str]:
    """Entries are only ever added, one per movement: a missing, foreign or altered one was tampered with."""
    posted = {(entry.order_id, entry.entry_id): entry for entry in evidence.entries}
    expected: set[tuple[str, str]] = set()
    for event in evidence.of_type(*_MOVEMENTS):
        if not evidence.agrees(event.subject):
            continue
        key = event.subject, _entry_id(event)
        expected.add(key)
        entry = posted.get(key)
        if entry is None:
            yield f"{event.event_id} has no journal entry"
        elif _sum(entry, Side.DEBIT) != event.data["amount"]:
            yield f"{entry.entry_id} says {_sum(entry, Side.DEBIT)}, its movement was {event.data['amount']}"
    for order_id, entry_id in posted.keys() - expected:
        if evidence.agrees(order_id):
            yield f"{entry_id} of {order_id} answers no movement"


def _entry_id(event: Event) -> str:
    match event.type:
        case "PaymentCaptured":
            return capture_entry_id(event.data["shipment_id"])
        case "RevenueRecognised":
            return recognition_entry_id(event.data["shipment_id"])
        case "PaymentPrepaid":
            return f"prepayment-{event.subject}-{number_in(event.event_id)}"
    return f"refund-{event.subject}-{number_in(event.event_id)}"


def _sum(entry: EntryFigures, side: Side) -> int:
    return sum(posting.minor for posting in entry.postings if posting.side is side)
