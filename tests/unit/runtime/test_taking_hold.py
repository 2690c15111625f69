"""The assessment takes hold of stock and money, and gives back what it may."""

from typing import Any

import pytest
from oms.contracts.tasks import AuthorizePayment, ReleaseStock, ReserveStock
from oms.inventory.domain.stock import StockLevel
from oms.kernel.errors import BrokenInvariant
from oms.orders.application.cancellation import cancel_lines
from oms.orders.application.release import release_order
from oms.orders.application.shipping import record_shipment
from oms.orders.domain.capture import Taxes
from oms.payments.application.service import PaymentService
from oms.runtime.assessing.paying import authorize
from oms.runtime.assessing.stock import give_back_stock, hold_stock

from tests.builders import CLIENT, NOW, ORDER, SYSTEM, a_snapshot, placed, released
from tests.fakes.gateways import FakeGateway
from tests.fakes.orders import FakeOrders
from tests.fakes.payments import FakePayments
from tests.fakes.stock import FakeStock
from tests.unit.orders.warehouse import a_parcel

TWO_PLACES = {
    "boxes": [{"location": "LON", "lines": [[1, 1]]}, {"location": "MAN", "lines": [[1, 1], [2, 1]]}]
}


@pytest.fixture
def orders() -> FakeOrders:
    """One placed order of two units and one."""
    orders = FakeOrders()
    placed(orders)
    return orders


def stocked(*levels: tuple[str, str, int]) -> FakeStock:
    """(location, SKU, units received)"""
    found = [StockLevel(sku=sku, location=place, available=n, received=n) for place, sku, n in levels]
    return FakeStock({level.key: level for level in found})


def held(orders: FakeOrders, stock: FakeStock, run: str = "1-0", plan: Any = TWO_PLACES) -> dict[str, Any]:
    command = ReserveStock(ORDER, run, 1, plan)
    return hold_stock(command, orders=orders, reservations=stock, levels=stock, now=NOW)


def given_back(orders: FakeOrders, stock: FakeStock, run: str = "", *, own: bool = True) -> int:
    answer = give_back_stock(ReleaseStock(ORDER, run, own), orders=orders, reservations=stock, now=NOW)
    assert answer["outcome"] == "RELEASED"
    return int(answer["units"])


def test_stock_is_held_where_the_plan_says(orders: FakeOrders) -> None:
    stock = stocked(("LON", "SKU-1", 5), ("MAN", "SKU-1", 5), ("MAN", "SKU-2", 1))

    assert held(orders, stock) == {"outcome": "RESERVED"}

    assert {level.key: level.reserved for level in stock.all_levels()} == {
        ("LON", "SKU-1"): 1,
        ("MAN", "SKU-1"): 1,
        ("MAN", "SKU-2"): 1,
    }
    assert held(orders, stock) == {"outcome": "RESERVED"}
    assert sum(level.reserved for level in stock.all_levels()) == 3


def test_stock_that_somebody_else_bought_is_named_for_the_next_plan(orders: FakeOrders) -> None:
    stock = stocked(("LON", "SKU-1", 5), ("MAN", "SKU-1", 0), ("MAN", "SKU-2", 0))

    answer = held(orders, stock)

    assert answer == {"outcome": "REFUSED", "exclusions": [["SKU-1", "MAN"], ["SKU-2", "MAN"]]}
    assert sum(level.reserved for level in stock.all_levels()) == 0


def test_a_reservation_that_was_given_back_is_not_made_again(orders: FakeOrders) -> None:
    stock = stocked(("LON", "SKU-1", 5), ("MAN", "SKU-1", 5), ("MAN", "SKU-2", 1))
    held(orders, stock)
    given_back(orders, stock, "1-0")

    assert held(orders, stock) == {"outcome": "WITHDRAWN"}
    assert held(orders, stock, "1-1") == {"outcome": "RESERVED"}


@pytest.mark.parametrize("late", ["1-0", "1-4", "2-0"])
def test_a_run_that_outlives_its_workflow_takes_nothing(orders: FakeOrders, late: str) -> None:
    stock = stocked(("LON", "SKU-1", 5), ("MAN", "SKU-1", 5), ("MAN", "SKU-2", 1))
    given_back(orders, stock, "101-0", own=False)

    assert held(orders, stock, late) == {"outcome": "WITHDRAWN"}
    assert held(orders, stock, "101-0") == {"outcome": "RESERVED"}
    assert held(orders, stock, late) == {"outcome": "WITHDRAWN"}
    assert sum(level.reserved for level in stock.all_levels()) == 3


@pytest.mark.parametrize("late", ["1-0", "2-4"])
def test_a_run_that_outlives_its_workflow_gives_nothing_back_that_is_not_its_own(
    orders: FakeOrders, late: str
) -> None:
    stock = stocked(("LON", "SKU-1", 5), ("MAN", "SKU-1", 5), ("MAN", "SKU-2", 1))
    held(orders, stock, "101-0")

    assert given_back(orders, stock, late) == 0
    assert given_back(orders, stock, "101-0", own=False) == 0
    assert given_back(orders, stock, "101-0") == 3


def test_an_order_that_was_called_off_reserves_nothing_any_more(orders: FakeOrders) -> None:
    stock = stocked(("LON", "SKU-1", 5), ("MAN", "SKU-1", 5), ("MAN", "SKU-2", 1))
    held(orders, stock)

    assert given_back(orders, stock) == 3
    assert held(orders, stock, "801-4") == {"outcome": "WITHDRAWN"}


