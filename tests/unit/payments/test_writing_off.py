"""Giving up on a refused capture: nobody's money stays on hold for nothing."""

import pytest
from oms.kernel.errors import OutcomeUnknown
from oms.payments.application.capturing import NotCapturable, ShipmentPaid
from oms.payments.application.ports import CapturesPending
from oms.payments.domain.machines import AuthorizationState as State

from tests.unit.payments.bench import NOW, ORDER, SYSTEM, Bench


def refused(authorized: int = 3_000, amount: int = 3_000) -> Bench:
    """A payment whose first shipment the gateway refused to take."""
    bench = Bench()
    bench.authorize(authorized)
    bench.gateway.lose_hold()
    assert isinstance(bench.capture("shp-1", amount), NotCapturable)
    bench.gateway.regain_hold()
    return bench


def write_off(bench: Bench, shipment_id: str = "shp-1") -> None:
    bench.service.write_off(ORDER, shipment_id, now=NOW, actor=SYSTEM)


def test_what_is_held_for_a_capture_that_was_given_up_is_released_once() -> None:
    bench = refused()

    for _ in range(2):
        write_off(bench)

    assert (bench.payment.state, bench.payment.voided) == (State.VOIDED, 3_000)
    assert bench.facts[-2:] == ["PaymentWrittenOff", "PaymentVoided"]
    assert bench.facts.count("PaymentWrittenOff") == 1


def test_what_later_shipments_may_still_take_stays_on_hold() -> None:
    bench = refused(amount=1_000)

    write_off(bench)

    assert bench.payment.held == 3_000
    assert bench.capture("shp-2", 2_000) == ShipmentPaid("shp-2", 2_000)
    assert (bench.payment.captured, bench.payment.held) == (2_000, 0)


def test_a_release_that_broke_off_after_the_last_capture_is_made_up_for() -> None:
    bench = refused(amount=1_000)
    write_off(bench)
    bench.boundaries.names.clear()
    bench.boundaries.crossed = 0
    bench.boundaries.faults = {5: "lost before"}
    with pytest.raises(OutcomeUnknown):
        bench.capture("shp-2", 2_000)
    assert bench.boundaries.names[3:] == ["intend", "void", "intend"]

    assert bench.capture("shp-2", 2_000) == ShipmentPaid("shp-2", 2_000)

    assert bench.payment.held == 0


def test_what_was_given_up_is_not_taken_by_a_report_that_comes_again() -> None:
    bench = refused(amount=1_000)
    write_off(bench)

    assert bench.capture("shp-1", 1_000) == NotCapturable("shp-1", 1_000, "written_off")
    assert bench.payment.written_off("shp-1")


@pytest.fixture
def called_off() -> Bench:
    """The rest of its order was cancelled while a person had the refused capture."""
    bench = refused(amount=1_000)
    bench.settle(1_000)
    return bench


def test_what_was_refused_can_still_be_taken_after_the_rest_was_called_off(called_off: Bench) -> None:
    assert called_off.capture("shp-1", 1_000) == ShipmentPaid("shp-1", 1_000)

    assert (called_off.gateway.kept, called_off.gateway.held) == (1_000, 0)
    assert (called_off.payment.captured, called_off.payment.voided) == (1_000, 2_000)


def test_where_it_was_given_up_all_that_was_held_is_released(called_off: Bench) -> None:
    write_off(called_off)

    assert (called_off.payment.state, called_off.payment.voided) == (State.VOIDED, 3_000)
    assert called_off.gateway.held == 0


def test_of_an_order_called_off_the_last_of_two_decisions_releases_the_hold() -> None:
    bench = Bench()
    bench.authorize(3_000)
    bench.gateway.lose_hold()
    for shipment_id in ("shp-1", "shp-2"):
        bench.capture(shipment_id, 1_000)
    bench.gateway.regain_hold()
    bench.settle(2_000)

    write_off(bench)
    assert bench.payment.held == 3_000

    assert bench.capture("shp-2", 1_000) == ShipmentPaid("shp-2", 1_000)
    assert (bench.payment.captured, bench.payment.held, bench.gateway.held) == (1_000, 0, 0)


def test_nothing_is_released_beneath_a_refusal_that_is_undecided() -> None:
    bench = refused(amount=1_000)
    bench.capture("shp-2", 3_500)

    write_off(bench, "shp-2")

    assert bench.payment.held == 3_000
    assert bench.capture("shp-1", 1_000) == ShipmentPaid("shp-1", 1_000)
    assert (bench.payment.captured, bench.payment.held) == (1_000, 0)


def test_a_capture_that_is_just_being_tried_again_is_not_given_up_meanwhile() -> None:
    bench = refused()
    bench.boundaries.crossed = 0
    bench.boundaries.faults = {2: "lost before"}
    with pytest.raises(OutcomeUnknown):
        bench.capture("shp-1", 3_000)

    with pytest.raises(CapturesPending):
        write_off(bench)

    assert bench.capture("shp-1", 3_000) == ShipmentPaid("shp-1", 3_000)
    write_off(bench)
    assert (bench.payment.state, bench.payment.captured) == (State.CAPTURED, 3_000)


def test_an_order_without_a_payment_has_nothing_to_give_up() -> None:
    bench = Bench()
    write_off(bench)
    assert bench.facts == []
