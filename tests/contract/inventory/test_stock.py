"""Reserving, releasing and shipping: what every store of stock must do."""

import pytest
from oms.inventory.application.outcomes import (
    Refused,
    Released,
    Reserved,
    Shipped,
    Withdrawn,
)
from oms.inventory.domain.reservation import FIRST, State
from oms.kernel.errors import BrokenInvariant

from tests.contract.inventory.conftest import OpenDesk
from tests.contract.inventory.desk import Desk


def test_a_reservation_moves_units_from_available_to_reserved(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    assert desk.reserve("o1", [("LON", "MUG", 2)]) == Reserved()
    assert (desk.level("LON", "MUG").available, desk.level("LON", "MUG").reserved) == (3, 2)
    assert desk.audit.violations() == []


def test_lines_of_the_same_stock_are_reserved_as_one(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    assert desk.reserve("o1", [("LON", "MUG", 2), ("LON", "MUG", 3)]) == Reserved()
    assert desk.level("LON", "MUG").available == 0


def test_a_refusal_names_everything_short_and_holds_nothing(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 1), ("LON", "CUP", 9), ("BER", "JUG", 1)])
    answer = desk.reserve("o1", [("LON", "MUG", 2), ("LON", "CUP", 9), ("BER", "JUG", 2), ("BER", "NEW", 1)])
    assert answer == Refused((("JUG", "BER"), ("MUG", "LON"), ("NEW", "BER")))
    assert desk.reserved() == {}
    assert [reservation.units for reservation in desk.audit.all_reservations()] == [0]


@pytest.mark.parametrize("reservation", ["1-0-1", "1-0-2"])
def test_a_refusal_is_final_whatever_comes_in_since(desk: Desk, reservation: str) -> None:
    """The order has planned anew: a request that comes late must not hold stock beside its next reservation."""
    desk.stock([("LON", "MUG", 1)])
    refused = desk.reserve("o1", [("LON", "MUG", 2)], reservation)
    desk.adjust("MUG", "LON", 5, name="delivery")

    assert desk.reserve("o1", [("LON", "MUG", 2)], reservation) == refused == Refused((("MUG", "LON"),))
    assert desk.reserve("o1", [("LON", "MUG", 2)], "1-0-3") == Reserved()
    assert desk.reserved() == {("LON", "MUG"): 2}
    assert desk.audit.violations() == []


def test_the_same_reservation_is_made_once(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    assert [desk.reserve("o1", [("LON", "MUG", 4)]) for _ in range(3)] == [Reserved()] * 3
    assert desk.level("LON", "MUG").reserved == 4


def test_a_repeat_with_other_contents_is_a_defect(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.reserve("o1", [("LON", "MUG", 4)])
    with pytest.raises(BrokenInvariant, match="other contents"):
        desk.reserve("o1", [("LON", "MUG", 5)])


def test_another_round_of_the_same_order_is_another_reservation(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.reserve("o1", [("LON", "MUG", 1)], "1-0-1")
    desk.reserve("o1", [("LON", "MUG", 2)], "1-0-2")
    assert desk.level("LON", "MUG").reserved == 3
    assert desk.release("o1") == Released(3)


def test_a_released_reservation_never_comes_back(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.reserve("o1", [("LON", "MUG", 4)])
    assert desk.release("o1") == Released(4)
    assert desk.release("o1") == Released(0)
    assert desk.reserve("o1", [("LON", "MUG", 4)]) == Withdrawn()
    assert desk.level("LON", "MUG").available == 5


TWO = [("LON", "MUG", 1), ("LON", "CUP", 1)]


@pytest.mark.parametrize("chunk_size", [1, 97])
@pytest.mark.parametrize("name", [FIRST, "1-0-2", "1-4-1"])
def test_a_reservation_of_an_earlier_turn_that_arrives_late_holds_nothing(
    open_desk: OpenDesk, chunk_size: int, name: str
) -> None:
    desk = open_desk(chunk_size)
    desk.stock([("LON", "MUG", 5), ("LON", "CUP", 5)])
    assert desk.release("o1", before=2) == Released(0)
    for _ in range(2):
        assert desk.reserve("o1", TWO, name) == Withdrawn()
    assert desk.reserved() == {}
    assert desk.reserve("o1", TWO, "2-0-1", turn=2) == Reserved()
    assert desk.reserve("o2", TWO, name) == Reserved()


@pytest.mark.parametrize("chunk_size", [1, 97])
def test_a_release_leaves_later_turns_alone(open_desk: OpenDesk, chunk_size: int) -> None:
    desk = open_desk(chunk_size)
    desk.stock([("LON", "MUG", 5), ("LON", "CUP", 5)])
    desk.reserve("o1", TWO)
    desk.reserve("o1", TWO, "2-0-1", turn=2)
    assert [desk.release("o1", before=2) for _ in range(2)] == [Released(2), Released(0)]
    assert desk.reserved() == {("LON", "MUG"): 1, ("LON", "CUP"): 1}
    assert desk.release("o1", before=3) == Released(2)


def test_a_fence_is_only_ever_raised(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5), ("LON", "CUP", 5)])
    for turn in (5, 3):
        desk.release("o1", before=turn)
    assert desk.reserve("o1", TWO, "4-0-1", turn=4) == Withdrawn()
    assert desk.reserve("o1", TWO, "5-0-1", turn=5) == Reserved()


def test_an_order_that_let_go_of_everything_reserves_nothing_any_more(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5), ("LON", "CUP", 5)])
    desk.reserve("o1", TWO)
    assert desk.release("o1") == Released(2)
    assert desk.reserve("o1", TWO, "9-0-1", turn=900) == Withdrawn()


