"""An order that was paid for in advance and in the end cost less: the difference goes back."""

import pytest
from oms.kernel.errors import OutcomeUnknown, WriteConflict
from oms.ledger.domain.accounts import CONTRACT_LIABILITY, PSP_CLEARING
from oms.payments.application.capturing import ShipmentPaid
from oms.payments.application.giving_back import NotGivenBack
from oms.payments.application.settling import Settled

from tests.unit.payments.bench import Bench


def assessed_again(*, taken: int = 3_000, costs: int = 2_700) -> Bench:
    """Paid for at first, then found to cost something else."""
    bench = Bench(prepaid=True)
    bench.authorize(taken)
    assert bench.authorize(costs, attempt=2) == ("CAPTURED", "")
    return bench


def refunds(bench: Bench) -> list[int]:
    return [effect.amount for effect in bench.gateway.effects if effect.kind == "refund"]


def test_what_no_shipment_can_earn_goes_back_once() -> None:
    bench = assessed_again()
    assert bench.capture("shp-1", 2_700) == ShipmentPaid("shp-1", 2_700, overpaid=True)

    assert [bench.give_back(), bench.give_back()] == [None, None]

    assert refunds(bench) == [300]
    assert (bench.balance(PSP_CLEARING), bench.balance(CONTRACT_LIABILITY)) == (2_700, 0)
    assert bench.capture("shp-1", 2_700) == ShipmentPaid("shp-1", 2_700)


def test_nothing_goes_back_while_a_shipment_is_to_come() -> None:
    bench = assessed_again()
    assert bench.capture("shp-1", 2_000) == ShipmentPaid("shp-1", 2_000)
    assert bench.give_back() is None
    assert refunds(bench) == []


def test_nothing_goes_back_before_the_goods_have_left() -> None:
    bench = assessed_again()
    assert (bench.give_back(), refunds(bench)) == (None, [])


def test_the_latest_assessment_says_what_the_order_costs() -> None:
    bench = assessed_again()
    bench.authorize(2_900, attempt=4)
    bench.authorize(2_500, attempt=3)
    bench.capture("shp-1", 2_700)
    assert (bench.payment.due, bench.payment.overpaid) == (2_900, False)
    bench.capture("shp-2", 200)
    bench.give_back()
    assert refunds(bench) == [100]


def test_an_order_that_cost_what_was_taken_is_not_overpaid() -> None:
    bench = assessed_again(costs=3_000)
    assert bench.capture("shp-1", 3_000) == ShipmentPaid("shp-1", 3_000)


def test_money_that_was_held_and_taken_at_shipment_is_none_to_give_back() -> None:
    bench = Bench()
    bench.authorize(3_000)
    assert bench.capture("shp-1", 2_700) == ShipmentPaid("shp-1", 2_700)
    assert (bench.give_back(), refunds(bench)) == (None, [])


def test_a_refund_that_got_lost_is_looked_up() -> None:
    bench = assessed_again()
    bench.capture("shp-1", 2_700)
    bench.boundaries.faults = {len(bench.boundaries.names) + 2: "lost after"}
    with pytest.raises(OutcomeUnknown):
        bench.give_back()
    assert bench.capture("shp-1", 2_700) == ShipmentPaid("shp-1", 2_700, overpaid=True, refunding=True)
    assert bench.give_back() is None
    assert (refunds(bench), bench.payment.pending_refund) == ([300], 0)


def test_a_refusal_is_a_value_and_the_next_try_asks_anew() -> None:
    bench = assessed_again()
    bench.capture("shp-1", 2_700)
    bench.gateway.refuse_refunds()
    assert bench.give_back() == NotGivenBack("charge_already_refunded", 300)
    bench.gateway.refuse_refunds(False)
    with pytest.raises(WriteConflict):
        bench.give_back(refusals=0)
    assert bench.give_back(refusals=1) is None
    assert refunds(bench) == [300]


def test_what_a_person_has_given_back_is_not_given_back_again() -> None:
    bench = assessed_again()
    bench.capture("shp-1", 2_700)
    bench.gateway.refuse_refunds()
    bench.give_back()
    for _ in range(2):
        bench.waive()
    bench.gateway.refuse_refunds(False)

    assert bench.give_back() is None
    assert bench.settle(2_700) == Settled(voided=0, refunded=0)
    assert refunds(bench) == []


def test_a_refund_that_is_on_its_way_is_finished_before_it_can_be_waived() -> None:
    bench = authorized_and_asked_to_settle()
    with pytest.raises(WriteConflict):
        bench.waive()
    assert bench.settle() == Settled(voided=0, refunded=3_000)
    assert (refunds(bench), bench.payment.pending_refund) == ([3_000], 0)


def authorized_and_asked_to_settle() -> Bench:
    """The refund has reached the gateway, its answer got lost."""
    bench = Bench(prepaid=True)
    bench.authorize(3_000)
    bench.boundaries.faults = {len(bench.boundaries.names) + 2: "lost after"}
    with pytest.raises(OutcomeUnknown):
        bench.settle()
    return bench


def test_two_runs_that_are_refused_at_once_do_not_try_once_more() -> None:
    """The other one has opened an exception by the time this is repeated."""
    bench = assessed_again()
    bench.capture("shp-1", 2_700)
    bench.gateway.refuse_refunds()
    begun = len(bench.boundaries.names)
    bench.boundaries.meanwhile = {begun + 3: lambda: bench.give_back()}

    with pytest.raises(WriteConflict):
        bench.give_back()

    assert bench.facts.count("PaymentRefundFailed") == 1


def test_a_repeat_that_read_before_the_first_had_written_knows_that_the_order_is_overpaid() -> None:
    bench = assessed_again()
    before = bench.payment
    bench.capture("shp-1", 2_700)
    stale = iter([before])
    bench.store.find = lambda order_id: next(stale, None) or bench.store.rows[order_id]  # type: ignore[method-assign]

    assert bench.capture("shp-1", 2_700) == ShipmentPaid("shp-1", 2_700, overpaid=True)


def test_the_same_attempt_with_another_amount_says_what_the_order_costs() -> None:
    bench = assessed_again()
    bench.authorize(2_800, attempt=2)
    assert bench.payment.due == 2_800


def test_an_order_without_a_payment_has_nothing_to_give_back() -> None:
    assert Bench().give_back() is None
