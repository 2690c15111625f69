"""The checks of laws 1 and 2 find what is broken and nothing else."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from oms.inventory.domain.laws import Violation, conservation, promises
from oms.inventory.domain.reservation import Entry, Reservation, State
from oms.inventory.domain.stock import StockLevel, summed

LEVEL = StockLevel(
    "MUG", "LON", available=4, reserved=3, shipped=2, received=8, adjusted=-1, restocked=3, quarantined=1
)
HOLD = Reservation("o1", "web", "1-0-1", 0, 1, State.ALLOCATED, (Entry("LON", "MUG", 5, 1, 1),), "")


def test_sound_books_have_no_violation() -> None:
    assert conservation([LEVEL]) == []
    assert promises([LEVEL], [HOLD]) == []


@given(
    name=st.sampled_from(
        ["available", "reserved", "shipped", "received", "adjusted", "restocked", "quarantined"]
    ),
    units=st.integers(-3, 3).filter(bool),
)
def test_law_1_notices_a_unit_too_many_or_too_few_in_any_counter(name: str, units: int) -> None:
    broken = replace(LEVEL, **{name: getattr(LEVEL, name) + units})
    assert {violation.law for violation in conservation([broken])} == {1}


def test_law_1_names_a_negative_counter_even_where_the_sum_is_right() -> None:
    broken = replace(LEVEL, available=-1, reserved=8)
    assert conservation([broken]) == [Violation(1, "MUG@LON", "available is -1")]


def test_law_2_notices_held_stock_that_is_not_reserved() -> None:
    assert promises([replace(LEVEL, reserved=2)], [HOLD]) == [
        Violation(2, "MUG@LON", "orders hold 3, the stock says 2")
    ]


def test_law_2_notices_reserved_stock_that_nobody_holds() -> None:
    assert promises([LEVEL], []) == [Violation(2, "MUG@LON", "orders hold 0, the stock says 3")]


def test_law_2_notices_holds_on_stock_that_does_not_exist() -> None:
    assert promises([], [HOLD]) == [Violation(2, "MUG@LON", "orders hold 3, the stock says 0")]


def test_summing_keeps_every_unit() -> None:
    assert summed([("LON", "MUG", 1), ("BER", "MUG", 2), ("LON", "MUG", 3)]) == {
        ("BER", "MUG"): 2,
        ("LON", "MUG"): 4,
    }