def test_a_shipment_moves_units_out_once(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.reserve("o1", [("LON", "MUG", 4)])
    assert desk.ship("o1", "s1", "LON", [("MUG", 3)]) == Shipped(3)
    assert desk.ship("o1", "s1", "LON", [("MUG", 3)]) == Shipped(3, replayed=True)
    level = desk.level("LON", "MUG")
    assert (level.available, level.reserved, level.shipped) == (1, 1, 3)
    assert desk.audit.violations() == []


def test_shipments_whose_ids_begin_alike_are_different(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.reserve("o1", [("LON", "MUG", 5)])
    for shipment in ("s1", "s1#1-0-1", "s", "s1:0"):
        assert desk.ship("o1", shipment, "LON", [("MUG", 1)]) == Shipped(1)
    assert desk.level("LON", "MUG").shipped == 4


def test_a_fully_shipped_reservation_is_over(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.reserve("o1", [("LON", "MUG", 4)])
    desk.ship("o1", "s1", "LON", [("MUG", 4)])
    assert [each.state for each in desk.audit.all_reservations()] == [State.SHIPPED]
    assert desk.reserve("o1", [("LON", "MUG", 4)]) == Reserved()
    assert desk.release("o1", {("LON", "MUG"): 4}) == Released(0)


def test_the_same_shipment_with_other_contents_is_a_defect(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5), ("LON", "CUP", 5)])
    desk.reserve("o1", [("LON", "MUG", 4), ("LON", "CUP", 4)])
    desk.ship("o1", "s1", "LON", [("MUG", 2)])
    with pytest.raises(BrokenInvariant, match="other contents"):
        desk.ship("o1", "s1", "LON", [("CUP", 2)])
    with pytest.raises(BrokenInvariant, match="moved before"):
        desk.ship("o1", "s1", "LON", [("MUG", 3)])


def test_release_keeps_what_has_shipped_but_not_yet_left_the_stock(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 9)])
    desk.reserve("o1", [("LON", "MUG", 6)])
    desk.ship("o1", "s1", "LON", [("MUG", 1)])
    assert desk.release("o1", {("LON", "MUG"): 3}) == Released(3)
    assert desk.release("o1", {("LON", "MUG"): 3}) == Released(0)
    assert desk.ship("o1", "s2", "LON", [("MUG", 2)]) == Shipped(2)
    level = desk.level("LON", "MUG")
    assert (level.available, level.reserved, level.shipped) == (6, 0, 3)


def test_shipping_what_was_released_is_a_defect(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.reserve("o1", [("LON", "MUG", 4)])
    desk.release("o1")
    with pytest.raises(BrokenInvariant, match="not held"):
        desk.ship("o1", "s1", "LON", [("MUG", 1)])


def test_shipping_for_an_order_without_reservation_is_a_defect(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    with pytest.raises(BrokenInvariant, match="not held"):
        desk.ship("o1", "s1", "LON", [("MUG", 1)])


def test_an_order_that_shipped_more_than_it_held_is_a_defect(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.reserve("o1", [("LON", "MUG", 2)])
    with pytest.raises(BrokenInvariant, match="not held"):
        desk.release("o1", {("LON", "MUG"): 3})


def test_a_large_reservation_is_reserved_shipped_and_released_across_its_chunks(open_desk: OpenDesk) -> None:
    desk = open_desk(2)
    lines = [(location, sku, 4) for location in ("BER", "LON") for sku in ("CUP", "JUG", "MUG")]
    desk.stock(lines)
    assert desk.reserve("o1", lines) == Reserved()
    assert set(desk.available().values()) == {0}
    assert desk.ship("o1", "s1", "BER", [("CUP", 1), ("JUG", 2), ("MUG", 4)]) == Shipped(7)
    assert desk.ship("o1", "s1", "BER", [("CUP", 1), ("JUG", 2), ("MUG", 4)]) == Shipped(7, replayed=True)
    assert desk.release("o1", {("BER", "CUP"): 1, ("BER", "JUG"): 2, ("BER", "MUG"): 4}) == Released(17)
    assert desk.reserved() == {}
    assert desk.audit.violations() == []
    assert desk.reserve("o1", lines) == Withdrawn()


def test_a_large_reservation_is_refused_as_a_whole_and_names_all_shortages(open_desk: OpenDesk) -> None:
    desk = open_desk(2)
    lines = [("LON", f"SKU{n}", 1) for n in range(7)]
    desk.stock(lines)
    desk.reserve("o0", [("LON", "SKU3", 1), ("LON", "SKU6", 1)])
    for _ in range(2):
        assert desk.reserve("o1", lines) == Refused((("SKU3", "LON"), ("SKU6", "LON")))
        assert desk.reserved() == {("LON", "SKU3"): 1, ("LON", "SKU6"): 1}
    assert desk.audit.violations() == []


def test_a_refused_large_reservation_stays_refused_when_stock_comes_in(open_desk: OpenDesk) -> None:
    desk = open_desk(1)
    desk.stock([("LON", "CUP", 1), ("LON", "MUG", 1)])
    wanted = [("LON", "CUP", 1), ("LON", "MUG", 2)]
    assert desk.reserve("o1", wanted) == Refused((("MUG", "LON"),))
    desk.adjust("MUG", "LON", 5, name="late")
    assert desk.reserve("o1", wanted) == Refused((("MUG", "LON"),))
    assert desk.reserve("o1", wanted, "1-0-2") == Reserved()
