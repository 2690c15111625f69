"""The tables: everything can be reached, and everything unfinished can finish."""

from collections.abc import Mapping

import pytest
from oms.kernel.errors import BrokenInvariant
from oms.payments.domain.machines import (
    AUTHORIZATION,
    PAYMENT_CAPTURE,
    REFUND,
    VOID,
    AuthorizationState,
    EffectState,
    State,
    advance,
)

A, E = AuthorizationState, EffectState


def reachable(machine: Mapping[tuple[State, str], State], start: State) -> set[State]:
    found, frontier = {start}, {start}
    while frontier:
        frontier = {after for (before, _), after in machine.items() if before in frontier} - found
        found |= frontier
    return found


def test_every_authorization_state_is_reached_from_the_request() -> None:
    assert reachable(AUTHORIZATION, A.REQUESTED) == set(A)


def test_every_authorization_state_leads_to_rest() -> None:
    rest = {A.CAPTURED, A.DECLINED, A.VOIDED}
    for state in A:
        assert reachable(AUTHORIZATION, state) & rest, state


def test_taken_money_is_never_authorized_again() -> None:
    assert reachable(AUTHORIZATION, A.CAPTURED) == {A.CAPTURED}
    assert (A.PARTIALLY_CAPTURED, "attempted anew") not in AUTHORIZATION


def test_a_capture_and_a_refund_reach_success_failure_and_doubt_and_leave_doubt() -> None:
    ends = {E.SUCCEEDED, E.FAILED}
    assert reachable(PAYMENT_CAPTURE, E.REQUESTED) == {E.REQUESTED, E.UNKNOWN} | ends
    assert reachable(REFUND, E.SUBMITTED) == {E.SUBMITTED, E.UNKNOWN} | ends
    assert reachable(PAYMENT_CAPTURE, E.UNKNOWN) == reachable(REFUND, E.UNKNOWN) == {E.UNKNOWN} | ends


def test_a_void_has_no_failure() -> None:
    assert reachable(VOID, E.REQUESTED) == {E.REQUESTED, E.UNKNOWN, E.SUCCEEDED}


def test_finished_effects_stay_finished() -> None:
    for machine in (PAYMENT_CAPTURE, VOID, REFUND):
        assert not {before for before, _ in machine} & {E.SUCCEEDED, E.FAILED}


def test_a_step_the_table_lacks_is_a_broken_invariant() -> None:
    with pytest.raises(BrokenInvariant, match="CAPTURED cannot be voided"):
        advance(AUTHORIZATION, A.CAPTURED, "voided")
