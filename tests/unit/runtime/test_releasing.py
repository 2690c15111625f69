"""The tasks after the assessment, in the workflow's words."""

from dataclasses import replace
from typing import Any

import pytest
from oms.contracts.tasks import AuthorizePayment, CancelLines, HoldOrder, ReleaseOrder, SettleCancellation
from oms.kernel.errors import BrokenInvariant
from oms.orders.application.shipping import record_shipment
from oms.payments.application.service import PaymentService
from oms.runtime.assessing.paying import authorize
from oms.runtime.releasing import cancel, hold, release
from oms.runtime.settling import settle
from oms.runtime.tasks import as_json

from tests.builders import CLIENT, NOW, ORDER, a_snapshot, placed, released
from tests.fakes.gateways import FakeGateway
from tests.fakes.orders import FakeOrders
from tests.fakes.payments import FakePayments
from tests.unit.orders.warehouse import a_parcel
from tests.unit.payments.bench import WatchedGateway

PLAN = {"boxes": [{"location": "LON", "lines": [[1, 2]]}, {"location": "MAN", "lines": [[2, 1]]}]}
TAX = {"outcome": "QUOTED", "lines": [[1, 800], [2, 100]], "shipping": 90, "total": 990, "estimated": True}


@pytest.fixture
def orders() -> FakeOrders:
    orders = FakeOrders()
    placed(orders)
    return orders


def outcome(result: Any) -> Any:
    return as_json(result)["outcome"]


def test_a_confirmed_order_is_handed_to_the_locations_of_its_plan(orders: FakeOrders) -> None:
    assert outcome(release(ReleaseOrder(ORDER, 1, PLAN, TAX), orders=orders, now=NOW)) == "RELEASED"

    order = orders.orders[ORDER]
    assert [(one.location, len(one.work)) for one in orders.fulfilment_orders(ORDER)] == [
        ("LON", 1),
        ("MAN", 1),
    ]
    assert [line.tax for line in order.lines] == [800, 100]
    assert (order.shipping_tax, order.tax_estimated) == (90, True)
    event = orders.recorded(ORDER)[-1]
    assert (event.actor, event.data["total"]) == ("system:order_capture", 4498 + 499 + 990)


def test_an_order_that_was_released_before_is_released_without_a_plan(orders: FakeOrders) -> None:
    released(orders)
    before = orders.orders[ORDER]

    assert outcome(release(ReleaseOrder(ORDER, 1, None, None), orders=orders, now=NOW)) == "RELEASED"
    assert orders.orders[ORDER] is before


def test_an_order_that_was_not_is_never_released_without_a_plan(orders: FakeOrders) -> None:
    with pytest.raises(BrokenInvariant):
        release(ReleaseOrder(ORDER, 1, None, None), orders=orders, now=NOW)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("FRAUD", "ON_HOLD"), ("SHORTAGE", "AWAITING_CUSTOMER"), ("PAYMENT", "AWAITING_PAYMENT")],
)
def test_a_stopped_order_says_why_it_waits(orders: FakeOrders, kind: str, status: str) -> None:
    assert outcome(hold(HoldOrder(ORDER, 1, kind, "line 1 is missing"), orders=orders, now=NOW)) == "HELD"

    assert orders.orders[ORDER].headline == status
    assert orders.recorded(ORDER)[-1].data["cause"] == "line 1 is missing"


def test_a_stop_of_an_overtaken_assessment_says_nothing(orders: FakeOrders) -> None:
    orders.take_over(ORDER, 2)

    answer = outcome(hold(HoldOrder(ORDER, 1, "FRAUD", "late"), orders=orders, now=NOW))

    assert (answer, orders.orders[ORDER].hold) == ("UNCHANGED", None)


def test_a_hold_nobody_knows_is_refused(orders: FakeOrders) -> None:
    with pytest.raises(ValueError, match="WEATHER"):
        hold(HoldOrder(ORDER, 1, "WEATHER", ""), orders=orders, now=NOW)


@pytest.mark.parametrize(
    ("sent", "answer"), [({}, "NOTHING_OPEN"), ({1: 1}, "CANCELLED"), (None, "CANCELLED")]
)
def test_what_has_not_shipped_is_called_off(
    orders: FakeOrders, sent: dict[int, int] | None, answer: str
) -> None:
    released(orders)
    if sent is not None:
        record_shipment(f"{ORDER}-f1", a_parcel("p1", sent), orders=orders, now=NOW, actor=CLIENT)

    assert outcome(cancel(CancelLines(ORDER, ""), orders=orders, now=NOW)) == answer
    assert orders.orders[ORDER].is_terminal


def settled(orders: FakeOrders, gateway: FakeGateway, *, prepaid: bool) -> dict[str, Any]:
    """What becomes of the money of an order that is cancelled after it was paid for."""
    placed(orders, a_snapshot(prepaid=prepaid))
    payments = PaymentService(FakePayments(), gateway)
    authorize(AuthorizePayment(ORDER, {"total": 0}, "1-0"), orders=orders, payments=payments, now=NOW)
    cancel(CancelLines(ORDER, ""), orders=orders, now=NOW)
    return settle(SettleCancellation(ORDER, 0), orders=orders, payments=payments, now=NOW)


@pytest.mark.parametrize(("prepaid", "voided", "refunded"), [(False, 4997, 0), (True, 0, 4997)])
def test_money_that_was_only_held_is_let_go_and_money_that_was_taken_goes_back(
    prepaid: bool, voided: int, refunded: int
) -> None:
    gateway = FakeGateway()

    answer = settled(FakeOrders(), gateway, prepaid=prepaid)

    assert answer == {"outcome": "SETTLED", "voided": voided, "refunded": refunded}


def test_a_refund_that_the_gateway_refuses_says_how_much_and_why() -> None:
    class Refusing(FakeGateway):
        """Somebody gave the money back at the gateway's own desk."""

        def refund(self, *, key: str, reference: str, amount: int) -> Any:
            self._payments[reference].refunded = amount
            return super().refund(key=key, reference=reference, amount=amount)

    answer = settled(FakeOrders(), Refusing(), prepaid=True)

    assert answer == {
        "outcome": "NOT_SETTLED",
        "detail": "The refund of 49.97 GBP was refused: charge_already_refunded",
    }


@pytest.mark.parametrize(("stops", "outcome"), [(0, "NOT_SETTLED"), (1, "SETTLED")])
def test_what_was_refused_is_given_back_only_after_another_stop(
    orders: FakeOrders, stops: int, outcome: str
) -> None:
    gateway = WatchedGateway()
    orders.snapshots[ORDER] = replace(orders.snapshots[ORDER], prepaid=True)
    payments = PaymentService(FakePayments(), gateway)
    authorize(AuthorizePayment(ORDER, {"total": 0}, "1-0"), orders=orders, payments=payments, now=NOW)
    cancel(CancelLines(ORDER, ""), orders=orders, now=NOW)
    gateway.refuse_refunds()
    settle(SettleCancellation(ORDER, 0), orders=orders, payments=payments, now=NOW)
    gateway.refuse_refunds(False)

    answer = settle(SettleCancellation(ORDER, stops), orders=orders, payments=payments, now=NOW)

    assert answer["outcome"] == outcome


def test_an_order_nobody_paid_for_is_settled(orders: FakeOrders) -> None:
    payments = PaymentService(FakePayments(), FakeGateway())

    answer = settle(SettleCancellation(ORDER, 0), orders=orders, payments=payments, now=NOW)

    assert answer == {"outcome": "SETTLED", "voided": 0, "refunded": 0}