def test_an_order_that_was_never_released_gives_everything_back(orders: FakeOrders) -> None:
    stock = stocked(("LON", "SKU-1", 5), ("MAN", "SKU-1", 5), ("MAN", "SKU-2", 1))
    held(orders, stock)

    assert [given_back(orders, stock) for _ in range(2)] == [3, 0]
    assert sum(level.reserved for level in stock.all_levels()) == 0
    assert stock.violations() == []


def test_a_run_that_comes_late_while_the_order_is_called_off_gives_back_what_is_left(
    orders: FakeOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its reading and its sum, the order is cancelled and everything is given back: it is no defect."""
    stock = stocked(("LON", "SKU-1", 5), ("LON", "SKU-2", 1))
    held(orders, stock, plan={"boxes": [{"location": "LON", "lines": [[1, 2], [2, 1]]}]})
    released(orders)
    readings = [stock.of_order, orders.fulfilment_orders]

    def called_off(*_: object) -> None:
        monkeypatch.undo()
        cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)
        assert given_back(orders, stock) == 3

    def first_of(number: int) -> Any:
        def read(order_id: str) -> Any:
            seen = readings[number](order_id)
            called_off()
            return seen

        return read

    monkeypatch.setattr(stock, "of_order", first_of(0))
    monkeypatch.setattr(orders, "fulfilment_orders", first_of(1))

    assert given_back(orders, stock, "101-0", own=False) == 0
    assert stock.violations() == []


def test_a_run_that_reads_what_is_held_before_the_next_one_reserves_gives_nothing_back(
    orders: FakeOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the time it reads what the order owes, that has been reserved and released anew."""
    stock = stocked(("LON", "SKU-1", 5), ("LON", "SKU-2", 1))
    read = stock.of_order

    def late(order_id: str) -> Any:
        seen = read(order_id)
        monkeypatch.undo()
        held(orders, stock, "101-0", plan={"boxes": [{"location": "LON", "lines": [[1, 2], [2, 1]]}]})
        boxes, taxes = {"LON": ((1, 2), (2, 1))}, Taxes({}, 0, estimated=False)
        release_order(ORDER, boxes, taxes, assessment=101, orders=orders, now=NOW, actor=SYSTEM)
        return seen

    monkeypatch.setattr(stock, "of_order", late)

    assert given_back(orders, stock, "101-0", own=False) == 0
    assert sum(level.reserved for level in stock.all_levels()) == 3


def test_a_shipment_of_what_was_never_held_is_a_defect(orders: FakeOrders) -> None:
    released(orders)

    with pytest.raises(BrokenInvariant, match="not held"):
        given_back(orders, stocked(), "101-0", own=False)


@pytest.mark.parametrize(
    ("sent", "cancelled", "units"), [(0, False, 0), (0, True, 3), (1, False, 0), (1, True, 2)]
)
def test_units_that_shipped_or_are_still_owed_are_kept(sent: int, cancelled: bool, units: int) -> None:
    """A restarted order would otherwise sell what its locations are just packing."""
    orders, stock = FakeOrders(), stocked(("LON", "SKU-1", 2), ("LON", "SKU-2", 1))
    plan = {"boxes": [{"location": "LON", "lines": [[1, 2], [2, 1]]}]}
    placed(orders)
    held(orders, stock, plan=plan)
    released(orders)
    if sent:  # the event of the parcel has not reached the inventory yet
        record_shipment(f"{ORDER}-f1", a_parcel("p1", {1: sent}), orders=orders, now=NOW, actor=CLIENT)
    if cancelled:
        cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)

    assert given_back(orders, stock, "101-0", own=False) == units
    assert stock.violations() == []


def paid(
    orders: FakeOrders, token: str = "pm_card_visa", **changes: Any
) -> tuple[dict[str, Any], FakeGateway]:
    placed(orders, a_snapshot(payment_token=token, **changes))
    gateway = FakeGateway()
    service = PaymentService(FakePayments(), gateway)
    command = AuthorizePayment(ORDER, {"total": 990}, "1-0")
    return authorize(command, orders=orders, payments=service, now=NOW), gateway


@pytest.mark.parametrize(("included", "amount"), [(False, 4498 + 499 + 990), (True, 4498 + 499)])
def test_goods_shipping_and_tax_are_held_but_no_tax_twice(included: bool, amount: int) -> None:
    answer, gateway = paid(FakeOrders(), prices_include_tax=included)

    assert answer == {"outcome": "AUTHORIZED", "reason": ""}
    assert [effect.amount for effect in gateway.effects] == [amount]


@pytest.mark.parametrize(
    ("token", "outcome", "reason"),
    [
        ("pm_card_chargeDeclined", "DECLINED", "generic_decline"),
        ("pm_card_authenticationRequired", "ACTION_REQUIRED", "authentication_required"),
    ],
)
def test_a_refused_payment_is_an_outcome_with_its_reason(token: str, outcome: str, reason: str) -> None:
    answer, gateway = paid(FakeOrders(), token)

    assert answer == {"outcome": outcome, "reason": reason}
    assert gateway.effects == []


def test_a_prepaid_order_is_paid_at_once() -> None:
    answer, gateway = paid(FakeOrders(), prepaid=True)

    assert answer["outcome"] == "CAPTURED"
    assert [effect.kind for effect in gateway.effects] == ["capture"]


@pytest.mark.parametrize(
    ("run", "own", "taken"), [("2-0", False, 2), ("1-1", False, 1), ("2-0", True, 0), ("", True, 0)]
)
def test_who_begins_with_giving_back_takes_the_order_over(
    orders: FakeOrders, run: str, own: bool, taken: int
) -> None:
    given_back(orders, stocked(), run, own=own)

    assert orders.orders[ORDER].assessment == taken
