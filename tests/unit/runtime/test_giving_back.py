"""What an order that was paid for in advance did not cost goes back, or a person has it."""

from dataclasses import replace

import pytest
from oms.kernel.errors import OutcomeUnknown, WriteConflict
from oms.kernel.events import Event
from oms.kernel.money import Money
from oms.payments.application.service import PaymentService
from oms.runtime.consuming.payments import capture_payment
from oms.runtime.queues import event_in
from oms.support.application.cases import decide, report
from oms.support.domain.exceptions import Action, Case

from tests.builders import CLIENT, NOW, ORDER, SYSTEM
from tests.fakes.cases import FakeCases
from tests.fakes.gateways import FakeGateway
from tests.fakes.orders import FakeOrders
from tests.unit.payments.bench import WatchedGateway
from tests.unit.runtime.parcels import authorized, one_released, shipped


@pytest.fixture
def orders() -> FakeOrders:
    return one_released()


def overpaid(orders: FakeOrders, gateway: FakeGateway) -> tuple[PaymentService, Event]:
    """Paid for in advance with more than it costs, and the event of the parcel with all of it."""
    orders.snapshots[ORDER] = replace(orders.snapshots[ORDER], prepaid=True)
    payments, event = authorized(orders, gateway, 9999), shipped(orders)
    payments.authorize(orders.snapshots[ORDER], event.data["total"], 2, now=NOW, actor=SYSTEM)
    return payments, event


def refunds(gateway: FakeGateway) -> list[int]:
    return [effect.amount for effect in gateway.effects if effect.kind == "refund"]


def test_what_an_order_did_not_cost_goes_back_with_its_last_parcel_once(orders: FakeOrders) -> None:
    gateway, cases = FakeGateway(), FakeCases()
    payments, event = overpaid(orders, gateway)

    for _ in range(2):
        capture_payment(event, payments=payments, cases=cases, now=NOW)

    assert refunds(gateway) == [9999 - event.data["total"]]
    assert cases.cases == {}


def refused_refund(orders: FakeOrders, cases: FakeCases) -> tuple[WatchedGateway, PaymentService, Event]:
    gateway = WatchedGateway()
    payments, event = overpaid(orders, gateway)
    gateway.refuse_refunds()
    capture_payment(event, payments=payments, cases=cases, now=NOW)
    return gateway, payments, event


def test_a_difference_that_cannot_be_given_back_waits_for_a_person(orders: FakeOrders) -> None:
    cases = FakeCases()
    gateway, payments, event = refused_refund(orders, cases)
    gateway.refuse_refunds(False)

    capture_payment(event, payments=payments, cases=cases, now=NOW)

    (case,) = cases.cases.values()
    assert (case.case_id, case.kind, case.owner) == (f"{ORDER}.excess", "REFUND_FAILED", "support")
    difference = Money(9999 - event.data["total"], event.data["currency"])
    assert case.detail == (
        f"The order cost less than was taken; the refund of {difference} was refused: charge_already_refunded"
    )
    assert event_in(case.message) == event
    assert refunds(gateway) == []


@pytest.mark.parametrize(("action", "given_back"), [(Action.DISMISS, 0), (Action.RETRY, 1)])
def test_a_person_decides_whether_the_difference_is_tried_again(
    orders: FakeOrders, action: Action, given_back: int
) -> None:
    cases = FakeCases()
    gateway, payments, event = refused_refund(orders, cases)
    decide(f"{ORDER}.excess", action, cases=cases, now=NOW, actor=CLIENT, reason="paid by hand")
    gateway.refuse_refunds(False)

    for _ in range(2):
        capture_payment(event, payments=payments, cases=cases, now=NOW)

    assert len(refunds(gateway)) == given_back
    assert not any(case.is_open for case in cases.of_subject(ORDER))


def test_a_difference_refused_a_second_time_is_a_new_exception(orders: FakeOrders) -> None:
    cases = FakeCases()
    _, payments, event = refused_refund(orders, cases)
    decide(f"{ORDER}.excess", Action.RETRY, cases=cases, now=NOW, actor=CLIENT, reason="again")

    for _ in range(2):
        capture_payment(event, payments=payments, cases=cases, now=NOW)

    assert [case.case_id for case in cases.of_subject(ORDER) if case.is_open] == [f"{ORDER}.excess-2"]


def test_who_was_overtaken_by_a_refusal_does_not_try_once_more(
    orders: FakeOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had asked whether a person has it just before another delivery was refused."""
    cases, gateway = FakeCases(), WatchedGateway()
    payments, event = overpaid(orders, gateway)
    gateway.refuse_refunds()
    load = cases.load

    def late(case_id: str) -> Case | None:
        seen = load(case_id)
        monkeypatch.undo()
        capture_payment(event, payments=payments, cases=cases, now=NOW)
        gateway.refuse_refunds(False)
        return seen

    monkeypatch.setattr(cases, "load", late)

    with pytest.raises(WriteConflict):
        capture_payment(event, payments=payments, cases=cases, now=NOW)

    assert refunds(gateway) == []
    assert [case.is_open for case in cases.cases.values()] == [True]


def test_a_refund_that_was_begun_before_a_person_had_it_is_finished(orders: FakeOrders) -> None:
    """Its first refusal was not yet reported when another delivery began again, and got no answer."""
    cases = FakeCases()
    gateway, payments, event = refused_refund(orders, FakeCases())
    gateway.refuse_refunds(False)
    gateway.boundaries.faults = {gateway.boundaries.crossed + 1: "lost before"}
    with pytest.raises(OutcomeUnknown):
        capture_payment(event, payments=payments, cases=FakeCases(), now=NOW)
    report(
        subject=ORDER,
        key="excess",
        channel="web",
        kind="REFUND_FAILED",
        detail="",
        cases=cases,
        now=NOW,
        actor=SYSTEM,
    )

    capture_payment(event, payments=payments, cases=cases, now=NOW)

    assert len(refunds(gateway)) == 1


def test_a_person_has_it_whichever_parcel_is_reported_again(orders: FakeOrders) -> None:
    cases, gateway = FakeCases(), WatchedGateway()
    orders.snapshots[ORDER] = replace(orders.snapshots[ORDER], prepaid=True)
    payments = authorized(orders, gateway, 9999)
    parcels = [shipped(orders, {1: 1}), shipped(orders, shipment_id="p2")]
    total = sum(event.data["total"] for event in parcels)
    payments.authorize(orders.snapshots[ORDER], total, 2, now=NOW, actor=SYSTEM)
    gateway.refuse_refunds()
    for event in parcels:
        capture_payment(event, payments=payments, cases=cases, now=NOW)
    decide(f"{ORDER}.excess", Action.DISMISS, cases=cases, now=NOW, actor=CLIENT, reason="paid by hand")
    gateway.refuse_refunds(False)

    for event in parcels:
        capture_payment(event, payments=payments, cases=cases, now=NOW)

    assert len(cases.cases) == 1
    assert refunds(gateway) == []


def test_who_dismisses_a_refund_waives_it_for_good(orders: FakeOrders) -> None:
    cases = FakeCases()
    _, payments, _ = refused_refund(orders, cases)
    decide(f"{ORDER}.excess", Action.DISMISS, cases=cases, now=NOW, actor=CLIENT, reason="paid by hand")
    (resolved,) = [event for event in cases.events.values() if event.type == "ExceptionResolved"]

    capture_payment(resolved, payments=payments, cases=cases, now=NOW)

    payment = payments.payments.find(ORDER)
    assert payment is not None
    assert payment.waived
