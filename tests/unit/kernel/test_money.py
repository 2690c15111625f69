"""Money adds up, to the penny."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oms.kernel.money import Money, apportion, share

MINOR = st.integers(-(10**12), 10**12)


@given(MINOR, MINOR)
def test_taking_away_what_was_added_gives_what_was_there(first: int, second: int) -> None:
    money = Money(first, "GBP")

    assert money + Money(second, "GBP") - Money(second, "GBP") == money


@pytest.mark.parametrize("operation", [Money.__add__, Money.__sub__])
def test_two_currencies_do_not_mix(operation: object) -> None:
    assert callable(operation)
    with pytest.raises(ValueError, match="GBP with EUR"):
        operation(Money(1, "GBP"), Money(1, "EUR"))


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(1999, "GBP"), "19.99 GBP"),
        (Money(5, "GBP"), "0.05 GBP"),
        (Money(-5, "GBP"), "-0.05 GBP"),
        (Money(1999, "JPY"), "1999 JPY"),
        (Money(1234567, "KWD"), "1234.567 KWD"),
    ],
)
def test_money_reads_with_the_digits_of_its_currency(money: Money, text: str) -> None:
    assert str(money) == text


@given(st.integers(0, 10**12), st.lists(st.integers(0, 50), min_size=1).filter(any))
def test_slices_that_tile_the_units_add_up_to_the_total(total: int, parcels: list[int]) -> None:
    ends = [sum(parcels[:count]) for count in range(len(parcels) + 1)]

    slices = [share(total, ends[-1], start, stop) for start, stop in pairwise(ends)]

    assert sum(slices) == total
    assert min(slices) >= 0


@given(st.integers(0, 10**9), st.integers(1, 1000), st.data())
def test_a_slice_is_within_a_penny_of_its_proportion(total: int, parts: int, data: st.DataObject) -> None:
    stop = data.draw(st.integers(0, parts))
    start = data.draw(st.integers(0, stop))

    assert abs(share(total, parts, start, stop) * parts - total * (stop - start)) < parts


@pytest.mark.parametrize(("parts", "start", "stop"), [(3, 2, 1), (3, 0, 4), (3, -1, 2), (0, 0, 0)])
def test_what_is_no_slice_is_refused(parts: int, start: int, stop: int) -> None:
    with pytest.raises(ValueError, match="not a slice"):
        share(100, parts, start, stop)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1).filter(any))
def test_apportioned_parts_add_up_and_stay_within_a_penny_of_their_weight(
    total: int, weights: list[int]
) -> None:
    parts = apportion(total, weights)

    assert sum(parts) == total
    assert all(
        abs(part * sum(weights) - total * weight) < sum(weights)
        for part, weight in zip(parts, weights, strict=True)
    )
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


def test_the_odd_penny_goes_to_the_largest_remainder_and_then_to_the_first() -> None:
    assert apportion(100, [1, 1, 1]) == [34, 33, 33]
    assert apportion(10, [1, 5, 2]) == [1, 6, 3]


@pytest.mark.parametrize("weights", [[], [0, 0]])
def test_nothing_can_be_spread_over_no_weight(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="more than zero"):
        apportion(1, weights)
