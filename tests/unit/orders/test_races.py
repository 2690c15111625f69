"""Two who meet on one order: each decides again on what the other has written, and nothing is lost."""

from collections.abc import Callable

import pytest
from oms.kernel.errors import BrokenInvariant, WriteConflict
from oms.orders.application.cancellation import LinesCancelled, cancel_lines, request_cancellation
from oms.orders.application.release import (
    Interruption,
    Outcome,
    hold_order,
    interruption,
    release_order,
    wait_for_fulfilment,
)
from oms.orders.application.shipping import record_shipment
from oms.orders.domain.cancellation import CancellationKnown, CancellationRefused, CancellationRequested
from oms.orders.domain.order import Hold, Stage
from oms.orders.domain.shipping import AlreadyRecorded, ShipmentRefused, Shipped

from tests.builders import CLIENT, NOW, ORDER, SYSTEM, UNTAXED, a_snapshot, all_from, placed, released
from tests.fakes.orders import FakeOrders
from tests.unit.orders.warehouse import a_parcel

WORK = f"{ORDER}-f1"
Outcomes = Shipped | AlreadyRecorded | ShipmentRefused | None


@pytest.fixture
def orders() -> FakeOrders:
    """One released order of three units and one."""
    orders = FakeOrders()
    released(orders, a_snapshot((3, 100), (1, 50)))
    return orders


def ship(orders: FakeOrders, sent: dict[int, int] | None = None, shipment_id: str = "p1") -> Outcomes:
    return record_shipment(WORK, a_parcel(shipment_id, sent), orders=orders, now=NOW, actor=CLIENT)


def cancel(orders: FakeOrders) -> LinesCancelled:
    return cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)


def ask(orders: FakeOrders) -> CancellationRequested | CancellationKnown | CancellationRefused | None:
    return request_cancellation(ORDER, "other", orders=orders, now=NOW, actor=CLIENT, reason="called us")


def release(orders: FakeOrders, assessment: int = 1) -> Outcome:
    boxes = all_from(a_snapshot((3, 100), (1, 50)))
    return release_order(ORDER, boxes, UNTAXED, assessment=assessment, orders=orders, now=NOW, actor=SYSTEM)


def quantities(orders: FakeOrders) -> list[tuple[int, int, int]]:
    return [(line.allocated, line.shipped, line.cancelled) for line in orders.orders[ORDER].lines]


def test_a_cancellation_that_a_parcel_overtakes_calls_off_only_what_is_left(orders: FakeOrders) -> None:
    orders.meanwhile = [lambda: ship(orders, {1: 2})]

    assert cancel(orders) == LinesCancelled("CANCELLED")

    assert quantities(orders) == [(0, 2, 1), (0, 0, 1)]
    assert orders.orders[ORDER].stage is Stage.SHIPPED
    assert [event.type for event in orders.recorded(ORDER)][2:] == ["ShipmentRecorded", "OrderCancelled"]


def test_a_cancellation_that_the_last_parcel_overtakes_finds_nothing_open(orders: FakeOrders) -> None:
    orders.meanwhile = [lambda: ship(orders)]

    assert cancel(orders) == LinesCancelled("NOTHING_OPEN")
    assert quantities(orders) == [(0, 3, 0), (0, 1, 0)]


def test_a_parcel_that_a_cancellation_overtakes_is_refused(orders: FakeOrders) -> None:
    orders.meanwhile = [lambda: cancel(orders)]

    refused = ship(orders, {1: 2})

    assert isinstance(refused, ShipmentRefused)
    assert refused.code == "order_not_open"
    assert quantities(orders) == [(0, 0, 3), (0, 0, 1)]
    assert all(event.type != "ShipmentRecorded" for event in orders.recorded(ORDER))


def test_two_parcels_at_once_are_both_taken_in(orders: FakeOrders) -> None:
    orders.meanwhile = [lambda: ship(orders, {1: 1}, "p2")]

    assert isinstance(ship(orders, {1: 1}), Shipped)
    assert quantities(orders) == [(1, 2, 0), (1, 0, 0)]


