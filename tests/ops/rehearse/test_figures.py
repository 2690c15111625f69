"""The arithmetic of rehearsals: percentiles and sizes."""

import pytest
from oms.contracts.requests import PlaceOrder

from ops.rehearse.crowd import Latencies, at_once, one_line_order
from ops.rehearse.sizes import item_bytes, longest_payload, value_bytes


def test_percentiles_are_those_of_the_nearest_rank() -> None:
    assert Latencies.of([number / 1000 for number in range(1, 201)]) == Latencies(100.0, 190.0, 198.0)
    assert Latencies.of([0.5]) == Latencies(500.0, 500.0, 500.0)
    assert Latencies.of([]) == Latencies(0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("", 0),
        ("naïve", 6),
        (True, 1),
        (None, 1),
        (0, 2),
        (7, 2),
        (-7, 3),
        (1_234, 3),
        (1_000_000, 2),
        (b"abc", 3),
        ([], 3),
        (["a", 1], 3 + 2 + 3),
        ({"k": "v"}, 3 + 3),
    ],
)
def test_a_value_counts_as_dynamodb_counts_it(value: object, size: int) -> None:
    assert value_bytes(value) == size


def test_an_item_counts_its_names_too() -> None:
    assert item_bytes({"pk": "ORDER#1", "n": 5}) == 2 + 7 + 1 + 2


def test_a_value_that_no_item_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        value_bytes(1.5)


def test_the_longest_payload_is_found_at_any_depth() -> None:
    history = [
        {"id": 1, "executionStartedEventDetails": {"input": "12345"}},
        {"id": 2, "taskSucceededEventDetails": {"output": "1234567890", "resource": "x"}},
    ]

    assert longest_payload(history) == 10
    assert longest_payload([]) == 0


def test_a_crowd_does_every_job_once_and_hands_on_what_fails() -> None:
    assert sorted(at_once(4, range(20), lambda number: number * 2)) == list(range(0, 40, 2))
    with pytest.raises(ZeroDivisionError):
        at_once(4, [1, 0], lambda number: 1 // number)


def test_the_smallest_order_is_a_valid_one() -> None:
    assert PlaceOrder.model_validate(one_line_order("n-1", "MUG")).lines[0].quantity == 1
