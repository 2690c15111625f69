"""Ways to break the world, one thing at a time. Each is named for what an operator would have to find."""

from dataclasses import replace

from oms.inventory.domain.reservation import Entry
from oms.inventory.domain.reservation import State as Held
from oms.ledger.domain.journal import credit, debit
from oms.orders.domain.order import Line
from oms.payments.domain.effects import refund_key

from ops.verify import Evidence
from ops.verify.evidence import Execution, MoneyEffect
from tests.ops.verify import world
from tests.ops.verify.world import LONG_AGO, ORDER, TOTAL

_BEFORE = ("StockAdjusted", "OrderReceived")


def vanished_unit(evidence: Evidence) -> None:
    evidence.levels[0] = replace(evidence.levels[0], available=7)


def oversold(evidence: Evidence) -> None:
    evidence.levels[0] = replace(evidence.levels[0], available=-1, shipped=11)


def received_twice(evidence: Evidence) -> None:
    """The row adds up; its event happened once."""
    evidence.levels[0] = replace(evidence.levels[0], available=18, received=20)


def shipped_without_a_movement(evidence: Evidence) -> None:
    evidence.levels[0] = replace(evidence.levels[0], available=7, shipped=3)


def reserved_for_nobody(evidence: Evidence) -> None:
    evidence.levels[0] = replace(evidence.levels[0], available=7, reserved=1)


def held_by_a_finished_order(evidence: Evidence) -> None:
    evidence.levels[0] = replace(evidence.levels[0], shipped=1, reserved=1)
    entries = (Entry("LON", "LAMP", 1, shipped=1), Entry("LON", "MUG", 2, shipped=1))
    evidence.reservations[0] = replace(evidence.reservations[0], state=Held.ALLOCATED, entries=entries)
    world.with_event(evidence, "StockShipped", lines=[("LON", "LAMP", 1), ("LON", "MUG", 1)])


def held_by_no_order(evidence: Evidence) -> None:
    evidence.levels[0] = replace(evidence.levels[0], available=7, reserved=1)
    stray = replace(
        evidence.reservations[0], order_id="ord_x", state=Held.ALLOCATED, entries=(Entry("LON", "MUG", 1),)
    )
    evidence.reservations.append(stray)


def unbalanced_entry(evidence: Evidence) -> None:
    postings = (debit("psp_clearing", TOTAL), credit("product_revenue", TOTAL - 1))
    evidence.entries[0] = replace(evidence.entries[0], postings=postings)


def deleted_entry(evidence: Evidence) -> None:
    evidence.entries.clear()


def invented_entry(evidence: Evidence) -> None:
    postings = (debit("contract_liability", 5), credit("product_revenue", 5))
    evidence.entries.append(replace(evidence.entries[0], entry_id="recognition-none", postings=postings))


def altered_entry(evidence: Evidence) -> None:
    postings = (debit("contract_liability", 5), *evidence.entries[0].postings, credit("product_revenue", 5))
    evidence.entries[0] = replace(evidence.entries[0], postings=postings)


def captured_too_much(evidence: Evidence) -> None:
    evidence.payments[0] = replace(evidence.payments[0], authorized=TOTAL - 1)


def hold_forgotten(evidence: Evidence) -> None:
    evidence.payments[0] = replace(evidence.payments[0], authorized=TOTAL + 100)
    world.with_event(evidence, "PaymentAuthorized", amount=TOTAL + 100)
    assert evidence.money_effects
    evidence.money_effects[0] = replace(evidence.money_effects[0], amount=TOTAL + 100)


def refunded_too_much(evidence: Evidence) -> None:
    """By a refund that is sound in itself: in the payment, the books and at the gateway."""
    give_back(evidence, 1)


def kept_for_goods_that_never_left(evidence: Evidence) -> None:
    """Prepaid, shipped in part, the rest cancelled: and its money was not given back."""
    evidence.orders[0] = replace(evidence.orders[0], shipped_total=TOTAL - 500)