def test_two_parcels_of_everything_cannot_both_leave(orders: FakeOrders) -> None:
    orders.meanwhile = [lambda: ship(orders, None, "p2")]

    refused = ship(orders)

    assert isinstance(refused, ShipmentRefused)
    assert quantities(orders) == [(0, 3, 0), (0, 1, 0)]


def test_the_same_report_at_once_from_two_sides_is_recorded_once(orders: FakeOrders) -> None:
    orders.meanwhile = [lambda: ship(orders, {1: 2})]

    assert ship(orders, {1: 2}) == AlreadyRecorded("p1")
    assert quantities(orders) == [(1, 2, 0), (1, 0, 0)]


def test_a_parcel_without_lines_holds_everything_that_is_still_open(orders: FakeOrders) -> None:
    ship(orders, {1: 1}, "p1")

    last = ship(orders, None, "p2")

    assert isinstance(last, Shipped)
    assert [line[:3] for line in last.fact.lines] == [[1, "SKU-1", 2], [2, "SKU-2", 1]]
    assert ship(orders, None, "p2") == AlreadyRecorded("p2")


def test_a_wish_to_cancel_that_a_parcel_overtakes_is_noted_all_the_same(orders: FakeOrders) -> None:
    orders.meanwhile = [lambda: ship(orders, {1: 1})]

    assert isinstance(ask(orders), CancellationRequested)
    assert orders.orders[ORDER].cancel_requested
    last = orders.recorded(ORDER)[-1]
    assert (last.type, last.actor, last.reason) == ("OrderCancellationRequested", "client:web", "called us")


def test_a_wish_to_cancel_that_the_last_parcel_overtakes_is_refused(orders: FakeOrders) -> None:
    orders.meanwhile = [lambda: ship(orders)]

    assert isinstance(ask(orders), CancellationRefused)


def test_two_wishes_to_cancel_at_once_are_one(orders: FakeOrders) -> None:
    orders.meanwhile = [lambda: ask(orders)]

    assert isinstance(ask(orders), CancellationKnown)


def test_a_release_that_a_wish_to_cancel_overtakes_hands_nothing_out() -> None:
    orders = FakeOrders()
    placed(orders, a_snapshot((3, 100), (1, 50)))
    orders.meanwhile = [lambda: ask(orders)]

    assert release(orders) == Outcome("CANCELLATION_REQUESTED")
    assert orders.work == {}


def test_a_release_that_another_run_overtakes_is_one_release() -> None:
    orders = FakeOrders()
    placed(orders, a_snapshot((3, 100), (1, 50)))
    orders.meanwhile = [lambda: release(orders)]

    assert release(orders) == Outcome("RELEASED")
    assert list(orders.work) == [WORK]


def test_a_release_of_a_cancelled_order_says_so() -> None:
    orders = FakeOrders()
    placed(orders, a_snapshot((3, 100), (1, 50)))
    cancel(orders)

    assert release(orders) == Outcome("CANCELLATION_REQUESTED")


def test_a_hold_that_a_release_overtakes_leaves_the_order_alone() -> None:
    orders = FakeOrders()
    placed(orders, a_snapshot((3, 100), (1, 50)))
    orders.meanwhile = [lambda: release(orders)]

    held = hold_order(ORDER, Hold.FRAUD, "why", assessment=1, orders=orders, now=NOW, actor=SYSTEM)

    assert held == Outcome("UNCHANGED")
    assert orders.orders[ORDER].stage is Stage.RELEASED


def test_a_hold_that_is_repeated_answers_the_same_once_and_again() -> None:
    orders = FakeOrders()
    placed(orders)

    held = [
        hold_order(ORDER, Hold.FRAUD, "why", assessment=1, orders=orders, now=NOW, actor=SYSTEM)
        for _ in range(2)
    ]

    assert held == [Outcome("HELD")] * 2
    assert [event.type for event in orders.recorded(ORDER)] == ["OrderReceived", "OrderHeld"]


def test_a_cancellation_that_is_repeated_answers_the_same(orders: FakeOrders) -> None:
    assert [cancel(orders), cancel(orders)] == [LinesCancelled("CANCELLED")] * 2


