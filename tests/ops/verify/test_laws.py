"""Every law holds on a world that is in order, and each notices what breaks it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from oms.inventory.domain.reservation import Entry
from oms.inventory.domain.reservation import State as Held
from oms.ledger.domain.journal import credit, debit
from oms.orders.domain.order import Line, Stage

from ops.verify import Evidence, examine
from ops.verify.dead_letters import dead_letter_id
from ops.verify.evidence import Execution, MoneyEffect
from tests.ops.verify import world
from tests.ops.verify.world import JUST_NOW, LONG_AGO, ORDER, TOTAL

Change = Callable[[Evidence], None]


def broken(
    change: Change, *, grace: timedelta = timedelta(0), acknowledged: tuple[str, ...] = ()
) -> set[int]:
    """The numbers of the laws that `change` breaks."""
    evidence = world.world(grace=grace)
    change(evidence)
    return {law.number for law in examine(evidence, acknowledged=acknowledged).laws if not law.holds}


def test_all_laws_hold_where_nothing_is_wrong() -> None:
    report = examine(world.world(), acknowledged=[ORDER])

    assert report.violations == []
    assert [law.number for law in report.laws] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 11]
    assert all(law.figures and law.checked for law in report.laws)


def vanished_unit(evidence: Evidence) -> None:
    evidence.levels[0] = replace(evidence.levels[0], available=7)


def oversold(evidence: Evidence) -> None:
    evidence.levels[0] = replace(evidence.levels[0], available=-1, shipped=11)


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
    _unplaced(evidence)
    evidence.executions.append(Execution(ORDER, "FAILED", LONG_AGO))


def overdue_exception(evidence: Evidence) -> None:
    evidence.cases.append(replace(world.exception(), deadline=LONG_AGO))


def unpublished_event(evidence: Evidence) -> None:
    evidence.published.discard(f"{ORDER}:orders:000002")


def published_fiction(evidence: Evidence) -> None:
    evidence.published.add("ord_x:orders:000001")


def never_started(evidence: Evidence) -> None:
    _unplaced(evidence)


def never_booked_out(evidence: Evidence) -> None:
    world.without_event(evidence, "StockShipped")


def never_told_the_tax_engine(evidence: Evidence) -> None:
    evidence.inbox.clear()


def workflow_still_waits(evidence: Evidence) -> None:
    evidence.executions[0] = replace(evidence.executions[0], status="RUNNING")


def failed_workflow(evidence: Evidence) -> None:
    _unplaced(evidence)
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


def _unplaced(evidence: Evidence) -> None:
    """Back to the moment after the placement."""
    fresh = world.world()
    evidence.orders = [world.received()]
    evidence.events = [event for event in fresh.events if event.type == "OrderReceived"]
    evidence.published = {event.event_id for event in evidence.events}
    evidence.levels = [
        replace(level, available=level.available + level.shipped, shipped=0) for level in fresh.levels
    ]
    for rows in (evidence.reservations, evidence.payments, evidence.entries, evidence.fulfilment_orders):
        rows.clear()
    evidence.executions.clear()
    evidence.money_effects, evidence.tax_records = [], []


@pytest.mark.parametrize(
    ("change", "laws"),
    [
        (vanished_unit, {1}),
        (oversold, {1}),
        (reserved_for_nobody, {2}),
        (held_by_a_finished_order, {2, 8}),
        (held_by_no_order, {2}),
        (unbalanced_entry, {3}),
        (deleted_entry, {3, 8}),
        (invented_entry, {3}),
        (altered_entry, {3}),
        (captured_too_much, {4}),
        (hold_forgotten, {4}),
        (lost_unit_of_a_line, {5}),
        (location_knows_of_less, {5}),
        (charged_twice, {6}),
        (charged_for_nothing, {6}),
        (never_captured_there, {6}),
        (captured_another_amount, {6}),
        (forgotten_order, {7, 9}),
        (overdue_exception, {7}),
        (unpublished_event, {8}),
        (published_fiction, {8}),
        (never_started, {7, 8}),
        (never_booked_out, {8}),
        (never_told_the_tax_engine, {8}),
        (workflow_still_waits, {8, 9}),
        (failed_workflow, {9}),
        (tax_never_committed, {11}),
        (tax_voided, {11}),
        (other_tax_committed, {11}),
        (tax_of_nothing, {11}),
        (tax_that_does_not_add_up, {11}),
    ],
    ids=lambda value: value.__name__.replace("_", " ") if callable(value) else "",
)
def test_each_law_notices_what_breaks_it(change: Change, laws: set[int]) -> None:
    assert broken(change) == laws


def test_an_acknowledged_order_that_is_not_stored_is_lost() -> None:
    assert broken(lambda _: None, acknowledged=(ORDER, "ord_lost")) == {7}


def test_what_happened_just_now_may_still_be_on_its_way() -> None:
    def just_shipped(evidence: Evidence) -> None:
        evidence.events = [replace(event, occurred_at=JUST_NOW) for event in evidence.events]
        evidence.events = [event for event in evidence.events if event.context == "orders"]
        evidence.published = set()
        evidence.inbox.clear()
        evidence.entries.clear()
        evidence.tax_records = []
        evidence.executions[0] = replace(evidence.executions[0], status="RUNNING")

    assert broken(just_shipped, grace=timedelta(minutes=2)) == set()
    assert broken(just_shipped) >= {3, 6, 8, 9, 11}


def test_a_dead_letter_with_an_owner_is_parked_and_not_lost() -> None:
    def parked(evidence: Evidence) -> None:
        evidence.inbox.clear()
        evidence.tax_records = []
        case_id = dead_letter_id("tax/commit_tax", f"{ORDER}:orders:000003")
        evidence.cases.append(replace(world.exception("DEAD_LETTER", token=""), case_id=case_id))

    assert broken(parked) == set()


def test_a_message_that_lies_in_a_queue_is_not_lost() -> None:
    def queued(evidence: Evidence) -> None:
        evidence.inbox.clear()
        evidence.queues["commit-tax-dlq"] = 1

    assert broken(queued) == set()


def test_an_order_that_waits_for_a_person_has_an_owner() -> None:
    def waiting(evidence: Evidence) -> None:
        _unplaced(evidence)
        evidence.executions.append(Execution(ORDER, "RUNNING", LONG_AGO))
        evidence.cases.append(world.exception())

    assert broken(waiting) == set()


def test_an_execution_that_a_later_attempt_replaced_is_accounted_for() -> None:
    def replaced(evidence: Evidence) -> None:
        evidence.executions.insert(0, Execution(ORDER, "FAILED", LONG_AGO))
        evidence.executions[1] = Execution(f"{ORDER}-2", "SUCCEEDED", LONG_AGO)

    assert broken(replaced) == set()


def test_a_cancelled_order_counts_as_compensated() -> None:
    evidence = world.world()
    _unplaced(evidence)
    lines = (Line(1, 2, cancelled=2), Line(2, 1, cancelled=1))
    evidence.orders = [replace(world.received(), stage=Stage.CANCELLED, lines=lines)]
    evidence.executions = [Execution(ORDER, "SUCCEEDED", LONG_AGO)]

    report = examine(evidence)

    assert report.holds
    assert "1 compensated" in next(law.figures for law in report.laws if law.number == 9)


def test_the_partners_records_are_skipped_where_there_is_no_sandbox() -> None:
    evidence = world.world()
    evidence.money_effects = evidence.tax_records = None

    skipped = [law for law in examine(evidence).laws if not law.checked]

    assert [law.number for law in skipped] == [6, 11]
    assert all(law.holds and "not checked" in law.figures for law in skipped)


def test_a_report_becomes_json_and_text() -> None:
    evidence = world.world()
    unpublished_event(evidence)
    report = examine(evidence)

    assert report.to_json()["holds"] is False
    assert report.to_json()["taken_at"] == "2026-11-27T09:00:00.000Z"
    text = "\n".join(report.text())
    assert "FAIL  8 every event arrives" in text
    assert f"{ORDER}:orders:000002 was never published" in text
