"""What every store of orders does: the fake in memory and the one in DynamoDB, side by side."""

from dataclasses import replace

import pytest
from oms.contracts.snapshots import OrderSnapshot
from oms.kernel.errors import WriteConflict
from oms.kernel.events import Event
from oms.orders.application.placement import place_order
from oms.orders.application.ports import AlreadyPlaced, KeyReused, Replayed, RequestKey, Stored
from oms.orders.domain.capture import Taxes
from oms.orders.domain.fulfilment import FulfilmentState
from oms.orders.domain.order import Hold, Order, Stage

from tests.builders import (
    AT,
    CLIENT,
    NOW,
    ORDER,
    a_snapshot,
    all_from,
    an_address,
    an_event,
    an_order,
    lines_of,
    placed,
    released,
)
from tests.contract.orders.conftest import Desk, Store


def place(
    orders: Store, snapshot: OrderSnapshot, key: str = "key-1", *, body: str = "body", channel: str = ""
) -> Stored | Replayed | KeyReused | AlreadyPlaced:
    mark = RequestKey(channel or snapshot.channel, key, body)
    return place_order(snapshot, mark, orders=orders, now=NOW, actor=CLIENT)


def transition(order: Order) -> Event:
    return an_event(order.version, type="OrderHeld")


def test_a_placed_order_is_stored_with_its_document_and_its_event(desk: Desk) -> None:
    snapshot = a_snapshot()

    assert place(desk.orders, snapshot) == Stored(ORDER)

    assert desk.orders.load(ORDER) == an_order(snapshot)
    assert desk.orders.snapshot(ORDER) == snapshot
    (event,) = desk.events(ORDER)
    assert (event.event_id, event.type, event.actor) == (
        f"{ORDER}:orders:000001",
        "OrderReceived",
        "client:web",
    )
    assert event.data["goods"] == snapshot.goods


def test_the_same_request_again_is_replayed(desk: Desk) -> None:
    place(desk.orders, a_snapshot())

    assert place(desk.orders, a_snapshot()) == Replayed(ORDER)
    assert len(desk.events(ORDER)) == 1


def test_a_replay_is_answered_however_far_the_order_has_come(orders: Store) -> None:
    released(orders)

    assert place(orders, a_snapshot(), "key-1001", body="same") == Replayed(ORDER)


def test_a_key_that_comes_with_another_body_stores_nothing(orders: Store) -> None:
    place(orders, a_snapshot())
    other = a_snapshot(external="1002")

    assert place(orders, other, body="other body") == KeyReused()
    assert orders.load(other.order_id) is None
    assert orders.snapshot(other.order_id) is None


def test_an_order_that_comes_under_another_key_was_placed_already(orders: Store) -> None:
    place(orders, a_snapshot())

    assert place(orders, a_snapshot((9, 9)), "key-2") == AlreadyPlaced(ORDER)
    assert orders.snapshot(ORDER) == a_snapshot()


def test_a_refused_order_leaves_its_key_free(orders: Store) -> None:
    place(orders, a_snapshot())
    place(orders, a_snapshot((9, 9)), "key-2")

    assert isinstance(place(orders, a_snapshot(external="1002"), "key-2"), Stored)


def test_two_channels_may_use_the_same_key_and_the_same_order_number(orders: Store) -> None:
    place(orders, a_snapshot())

    elsewhere = place(orders, a_snapshot(channel="marketplace"))

    assert isinstance(elsewhere, Stored)
    assert elsewhere.order_id != ORDER


def test_what_is_not_stored_is_not_found(orders: Store) -> None:
    assert orders.load(ORDER) is None
    assert orders.snapshot(ORDER) is None
    assert orders.token(ORDER) is None
    assert orders.fulfilment_order(f"{ORDER}-f1") is None
    assert orders.fulfilment_order("no id at all") is None
    assert orders.fulfilment_orders(ORDER) == []


def test_a_transition_is_stored_with_its_event(desk: Desk) -> None:
    placed(desk.orders)
    held = an_order(a_snapshot()).moved("hold", at="2026-11-27T09:00:01.000Z", hold=Hold.PAYMENT)

    desk.orders.save(held, transition(held))

    assert desk.orders.load(ORDER) == held
    assert [event.type for event in desk.events(ORDER)] == ["OrderReceived", "OrderHeld"]


def test_every_part_of_an_order_survives_being_stored(orders: Store) -> None:
    placed(orders)
    order = replace(
        an_order(a_snapshot()),
        version=2,
        stage=Stage.HELD,
        hold=Hold.SHORTAGE,
        cancel_requested=True,
        shipping_tax=7,
        shipping_charged=True,
        tax_estimated=True,
        shipped_total=4321,
        fulfilment_orders=3,
    )

    orders.save(order, transition(order))

    assert orders.load(ORDER) == order


def test_of_two_who_write_the_same_version_one_is_refused(desk: Desk) -> None:
    placed(desk.orders)
    order = an_order(a_snapshot())
    first, second = order.noted(at=AT, cancel_requested=True), order.moved("hold", at=AT, hold=Hold.FRAUD)
    desk.orders.save(first, transition(first))

    with pytest.raises(WriteConflict):
        desk.orders.save(second, transition(second))

    assert desk.orders.load(ORDER) == first
    assert len(desk.events(ORDER)) == 2


def test_a_transition_of_an_order_that_is_not_stored_is_refused(desk: Desk) -> None:
    order = an_order(a_snapshot()).noted(at=AT)

    with pytest.raises(WriteConflict):
        desk.orders.save(order, transition(order))
    assert desk.events(ORDER) == []