def give_back(evidence: Evidence, amount: int, *, number: str = "1", refusals: int = 0) -> None:
    refund = world.event("payments", f"refunded-{number}", "PaymentRefunded", amount=amount, currency="GBP")
    evidence.events.append(refund)
    evidence.published.add(refund.event_id)
    evidence.payments[0] = replace(evidence.payments[0], refunded=amount)
    postings = (debit("contract_liability", amount), credit("psp_clearing", amount))
    evidence.entries.append(replace(evidence.entries[0], entry_id=f"refund-{ORDER}-1", postings=postings))
    assert evidence.money_effects is not None
    key = refund_key(ORDER, 1, refusals)
    evidence.money_effects.append(MoneyEffect("refund", key, ORDER, amount, "GBP"))


def lost_unit_of_a_line(evidence: Evidence) -> None:
    lines = (Line(1, 3, shipped=2, tax=300), evidence.orders[0].lines[1])
    evidence.orders[0] = replace(evidence.orders[0], lines=lines)


def location_knows_of_less(evidence: Evidence) -> None:
    work = tuple(replace(one, quantity=1, shipped=1) for one in evidence.fulfilment_orders[0].work)
    evidence.fulfilment_orders[0] = replace(evidence.fulfilment_orders[0], work=work)


def charged_twice(evidence: Evidence) -> None:
    assert evidence.money_effects
    evidence.money_effects.append(evidence.money_effects[1])


def charged_for_nothing(evidence: Evidence) -> None:
    assert evidence.money_effects
    evidence.money_effects.append(MoneyEffect("capture", "another key", ORDER, 100, "GBP"))


def never_captured_there(evidence: Evidence) -> None:
    assert evidence.money_effects
    evidence.money_effects.pop()


def captured_another_amount(evidence: Evidence) -> None:
    assert evidence.money_effects
    evidence.money_effects[1] = replace(evidence.money_effects[1], amount=TOTAL + 1)


def forgotten_order(evidence: Evidence) -> None:
    """Received an hour ago, and nothing has ever happened to it."""
    unplaced(evidence)
    evidence.executions.append(Execution(ORDER, "FAILED", LONG_AGO))


def overdue_exception(evidence: Evidence) -> None:
    evidence.cases.append(replace(world.exception(), deadline=LONG_AGO))


def unpublished_event(evidence: Evidence) -> None:
    evidence.published.discard(f"{ORDER}:orders:000002")


def published_fiction(evidence: Evidence) -> None:
    evidence.published.add("ord_x:orders:000001")


def never_started(evidence: Evidence) -> None:
    unplaced(evidence)


def never_booked_out(evidence: Evidence) -> None:
    world.without_event(evidence, "StockShipped")


def never_told_the_tax_engine(evidence: Evidence) -> None:
    evidence.inbox.clear()


def workflow_still_waits(evidence: Evidence) -> None:
    evidence.executions[0] = replace(evidence.executions[0], status="RUNNING")


def failed_workflow(evidence: Evidence) -> None:
    unplaced(evidence)
    evidence.executions.append(Execution(ORDER, "TIMED_OUT", LONG_AGO))
    evidence.cases.append(world.exception())


def tax_never_committed(evidence: Evidence) -> None:
    evidence.tax_records = []


def tax_voided(evidence: Evidence) -> None:
    assert evidence.tax_records
    evidence.tax_records[0] = replace(evidence.tax_records[0], committed=False)


def other_tax_committed(evidence: Evidence) -> None:
    assert evidence.tax_records
    evidence.tax_records[0] = replace(evidence.tax_records[0], tax=401)


def tax_of_nothing(evidence: Evidence) -> None:
    assert evidence.tax_records
    evidence.tax_records.append(replace(evidence.tax_records[0], code="ord-x-1"))


def tax_that_does_not_add_up(evidence: Evidence) -> None:
    world.with_event(evidence, "ShipmentRecorded", shipping_tax=1)


def unplaced(evidence: Evidence) -> None:
    """Back to the moment after the placement."""
    fresh = world.world()
    evidence.orders = [world.received()]
    evidence.events = [event for event in fresh.events if event.type in _BEFORE]
    evidence.published = {event.event_id for event in evidence.events}
    evidence.levels = [
        replace(level, available=level.available + level.shipped, shipped=0) for level in fresh.levels
    ]
    for rows in (evidence.reservations, evidence.payments, evidence.entries, evidence.fulfilment_orders):
        rows.clear()
    evidence.executions.clear()
    evidence.money_effects, evidence.tax_records = [], []
