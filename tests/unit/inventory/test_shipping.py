"""Somebody else acts between two readings of a shipment."""

from dataclasses import replace
from typing import Any, cast

import pytest
from oms.inventory.application import ship
from oms.inventory.application.outcomes import Shipped
from oms.inventory.domain.reservation import FIRST
from oms.kernel.errors import WriteConflict

from tests.contract.inventory.desk import ACTOR, NOW, Desk, Meddler, fake_desk


def _ship(reservations: Any) -> Shipped:
    return ship(
        reservations,
        order_id="o1",
        shipment_id="s1",
        location="LON",
        lines=[("MUG", 2)],
        now=NOW,
        actor=ACTOR,
    )


@pytest.fixture
def desk() -> Desk:
    desk = fake_desk()
    desk.stock([("LON", "MUG", 9)])
    desk.reserve("o1", [("LON", "MUG", 4)])
    return desk


def test_the_same_shipment_recorded_between_the_two_readings_is_not_recorded_again(desk: Desk) -> None:
    reader = Meddler(desk.reservations, {"of_order", "shipped_by"})

    def ship_first(count: int) -> None:
        if count == 1:
            _ship(desk.reservations)

    reader.after = ship_first
    _ship(reader)
    level = desk.level("LON", "MUG")
    assert (level.reserved, level.shipped) == (2, 2)


def test_a_shipment_that_always_comes_too_late_is_left_to_the_next_attempt(desk: Desk) -> None:
    stale = Meddler(desk.reservations, {"send_out"})

    def change(_: int) -> None:
        chunk = desk.reservations.of_order("o1")[0]
        cast(Any, desk.audit).chunks["o1", FIRST, 0] = replace(chunk, version=chunk.version + 1)

    stale.before = change
    with pytest.raises(WriteConflict):
        _ship(stale)
    assert desk.level("LON", "MUG").shipped == 0
