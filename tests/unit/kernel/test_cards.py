"""The guard that sees a card number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oms.contracts.requests import Payment
from oms.kernel.cards import is_card_number
from pydantic import ValidationError


def with_check_digit(body: str) -> str:
    """`body` and the one digit that makes it pass."""
    (digit,) = [digit for digit in "0123456789" if is_card_number(body + digit)]
    return body + digit


@pytest.mark.parametrize("length", [12, 15, 16, 19])
def test_a_number_with_the_right_check_digit_is_seen(length: int) -> None:
    assert is_card_number(with_check_digit("4" * (length - 1)))


@given(st.text("0123456789", min_size=11, max_size=18))
def test_exactly_one_check_digit_in_ten_is_right(body: str) -> None:
    assert sum(is_card_number(body + digit) for digit in "0123456789") == 1


@pytest.mark.parametrize("text", ["pm_card_visa", "", "4" * 11, "4" * 20, "tok_4242"])
def test_a_token_is_no_card_number(text: str) -> None:
    assert not is_card_number(text)


def test_a_payment_by_card_number_is_refused_and_the_number_is_not_repeated() -> None:
    number = with_check_digit("4" * 15)
    with pytest.raises(ValidationError) as refused:
        Payment(token=number)
    assert number not in str(refused.value.errors(include_input=False))