def test_work_is_stored_with_the_order_or_not_at_all(orders: Store) -> None:
    snapshot = released(orders, boxes={"LON": [(1, 2)], "MAN": [(2, 1)]})
    order = orders.load(ORDER)
    work = orders.fulfilment_order(f"{ORDER}-f1")
    assert order and work
    shipped = work.after_shipment("p1", "print", {1: 2})
    moved = order.moved("ship_some", at=AT)
    orders.save(moved, transition(moved), fulfilment_orders=[shipped])

    stale = work.after_cancellation()
    next_ = moved.noted(at=AT)
    with pytest.raises(WriteConflict):
        orders.save(next_, transition(next_), fulfilment_orders=[stale])

    assert orders.load(ORDER) == moved
    assert orders.fulfilment_order(f"{ORDER}-f1") == shipped
    assert [one.location for one in orders.fulfilment_orders(ORDER)] == ["LON", "MAN"]
    assert snapshot == orders.snapshot(ORDER)


def test_work_keeps_its_shipments_and_quantities(orders: Store) -> None:
    released(orders, a_snapshot((3, 100)))
    order, work = orders.load(ORDER), orders.fulfilment_order(f"{ORDER}-f1")
    assert order and work
    changed = work.after_shipment("p1", "print", {1: 2}).after_cancellation()
    changed = replace(changed, version=2)
    moved = order.moved("cancel_rest", at=AT)

    orders.save(moved, transition(moved), fulfilment_orders=[changed])

    found = orders.fulfilment_order(f"{ORDER}-f1")
    assert found == changed
    assert found is not None
    assert (found.state, dict(found.shipments)) == (FulfilmentState.SHIPPED, {"p1": "print"})


@pytest.mark.parametrize("turn", ["09:01#0", "09:01#1", "09:02#0"])
def test_the_token_of_the_latest_wait_is_the_one_that_counts(orders: Store, turn: str) -> None:
    placed(orders)
    orders.keep_token(ORDER, "first", "09:01#0")
    orders.keep_token(ORDER, "second", turn)

    assert orders.token(ORDER) == "second"
    assert orders.token("ord_other") is None


@pytest.mark.parametrize("turn", ["09:01#5", "09:02#0"])
def test_what_a_dead_workflow_has_asked_for_takes_no_token_from_the_living_one(
    orders: Store, turn: str
) -> None:
    placed(orders)
    orders.keep_token(ORDER, "alive", "09:02#1")

    with pytest.raises(WriteConflict):
        orders.keep_token(ORDER, "dead", turn)
    assert orders.token(ORDER) == "alive"


@pytest.mark.parametrize("lines", [1, 50, 51, 2_000])
def test_an_order_of_any_size_comes_back_as_it_was_placed(orders: Store, lines: int) -> None:
    snapshot = a_snapshot(lines=lines_of(*((number % 9 + 1, 100 + number) for number in range(lines))))
    taxes = Taxes({line.number: line.number for line in snapshot.lines}, 5, estimated=False)

    released(orders, snapshot, taxes=taxes)

    assert orders.snapshot(ORDER) == snapshot
    order, work = orders.load(ORDER), orders.fulfilment_order(f"{ORDER}-f1")
    assert order and work
    assert [line.tax for line in order.lines] == [line.number for line in snapshot.lines]
    assert [(one.number, one.quantity) for one in work.work] == all_from(snapshot)["LON"]


def test_names_in_every_script_come_back_as_they_were_written(orders: Store) -> None:
    address = an_address(
        name="Żółć Müller 山田太郎", line1="улица Ленина 1", city="Αθήνα", region="京都府", line2="𝔘nit 🏠"
    )
    snapshot = a_snapshot(ship_to=address, email="用户@例子.广告", customer_id="كرم")

    placed(orders, snapshot)

    assert orders.snapshot(ORDER) == snapshot


@pytest.mark.parametrize("place_on_earth", [(51.5074, -0.1278), (0.0, 0.0), (-90.0, 180.0), (None, None)])
def test_coordinates_come_back_exactly(
    orders: Store, place_on_earth: tuple[float | None, float | None]
) -> None:
    latitude, longitude = place_on_earth
    snapshot = a_snapshot(ship_to=an_address(latitude=latitude, longitude=longitude))

    placed(orders, snapshot)

    assert orders.snapshot(ORDER) == snapshot


def test_a_later_assessment_takes_the_order_over_for_good(orders: Store) -> None:
    placed(orders)
    before = an_order(a_snapshot())

    for assessment in (2, 1, 2):
        orders.take_over(ORDER, assessment)

    assert orders.load(ORDER) == replace(before, assessment=2)


def test_who_has_read_an_order_before_it_was_taken_over_cannot_save_it(orders: Store) -> None:
    placed(orders)
    before = an_order(a_snapshot())
    orders.take_over(ORDER, 2)

    late = before.moved("hold", at=AT, hold=Hold.FRAUD)
    with pytest.raises(WriteConflict):
        orders.save(late, transition(late))
    orders.save(replace(late, assessment=2), transition(late))

    after = orders.load(ORDER)
    assert after is not None
    assert (after.stage, after.assessment, after.version) == (Stage.HELD, 2, 2)


def test_an_order_that_is_not_there_is_not_taken_over(orders: Store) -> None:
    orders.take_over(ORDER, 2)

    assert orders.load(ORDER) is None
