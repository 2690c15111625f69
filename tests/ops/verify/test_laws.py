"""Every law holds on a world that is in order, and each notices what breaks it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from oms.kernel.clock import stamp
from oms.orders.domain.order import Line, Stage
from oms.payments.domain.effects import capture_key, void_key

from ops.verify import Evidence, examine
from ops.verify.dead_letters import dead_letter_id
from ops.verify.evidence import Execution, MoneyEffect
from ops.verify.report import confirmed
from tests.ops.verify import breaking, world
from tests.ops.verify.world import JUST_NOW, LONG_AGO, ORDER, SHIPMENT, TOTAL

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


@pytest.mark.parametrize(
    ("change", "laws"),
    [
        (breaking.vanished_unit, {1}),
        (breaking.oversold, {1}),
        (breaking.received_twice, {1}),
        (breaking.shipped_without_a_movement, {1}),
        (breaking.reserved_for_nobody, {2}),
        (breaking.held_by_a_finished_order, {2, 8}),
        (breaking.held_by_no_order, {2}),
        (breaking.unbalanced_entry, {3}),
        (breaking.deleted_entry, {3, 8}),
        (breaking.invented_entry, {3}),
        (breaking.altered_entry, {3}),
        (breaking.captured_too_much, {4}),
        (breaking.hold_forgotten, {4}),
        (breaking.refunded_too_much, {4}),
        (breaking.kept_for_goods_that_never_left, {4}),
        (breaking.lost_unit_of_a_line, {5}),
        (breaking.location_knows_of_less, {5}),
        (breaking.charged_twice, {6}),
        (breaking.charged_for_nothing, {6}),
        (breaking.never_captured_there, {6}),
        (breaking.captured_another_amount, {6}),
        (breaking.forgotten_order, {7, 9}),
        (breaking.overdue_exception, {7}),
        (breaking.unpublished_event, {8}),
        (breaking.published_fiction, {8}),
        (breaking.never_started, {7, 8}),
        (breaking.never_booked_out, {1, 8}),
        (breaking.never_told_the_tax_engine, {8}),
        (breaking.workflow_still_waits, {8, 9}),
        (breaking.failed_workflow, {9}),
        (breaking.tax_never_committed, {11}),
        (breaking.tax_voided, {11}),
        (breaking.other_tax_committed, {11}),
        (breaking.tax_of_nothing, {11}),
        (breaking.tax_that_does_not_add_up, {11}),
    ],
    ids=lambda value: value.__name__.replace("_", " ") if callable(value) else "",
)
def test_each_law_notices_what_breaks_it(change: Change, laws: set[int]) -> None:
    assert broken(change) == laws


@pytest.mark.parametrize(("refusals", "laws"), [(2, set()), (1, {6})])
def test_a_capture_after_refusals_took_effect_under_the_key_of_its_own_try(
    refusals: int, laws: set[int]
) -> None:
    def retried(evidence: Evidence) -> None:
        world.without_event(evidence, "PaymentCaptured")
        captured = world.event(
            "payments", f"captured-{SHIPMENT}.2", "PaymentCaptured",
            amount=TOTAL, currency="GBP", shipment_id=SHIPMENT,
        )  # fmt: skip
        evidence.events.append(captured)
        evidence.published.add(captured.event_id)
        assert evidence.money_effects
        key = capture_key(ORDER, SHIPMENT, refusals)
        evidence.money_effects[1] = replace(evidence.money_effects[1], key=key)

    assert broken(retried) == laws


@pytest.mark.parametrize(("refusals", "laws"), [(1, set()), (0, {6})])
def test_a_refund_after_refusals_took_effect_under_the_key_of_its_own_try(
    refusals: int, laws: set[int]
) -> None:
    def refunded(evidence: Evidence) -> None:
        evidence.orders[0] = replace(evidence.orders[0], shipped_total=TOTAL - 100)
        breaking.give_back(evidence, 100, number="1.1", refusals=refusals)

    assert broken(refunded) == laws


@pytest.mark.parametrize(
    ("decisions", "laws"), [("DISMISS", set()), ("RETRY", {4}), ("RETRY DISMISS", set())]
)
def test_a_refused_refund_that_is_let_be_is_no_wonder_and_one_that_is_tried_again_must_succeed(
    decisions: str, laws: set[int]
) -> None:
    def decided(evidence: Evidence) -> None:
        breaking.kept_for_goods_that_never_left(evidence)
        evidence.cases += world.decided("REFUND_FAILED", "excess", decisions)

    assert broken(decided) == laws


@pytest.mark.parametrize(("decisions", "laws"), [("", set()), ("DISMISS", {4}), ("RETRY", {4})])
def test_a_hold_is_forgotten_once_nobody_has_the_message_that_would_have_ended_it(
    decisions: str, laws: set[int]
) -> None:
    def parked(evidence: Evidence) -> None:
        breaking.hold_forgotten(evidence)
        letter = dead_letter_id("payments/capture_payment", evidence.shipments[0].event_id)
        subject, _, key = letter.rpartition(".")
        evidence.cases += world.decided("DEAD_LETTER", key, decisions, subject=subject)
        at = stamp(world.NOW - timedelta(minutes=1))
        evidence.events.append(
            world.event("support", f"{key}-2", "ExceptionResolved", at=at, subject=subject)
        )
        evidence.published.add(evidence.events[-1].event_id)

    assert broken(parked) == laws
    assert broken(parked, grace=timedelta(minutes=2)) == set()


def test_a_difference_that_was_not_given_back_because_its_message_is_parked_is_no_wonder() -> None:
    def parked(evidence: Evidence) -> None:
        breaking.kept_for_goods_that_never_left(evidence)
        letter = dead_letter_id("payments/capture_payment", evidence.shipments[0].event_id)
        evidence.cases.append(
            replace(world.exception("DEAD_LETTER", token=""), case_id=letter, subject="queue")
        )

    assert broken(parked) == set()


@pytest.mark.parametrize(
    ("decisions", "laws"),
    [("", set()), ("DISMISS", set()), ("RETRY", {4, 8}), ("RETRY RETRY DISMISS", set())],
)
@pytest.mark.parametrize("parked_as", ["capture refused", "dead letter"])
def test_goods_whose_capture_is_parked_are_not_paid_for_yet_and_one_that_is_tried_again_is(
    parked_as: str, decisions: str, laws: set[int]
) -> None:
    def parked(evidence: Evidence) -> None:
        evidence.payments[0] = replace(evidence.payments[0], state="VOIDED", captured=0, voided=TOTAL)
        world.without_event(evidence, "PaymentCaptured")
        evidence.entries.clear()
        assert evidence.money_effects
        evidence.money_effects[1] = MoneyEffect("void", void_key(ORDER, 1), ORDER, TOTAL, "GBP")
        voided = world.event("payments", "voided-1", "PaymentVoided", amount=TOTAL, currency="GBP")
        evidence.events.append(voided)
        evidence.published.add(voided.event_id)
        case_id = f"{ORDER}.capture-{SHIPMENT}"
        if parked_as == "dead letter":
            case_id = dead_letter_id("payments/capture_payment", evidence.shipments[0].event_id)
        subject, _, key = case_id.rpartition(".")
        evidence.cases += world.decided("CAPTURE_FAILED", key, decisions, subject=subject)

    assert broken(parked) == laws


def test_a_message_that_was_just_sent_again_may_be_on_its_way() -> None:
    def sent_again(evidence: Evidence) -> None:
        evidence.inbox.clear()
        evidence.tax_records = []
        subject, _, key = dead_letter_id("tax/commit_tax", f"{ORDER}:orders:000003").rpartition(".")
        evidence.cases += world.decided("DEAD_LETTER", key, "RETRY", subject=subject)
        at = stamp(world.NOW - timedelta(minutes=1))
        evidence.events.append(
            world.event("support", f"{key}-2", "ExceptionResolved", at=at, subject=subject)
        )
        evidence.published.add(evidence.events[-1].event_id)

    assert broken(sent_again, grace=timedelta(minutes=2)) == set()
    assert broken(sent_again) == {8, 11}


def test_an_acknowledged_order_that_is_not_stored_is_lost() -> None:
    assert broken(lambda _: None, acknowledged=(ORDER, "ord_lost")) == {7}


def test_what_happened_just_now_may_still_be_on_its_way() -> None:
    def just_shipped(evidence: Evidence) -> None:
        evidence.events = [replace(event, occurred_at=JUST_NOW) for event in evidence.events]
        evidence.events = [event for event in evidence.events if event.context != "payments"]
        evidence.published = set()
        evidence.inbox.clear()
        evidence.entries.clear()
        evidence.tax_records = []
        evidence.executions[0] = replace(evidence.executions[0], status="RUNNING")

    assert broken(just_shipped, grace=timedelta(minutes=2)) == set()
    assert broken(just_shipped) >= {3, 6, 8, 9, 11}


@pytest.mark.parametrize(
    ("change", "laws"),
    [
        (breaking.received_twice, {1}),
        (breaking.held_by_no_order, {2}),
        (breaking.altered_entry, {3}),
        (breaking.deleted_entry, {3}),
        (breaking.location_knows_of_less, {5}),
        (breaking.charged_twice, {6}),
        (breaking.never_captured_there, {6}),
        (breaking.published_fiction, {8}),
    ],
)
def test_what_changes_in_one_transaction_agrees_in_a_snapshot_at_any_moment(
    change: Change, laws: set[int]
) -> None:
    def at_work(evidence: Evidence) -> None:
        change(evidence)
        evidence.snapshot = True

    assert broken(at_work, grace=timedelta(days=40)) == laws


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
        breaking.unplaced(evidence)
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
    breaking.unplaced(evidence)
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
    breaking.unpublished_event(evidence)
    report = examine(evidence)

    assert report.to_json()["holds"] is False
    assert report.to_json()["taken_at"] == "2026-11-27T09:00:00.000Z"
    text = "\n".join(report.text())
    assert "FAIL  8 every event arrives" in text
    assert f"{ORDER}:orders:000002 was never published" in text


def test_on_a_system_at_work_only_what_breaks_twice_counts() -> None:
    first, second = world.world(), world.world()
    breaking.vanished_unit(first)
    breaking.unpublished_event(first)
    breaking.oversold(second)  # the same stock row, with other figures

    report = confirmed(examine(first), examine(second))

    assert [law.number for law in report.laws if not law.holds] == [1]
    assert confirmed(examine(world.world()), examine(second)).holds
