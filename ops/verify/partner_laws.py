"""Laws 6 and 11: what the partners say they did is what we meant them to do, once each."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from oms.kernel.events import Event
from oms.kernel.money import Money
from oms.payments.domain.effects import (
    authorization_key,
    capture_key,
    number_in,
    refund_key,
    refusals_in,
    void_key,
)
from oms.runtime.consuming.tax import tax_code

from ops.verify.dead_letters import is_parked
from ops.verify.evidence import Evidence, MoneyEffect, TaxRecord
from ops.verify.report import Law, found, skipped

_NO_SANDBOX = "there is no partner sandbox here, and no partner tells all it did"
_NAME_6 = "one partner effect per intent"
_NAME_11 = "tax committed is tax charged"
_SETTLED = ("PaymentAuthorized", "PaymentPrepaid", "PaymentCaptured", "PaymentVoided", "PaymentRefunded")


class _Intent(NamedTuple):
    kind: str
    key: str
    amount: int
    currency: str


def law_6(evidence: Evidence) -> Law:
    """Provider-side count per effect key = 1, and {succeeded intents} = {provider effects}."""
    if evidence.money_effects is None:
        return skipped(6, _NAME_6, _NO_SANDBOX)
    settled = [effect for effect in evidence.money_effects if evidence.is_quiet(effect.order_id)]
    owners = {_meant(effect): effect.order_id for effect in settled}
    intents = {
        intent: event.subject
        for event in evidence.of_type(*_SETTLED)
        if evidence.agrees(event.subject) and (intent := _intent(event)).amount
    }
    effects = Counter((each.kind, each.key) for each in evidence.money_effects)
    broken = [
        f"{key}: {kind} took effect {times} times" for (kind, key), times in effects.items() if times > 1
    ]
    broken += [
        f"{owners[e]}: the gateway did {_said(e)}, we know of none" for e in owners.keys() - intents.keys()
    ]
    # An effect comes before our record of it, so that one without the other is wrong at any moment.
    unheard = intents.keys() - {_meant(each) for each in evidence.money_effects}
    broken += [f"{intents[i]}: the gateway did no {_said(i)}, we do" for i in unheard]
    kinds = Counter(each.kind for each in settled)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    waiting = len(evidence.money_effects) - len(settled)
    figures = f"{len(settled)} effects ({counts or 'none'}) = {len(intents)} intents" + _in_flight(waiting)
    return found(6, _NAME_6, figures, broken)


def law_11(evidence: Evidence) -> Law:
    """Tax committed − voided = Σ line tax of what shipped, document by document."""
    if evidence.tax_records is None:
        return skipped(11, _NAME_11, _NO_SANDBOX)
    shipped = {tax_code(event.subject, event.data["shipment_id"]): event for event in evidence.shipments}
    records = {record.code: record for record in evidence.tax_records}
    missing = {code: event for code, event in shipped.items() if code not in records}
    parked = {code for code, event in missing.items() if is_parked(evidence, "tax/commit_tax", event)}
    waiting = {code for code, event in missing.items() if not evidence.is_quiet(event.subject)} - parked
    broken = [
        problem
        for code, event in shipped.items()
        for problem in _tax_problems(event, records.get(code), code in parked | waiting)
    ]
    broken += [f"{code} records a shipment that never was" for code in records.keys() - shipped.keys()]
    figures = f"{len(records)} tax documents, {_totals(records.values(), shipped.values())}"
    figures += _in_flight(len(waiting)) + (f", {len(parked)} parked" if parked else "")
    return found(11, _NAME_11, figures, broken)


def _tax_problems(event: Event, record: TaxRecord | None, excused: bool) -> Iterable[str]:
    data = event.data
    lines = sum(line[4] for line in data["lines"]) + data["shipping_tax"]
    if lines != data["tax"]:
        yield f"{event.event_id}: its lines carry {lines} of tax, the shipment says {data['tax']}"
    if record is None:
        if not excused:
            yield f"{event.event_id}: its tax of {data['tax']} was never committed"
        return
    if not record.committed or record.commits != 1:
        yield f"{record.code}: committed {record.commits} times, valid: {record.committed}"
    if (record.tax, record.currency) != (data["tax"], data["currency"]):
        yield f"{record.code}: committed {record.tax} {record.currency}, charged {data['tax']} {data['currency']}"


def _totals(records: Iterable[TaxRecord], shipments: Iterable[Event]) -> str:
    committed: Counter[str] = Counter()
    charged: Counter[str] = Counter()
    for record in records:
        committed[record.currency] += record.tax if record.committed else 0
    for event in shipments:
        charged[event.data["currency"]] += event.data["tax"]
    sums = [
        f"{Money(committed[one], one)} committed, {Money(charged[one], one)} charged"
        for one in sorted(charged)
    ]
    return ", ".join(sums) or "nothing shipped"


def _intent(event: Event) -> _Intent:
    """The effect that must stand behind a recorded success."""
    order_id, amount, currency = event.subject, event.data["amount"], event.data["currency"]
    match event.type:
        case "PaymentAuthorized":
            return _Intent(
                "authorize", authorization_key(order_id, number_in(event.event_id)), amount, currency
            )
        case "PaymentPrepaid":
            return _Intent(
                "capture", authorization_key(order_id, number_in(event.event_id)), amount, currency
            )
        case "PaymentCaptured":
            key = capture_key(order_id, event.data["shipment_id"], refusals_in(event.event_id))
            return _Intent("capture", key, amount, currency)
        case "PaymentVoided":
            return _Intent("void", void_key(order_id, number_in(event.event_id)), amount, currency)
    key = refund_key(order_id, number_in(event.event_id), refusals_in(event.event_id))
    return _Intent("refund", key, amount, currency)


def _meant(effect: MoneyEffect) -> _Intent:
    return _Intent(effect.kind, effect.key, effect.amount, effect.currency)


def _said(intent: _Intent) -> str:
    return f"{intent.kind} of {Money(intent.amount, intent.currency)}"


def _in_flight(count: int) -> str:
    return f", {count} more on their way" if count else ""