def test_whoever_is_overtaken_without_end_gives_up_and_leaves_it_to_the_retry(orders: FakeOrders) -> None:
    def somebody_writes() -> None:
        order = orders.orders[ORDER]
        orders.orders[ORDER] = order.noted(at=order.updated_at)

    orders.meanwhile = [somebody_writes for _ in range(100)]

    with pytest.raises(WriteConflict):
        ask(orders)
    assert len(orders.meanwhile) == 92


def test_somebody_who_is_overtaken_seven_times_still_gets_through(orders: FakeOrders) -> None:
    def somebody_writes() -> None:
        orders.orders[ORDER] = orders.orders[ORDER].noted(at="later")

    orders.meanwhile = [somebody_writes for _ in range(7)]

    assert isinstance(ask(orders), CancellationRequested)


@pytest.mark.parametrize("call", [cancel, release, lambda orders: interruption(ORDER, orders=orders)])
def test_a_task_of_an_order_that_does_not_exist_stops(call: Callable[[FakeOrders], object]) -> None:
    with pytest.raises(BrokenInvariant):
        call(FakeOrders())


def test_what_clients_ask_of_an_order_that_does_not_exist_finds_nothing() -> None:
    assert ask(FakeOrders()) is None
    assert ship(FakeOrders()) is None


def test_a_waiting_workflow_hears_what_happened_before_it_began_to_wait(orders: FakeOrders) -> None:
    assert wait_for_fulfilment(ORDER, "token", "", orders=orders) is None
    assert orders.token(ORDER) == "token"

    ask(orders)
    assert interruption(ORDER, orders=orders) == Interruption("CANCELLATION")
    ship(orders)
    assert interruption(ORDER, orders=orders) == Interruption("SHIPPED")


def test_the_token_is_kept_before_the_order_is_looked_at(orders: FakeOrders) -> None:
    class Looked(FakeOrders):
        def load(self, order_id: str) -> None:
            assert self.token(order_id) == "token"

    with pytest.raises(BrokenInvariant):
        wait_for_fulfilment(ORDER, "token", "", orders=Looked())


def test_an_assessment_that_another_has_followed_releases_nothing() -> None:
    orders = FakeOrders()
    placed(orders, a_snapshot((3, 100), (1, 50)))
    orders.take_over(ORDER, 2)

    assert release(orders) == Outcome("OVERTAKEN")
    assert orders.orders[ORDER].stage is Stage.RECEIVED
    assert release(orders, 2) == Outcome("RELEASED")
    assert release(orders) == Outcome("RELEASED")  # what stands is told to whoever asks


def test_an_assessment_that_another_follows_while_it_releases_has_released_nothing() -> None:
    orders = FakeOrders()
    placed(orders, a_snapshot((3, 100), (1, 50)))
    orders.meanwhile = [lambda: orders.take_over(ORDER, 2)]

    assert release(orders) == Outcome("OVERTAKEN")
    assert orders.orders[ORDER].stage is Stage.RECEIVED


@pytest.mark.parametrize("sent", [{1: 2}, {1: 3, 2: 1}, None], ids=["a part", "all by name", "all"])
@pytest.mark.parametrize("other", ["p1", "p2"], ids=["the same parcel", "another parcel"])
def test_a_report_that_comes_between_the_two_readings_of_another_is_seen(
    orders: FakeOrders, sent: dict[int, int] | None, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _after_the_first_reading(orders, lambda: ship(orders, sent, other), monkeypatch)

    answer = ship(orders, sent)

    if other == "p1":
        assert answer == AlreadyRecorded("p1")
    else:
        assert isinstance(answer, ShipmentRefused)
        assert answer.code in ("more_than_open", "nothing_open")
    assert len(orders.recorded(ORDER)) == 3


def _after_the_first_reading(
    orders: FakeOrders, act: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    acts = [act]

    def reading(read: Callable[[str], object]) -> Callable[[str], object]:
        def reads(name: str) -> object:
            found = read(name)
            while acts:
                acts.pop()()
            return found

        return reads

    for name in ("load", "fulfilment_order"):
        monkeypatch.setattr(orders, name, reading(getattr(orders, name)))
