"""What a shipment sets in motion: money, stock and tax, each once."""

import re
from dataclasses import replace

import pytest
from oms.contracts.snapshots import Address
from oms.inventory.application.reserving import reserve
from oms.inventory.domain.stock import StockLevel
from oms.kernel.errors import BrokenInvariant, OutcomeUnknown, WriteConflict
from oms.kernel.events import Event
from oms.payments.application.service import PaymentService
from oms.payments.domain.payment import Payment
from oms.runtime.consuming.payments import capture_payment
from oms.runtime.consuming.stock import ship_stock
from oms.runtime.consuming.tax import commit_tax, tax_code
from oms.runtime.queues import event_in
from oms.support.application.cases import decide, report
from oms.support.domain.exceptions import Action, Case

from tests.builders import CLIENT, NOW, ORDER, SYSTEM, an_address
from tests.fakes.cases import FakeCases
from tests.fakes.gateways import FakeGateway, FakeTax
from tests.fakes.orders import FakeOrders
from tests.fakes.stock import FakeStock
from tests.unit.payments.bench import WatchedGateway
from tests.unit.runtime.parcels import authorized, one_released, paying, shipped


class Addresses:
    """`ShipFrom`: every location is in a town of its own name."""

    def address(self, location: str) -> Address:
        return an_address(city=location)


@pytest.fixture
def orders() -> FakeOrders:
    return one_released()


def test_a_shipment_takes_its_money_once_however_often_it_is_reported(orders: FakeOrders) -> None:
    gateway, cases = FakeGateway(), FakeCases()
    payments = authorized(orders, gateway, 5987)
    event = shipped(orders, {1: 1})

    for _ in range(2):
        capture_payment(event, payments=payments, cases=cases, now=NOW)

    captures = [effect.amount for effect in gateway.effects if effect.kind == "capture"]
    assert captures == [event.data["total"]] == [1999 + 400 + 499 + 90]
    assert cases.cases == {}


def test_a_shipment_reported_late_is_booked_in_the_month_in_which_it_left(orders: FakeOrders) -> None:
    payments, books = paying(orders, FakeGateway(), 9999)
    event = replace(shipped(orders), occurred_at="2026-10-31T23:59:59.000Z")

    capture_payment(event, payments=payments, cases=FakeCases(), now=NOW)

    (entry,) = books.journal(ORDER)
    assert (entry.occurred_at, entry.period) == (event.occurred_at, "2026-10")


def test_money_that_cannot_be_taken_waits_for_a_person_once(orders: FakeOrders) -> None:
    cases = FakeCases()
    payments = authorized(orders, FakeGateway(), 100)
    event = shipped(orders)

    for _ in range(2):
        capture_payment(event, payments=payments, cases=cases, now=NOW)

    (case,) = cases.cases.values()
    assert (case.case_id, case.kind, case.owner, case.token) == (
        f"{ORDER}.capture-f1-p1",
        "CAPTURE_FAILED",
        "support",
        "",
    )
    assert case.detail == "Shipment f1-p1: exceeds_authorization"
    assert case.channel == "web"
    assert event_in(case.message) == event


def test_money_that_cannot_be_taken_in_a_second_try_waits_for_a_person_again(orders: FakeOrders) -> None:
    cases = FakeCases()
    payments = authorized(orders, FakeGateway(), 100)
    event = shipped(orders)
    capture_payment(event, payments=payments, cases=cases, now=NOW)
    decide(f"{ORDER}.capture-f1-p1", Action.RETRY, cases=cases, now=NOW, actor=CLIENT, reason="paid up")

    capture_payment(event, payments=payments, cases=cases, now=NOW)

    assert [case.is_open for case in cases.of_subject(ORDER)] == [False, True]


def open_item(cases: FakeCases, key: str, kind: str) -> None:
    report(subject=ORDER, key=key, channel="web", kind=kind, detail="", cases=cases, now=NOW, actor=SYSTEM)


def refused(orders: FakeOrders, cases: FakeCases) -> tuple[WatchedGateway, PaymentService, Event]:
    gateway = WatchedGateway()
    payments, event = authorized(orders, gateway, 9999), shipped(orders)
    gateway.lose_hold()
    capture_payment(event, payments=payments, cases=cases, now=NOW)
    return gateway, payments, event


