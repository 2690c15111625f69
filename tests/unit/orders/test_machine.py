"""The stage machine as a table, and the headline that is derived from it."""

from itertools import product

import pytest
from oms.orders.domain.order import (
    ACTIVE_STATUSES,
    STATUSES,
    TERMINAL,
    TRANSITIONS,
    Hold,
    Line,
    Order,
    Stage,
)

from tests.builders import AT, a_snapshot, an_order

MOVES = sorted({move for _, move in TRANSITIONS})


def order_at(stage: Stage, hold: Hold | None = None, *, shipped: bool = False) -> Order:
    line = Line(1, 2, allocated=1, shipped=1) if shipped else Line(1, 2, allocated=2)
    return Order("ord_1", "web", 4, stage, "GBP", AT, AT, (line,), hold=hold)


def reachable() -> set[Stage]:
    found, edge = {Stage.RECEIVED}, {Stage.RECEIVED}
    while edge:
        edge = {target for (source, _), target in TRANSITIONS.items() if source in edge} - found
        found |= edge
    return found


def test_every_stage_can_be_reached_from_a_received_order() -> None:
    assert reachable() == set(Stage)


def test_a_terminal_stage_has_no_exit_and_every_other_stage_has_one() -> None:
    assert TERMINAL.isdisjoint(source for source, _ in TRANSITIONS)
    assert {source for source, _ in TRANSITIONS} == set(Stage) - TERMINAL


def test_every_order_that_has_not_ended_can_still_be_ended() -> None:
    for stage in set(Stage) - TERMINAL:
        targets = {target for (source, _), target in TRANSITIONS.items() if source is stage}
        assert targets & TERMINAL, stage


@pytest.mark.parametrize(("stage", "move"), list(product(Stage, MOVES)))
def test_only_listed_moves_happen(stage: Stage, move: str) -> None:
    order = order_at(stage)

    assert order.may(move) is ((stage, move) in TRANSITIONS)
    if order.may(move):
        assert order.moved(move, at=AT).stage is TRANSITIONS[stage, move]
    else:
        with pytest.raises(KeyError):
            order.moved(move, at=AT)


@pytest.mark.parametrize("stage", [Stage.SHIPPED, Stage.CANCELLED])
def test_a_shipped_order_is_never_cancelled_and_a_cancelled_one_never_shipped(stage: Stage) -> None:
    assert [move for move in MOVES if order_at(stage).may(move)] == []


def test_every_move_counts_as_one_transition() -> None:
    order = order_at(Stage.RELEASED)

    assert order.moved("ship_some", at="later").version == order.noted(at="later").version == 5
    assert order.moved("ship_some", at="later").updated_at == order.noted(at="later").updated_at == "later"


@pytest.mark.parametrize(
    ("stage", "hold", "shipped", "headline"),
    [
        (Stage.RECEIVED, None, False, "RECEIVED"),
        (Stage.HELD, Hold.FRAUD, False, "ON_HOLD"),
        (Stage.HELD, Hold.SHORTAGE, False, "AWAITING_CUSTOMER"),
        (Stage.HELD, Hold.PAYMENT, False, "AWAITING_PAYMENT"),
        (Stage.RELEASED, None, False, "RELEASED"),
        (Stage.RELEASED, None, True, "PARTIALLY_SHIPPED"),
        (Stage.SHIPPED, None, True, "SHIPPED"),
        (Stage.CANCELLED, None, False, "CANCELLED"),
    ],
)
def test_the_headline_follows_from_stage_hold_and_lines(
    stage: Stage, hold: Hold | None, shipped: bool, headline: str
) -> None:
    assert order_at(stage, hold, shipped=shipped).headline == headline


def test_every_combination_has_a_headline_that_clients_know() -> None:
    held = {order_at(Stage.HELD, hold).headline for hold in Hold}
    others = {
        order_at(stage, shipped=shipped).headline
        for stage, shipped in product(set(Stage) - {Stage.HELD}, (False, True))
    }

    assert held | others == set(STATUSES)


def test_active_headlines_are_those_of_orders_that_have_not_ended() -> None:
    ended = {order_at(stage).headline for stage in TERMINAL}

    assert set(ACTIVE_STATUSES) == set(STATUSES) - ended
    assert all(order_at(stage).is_terminal == (stage in TERMINAL) for stage in Stage)


def test_a_new_order_has_every_unit_unallocated() -> None:
    order = an_order(a_snapshot((2, 1999), (3, 500)))

    assert [(line.ordered, line.unallocated, line.adds_up) for line in order.lines] == [
        (2, 2, True),
        (3, 3, True),
    ]
    assert (order.version, order.stage, order.placed_at) == (1, Stage.RECEIVED, AT)


@pytest.mark.parametrize(
    "line", [Line(1, 2, 1, 0, 0, 0), Line(1, 2, 3, -1, 0, 0), Line(1, 2, 1, 1, 1, 0), Line(1, 0, -1, 1, 0, 0)]
)
def test_a_line_that_breaks_the_quantity_law_is_recognised(line: Line) -> None:
    assert not line.adds_up


@pytest.mark.parametrize(("number", "found"), [(0, None), (-1, None), (1, 1), (2, 2), (3, None)])
def test_a_line_is_found_by_its_number_only(number: int, found: int | None) -> None:
    line = an_order(a_snapshot((1, 1), (1, 1))).line(number)

    assert (line.number if line else None) == found
