"""The tree of technical failures: each with a stable code and an owner."""

from typing import get_args

import pytest
from oms.kernel import errors
from oms.kernel.errors import HoldfastError, OutcomeUnknown, Owner, PartnerRejected, Retryable

TREE = [
    value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, HoldfastError)
]


def test_every_failure_has_a_code_of_its_own() -> None:
    assert len({error.code for error in TREE}) == len(TREE)


@pytest.mark.parametrize("error", TREE)
def test_every_failure_has_an_owner(error: type[HoldfastError]) -> None:
    assert error.owner in get_args(Owner)


@pytest.mark.parametrize("error", TREE)
def test_the_drawing_of_the_tree_is_complete(error: type[HoldfastError]) -> None:
    assert f" {error.__name__} " in str(errors.__doc__).replace("\n", " \n ") or error is HoldfastError


@pytest.mark.parametrize("error", [OutcomeUnknown, PartnerRejected, errors.BrokenInvariant])
def test_what_may_have_happened_or_is_our_defect_is_never_repeated_blindly(
    error: type[HoldfastError],
) -> None:
    assert not issubclass(error, Retryable)