@pytest.mark.parametrize(("action", "taken"), [(None, 0), (Action.DISMISS, 0), (Action.RETRY, 1)])
def test_a_person_decides_whether_refused_money_is_tried_again(
    orders: FakeOrders, action: Action | None, taken: int
) -> None:
    """However often its parcel is reported."""
    cases = FakeCases()
    gateway, payments, event = refused(orders, cases)
    if action:
        decide(f"{ORDER}.capture-f1-p1", action, cases=cases, now=NOW, actor=CLIENT, reason="spoke to them")
    gateway.regain_hold()

    for _ in range(2):
        capture_payment(event, payments=payments, cases=cases, now=NOW)

    assert [effect.kind for effect in gateway.effects].count("capture") == taken
    assert len(cases.cases) == 1


def test_a_parcel_reported_twice_at_once_is_not_charged_behind_its_exception(
    orders: FakeOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had read the payment just before another delivery was refused."""
    cases, gateway = FakeCases(), WatchedGateway()
    payments, event = authorized(orders, gateway, 9999), shipped(orders)
    gateway.lose_hold()
    has_entry = payments.payments.has_entry

    def late(order_id: str, entry_id: str) -> bool:
        seen = has_entry(order_id, entry_id)
        monkeypatch.undo()
        capture_payment(event, payments=payments, cases=cases, now=NOW)
        gateway.regain_hold()
        return seen

    monkeypatch.setattr(payments.payments, "has_entry", late)

    with pytest.raises(WriteConflict):
        capture_payment(event, payments=payments, cases=cases, now=NOW)

    assert [effect.kind for effect in gateway.effects] == ["authorize"]
    assert [case.is_open for case in cases.cases.values()] == [True]


def test_who_was_overtaken_by_an_obstacle_does_not_take_the_money_behind_its_exception(
    orders: FakeOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had read the payment just before another delivery found that the hold does not cover the parcel."""
    cases, gateway = FakeCases(), FakeGateway()
    payments, event = authorized(orders, gateway, 9999), shipped(orders)
    stored = payments.payments.find(ORDER)
    assert stored is not None
    intend = payments.payments.intend

    def late(payment: Payment, **claims: int) -> bool:
        monkeypatch.undo()
        assert intend(stored.refuse("f1-p1", event.data["total"]))
        return intend(payment, **claims)

    monkeypatch.setattr(payments.payments, "intend", late)

    with pytest.raises(WriteConflict):
        capture_payment(event, payments=payments, cases=cases, now=NOW)

    assert [effect.kind for effect in gateway.effects] == ["authorize"]


def test_a_capture_that_was_begun_before_a_person_had_it_is_finished(orders: FakeOrders) -> None:
    """Its first refusal was not yet reported when another delivery began again, and got no answer."""
    cases, gateway = FakeCases(), WatchedGateway()
    payments, event = authorized(orders, gateway, 9999), shipped(orders)
    gateway.lose_hold()
    capture_payment(event, payments=payments, cases=FakeCases(), now=NOW)
    gateway.regain_hold()
    gateway.boundaries.faults = {gateway.boundaries.crossed + 1: "lost before"}
    with pytest.raises(OutcomeUnknown):
        capture_payment(event, payments=payments, cases=FakeCases(), now=NOW)
    open_item(cases, "capture-f1-p1", "CAPTURE_FAILED")

    capture_payment(event, payments=payments, cases=cases, now=NOW)

    assert [effect.kind for effect in gateway.effects] == ["authorize", "capture"]


@pytest.mark.parametrize(("action", "given_back"), [(Action.DISMISS, 1), (Action.RETRY, 0)])
def test_money_that_a_person_gives_up_is_no_longer_held(
    orders: FakeOrders, action: Action, given_back: int
) -> None:
    cases, gateway = FakeCases(), FakeGateway()
    payments = authorized(orders, gateway, 100)
    capture_payment(shipped(orders), payments=payments, cases=cases, now=NOW)
    case = decide(f"{ORDER}.capture-f1-p1", action, cases=cases, now=NOW, actor=CLIENT, reason="lost cause")
    assert isinstance(case, Case)
    resolved = [event for event in cases.events.values() if event.type == "ExceptionResolved"]

    for event in resolved * 2:
        capture_payment(event, payments=payments, cases=cases, now=NOW)

    assert len(resolved) == 1
    assert [effect.kind for effect in gateway.effects].count("void") == given_back


def test_what_was_decided_of_other_exceptions_moves_no_money(orders: FakeOrders) -> None:
    cases, gateway = FakeCases(), FakeGateway()
    payments = authorized(orders, gateway, 9999)
    open_item(cases, "refund", "REFUND_FAILED")
    decide(f"{ORDER}.refund", Action.DISMISS, cases=cases, now=NOW, actor=CLIENT, reason="paid by cheque")

    for event in cases.events.values():
        if event.type == "ExceptionResolved":
            capture_payment(event, payments=payments, cases=cases, now=NOW)

    assert [effect.kind for effect in gateway.effects] == ["authorize"]


def test_a_charge_that_does_not_add_up_is_never_taken(orders: FakeOrders) -> None:
    gateway = FakeGateway()
    payments = authorized(orders, gateway, 9999)
    event = shipped(orders)
    event.data["total"] += 1

    with pytest.raises(BrokenInvariant):
        capture_payment(event, payments=payments, cases=FakeCases(), now=NOW)
    assert [effect.kind for effect in gateway.effects] == ["authorize"]


def test_the_units_of_a_shipment_leave_the_stock_once(orders: FakeOrders) -> None:
    levels = [StockLevel(sku=sku, location="LON", available=9, received=9) for sku in ("SKU-1", "SKU-2")]
    stock = FakeStock({level.key: level for level in levels})
    wanted = [("LON", "SKU-1", 2), ("LON", "SKU-2", 1)]
    reserve(
        stock,
        stock,
        order_id=ORDER,
        channel="web",
        reservation_id="1-0-1",
        turn=1,
        wanted=wanted,
        now=NOW,
        actor=SYSTEM,
    )
    event = shipped(orders, {1: 2})

    for _ in range(2):
        ship_stock(event, reservations=stock, now=NOW)

    found = {level.sku: (level.available, level.reserved, level.shipped) for level in stock.all_levels()}
    assert found == {"SKU-1": (7, 0, 2), "SKU-2": (8, 1, 0)}
    assert stock.violations() == []


def test_the_tax_of_a_shipment_is_reported_as_it_was_charged(orders: FakeOrders) -> None:
    tax = FakeTax()

    committed = commit_tax(shipped(orders, {1: 1, 2: 1}), orders=orders, tax=tax, ship_from=Addresses())

    assert committed.total == 400 + 100 + 90
    (document,) = tax.documents.values()
    assert document.code == f"{ORDER.replace('_', '-')}-f1-p1"
    assert [
        (line.number, line.quantity, line.amount, line.tax, line.tax_code) for line in document.lines
    ] == [
        (1, 1, 1999, 400, "P0000000"),
        (2, 1, 500, 100, ""),
    ]
    assert (document.shipping, document.shipping_tax, document.ship_from.city) == (499, 90, "LON")


def test_all_shipments_together_report_the_tax_of_the_order(orders: FakeOrders) -> None:
    tax = FakeTax()
    parcels = [shipped(orders, {1: 1}, "p1"), shipped(orders, {1: 1}, "p2"), shipped(orders, {2: 1}, "p3")]

    totals = [commit_tax(each, orders=orders, tax=tax, ship_from=Addresses()).total for each in parcels]

    assert sum(totals) == 800 + 100 + 90
    assert len(tax.documents) == 3
    assert [document.shipping for document in tax.documents.values()] == [499, 0, 0]


@pytest.mark.parametrize("shipment_id", ["f1-1", "f1-" + "x" * 14, "f1-a_b", "f123-" + "y_" * 20])
def test_the_code_of_a_tax_document_is_one_that_avatax_takes(shipment_id: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9-]{1,50}", tax_code(ORDER, shipment_id))


def test_two_shipments_never_share_a_tax_document() -> None:
    names = ["f1-a", "f1-a_", "f1-a_b", "f2-a", "f1-" + "a" * 40, "f1-" + "a" * 39 + "b", "f1-A"]

    assert len({tax_code(ORDER, name) for name in names}) == len(names)
