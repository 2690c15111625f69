"""The reservation's machine and its arithmetic."""

from dataclasses import replace

import pytest
from oms.inventory.domain.promise import CHUNK, chunked, releases, shipments, without
from oms.inventory.domain.reservation import (
    INITIAL,
    MACHINE,
    Entry,
    Reservation,
    State,
    abandoned,
    allocated,
    released,
    shipped,
    withdrawn,
)
from oms.kernel.errors import BrokenInvariant

MUG, CUP = ("LON", "MUG"), ("LON", "CUP")


def promise(state: State = State.ALLOCATED, **units: int) -> Reservation:
    entries = tuple(Entry("LON", sku, quantity) for sku, quantity in sorted(units.items()))
    return Reservation("o1", "web", "1-0-1", 0, 1, state, entries, "digest")


def test_every_state_can_be_reached() -> None:
    reached, frontier = set(INITIAL), list(INITIAL)
    while frontier:
        found = set(MACHINE[frontier.pop()]) - reached
        reached |= found
        frontier += found
    assert reached == set(State) == set(MACHINE)


def test_what_is_over_stays_over() -> None:
    for state in (State.SHIPPED, State.RELEASED, State.ABANDONED):
        assert MACHINE[state] == {}
        with pytest.raises(BrokenInvariant, match="cannot go"):
            allocated(promise(state, MUG=1))


def test_a_promise_is_shipped_when_shipments_consumed_all_of_it() -> None:
    partly = shipped(promise(MUG=2), {MUG: 1})
    assert (partly.state, partly.version, partly.held) == (State.ALLOCATED, 2, {MUG: 1})
    assert shipped(partly, {MUG: 1}).state is State.SHIPPED


def test_a_promise_is_released_when_nothing_is_open_and_something_went_back() -> None:
    partly = shipped(promise(MUG=2), {MUG: 1})
    assert released(partly, {MUG: 1}).state is State.RELEASED


def test_no_more_can_move_than_is_held() -> None:
    for move in (shipped, released):
        with pytest.raises(BrokenInvariant, match="more units than it holds"):
            move(promise(MUG=2), {MUG: 3})


def test_an_abandoned_head_holds_nothing_and_remembers_why() -> None:
    head = abandoned(promise(State.RESERVING, MUG=2), (CUP,))
    assert (head.state, head.units, head.short) == (State.ABANDONED, 0, (CUP,))


def test_a_promise_cannot_be_abandoned() -> None:
    with pytest.raises(BrokenInvariant, match="cannot go"):
        abandoned(promise(MUG=2))


def test_a_small_reservation_is_one_chunk_and_a_promise_at_once() -> None:
    (only,) = chunked("o1", "web", "1-0-1", [("LON", "MUG", 1), ("LON", "CUP", 2), ("LON", "MUG", 3)], turn=1)
    assert only.held == {CUP: 2, MUG: 4}
    assert (only.state, only.chunks) == (State.ALLOCATED, 1)


def test_a_large_reservation_is_cut_into_chunks_behind_a_head() -> None:
    chunks = chunked("o1", "web", "1-0-1", [("LON", f"{n:04d}", 1) for n in range(2_000)], turn=1)
    assert len(chunks) == 21
    assert {chunk.chunks for chunk in chunks} == {21}
    assert [chunk.state for chunk in chunks] == [State.RESERVING] + [State.ALLOCATED] * 20
    assert max(len(chunk.entries) for chunk in chunks) == CHUNK
    assert sum(chunk.units for chunk in chunks) == 2_000


def test_the_order_of_what_is_wanted_does_not_matter() -> None:
    wanted = [("LON", "MUG", 1), ("BER", "MUG", 2), ("LON", "CUP", 3)]
    assert chunked("o1", "web", "1-0-1", wanted, turn=1) == chunked(
        "o1", "web", "1-0-1", wanted[::-1], turn=1
    )


def test_other_contents_have_another_digest() -> None:
    digests = {
        chunked("o1", "web", "1-0-1", wanted, turn=1, size=size)[0].digest
        for wanted in ([("LON", "MUG", 1)], [("LON", "MUG", 2)], [("LON", "MUG", 1), ("LON", "CUP", 1)])
        for size in (1, 2)
    }
    assert len(digests) == 4  # the cut matters only where there is one


@pytest.mark.parametrize("wanted", [[], [("LON", "MUG", 0)], [("LON", "MUG", -1)]])
def test_nothing_and_less_cannot_be_reserved(wanted: list[tuple[str, str, int]]) -> None:
    with pytest.raises(ValueError, match=r"wants nothing|cannot be moved"):
        chunked("o1", "web", "1-0-1", wanted, turn=1)


def test_a_release_keeps_what_is_underway_and_takes_it_from_one_promise_only() -> None:
    first, second = promise(MUG=3), replace(promise(MUG=2), reservation_id="1-0-2")
    steps = releases([second, first], {MUG: 4})
    assert [(step.after.reservation_id, step.quantities) for step in steps] == [("1-0-2", {MUG: 1})]


def test_what_never_became_a_promise_is_released_in_full_and_first() -> None:
    head = replace(promise(State.RESERVING, MUG=2), reservation_id="2.1", chunks=2)
    tail = replace(promise(CUP=2), reservation_id="2.1", chunk=1, chunks=2)
    steps = releases([promise(MUG=3), tail, head], {MUG: 2})
    assert [(step.after.reservation_id, step.after.state, step.units) for step in steps] == [
        ("2.1", State.ABANDONED, 2),
        ("2.1", State.RELEASED, 2),
        ("1-0-1", State.ALLOCATED, 1),
    ]


def test_nothing_ships_from_what_never_became_a_promise() -> None:
    head = replace(promise(State.RESERVING, MUG=2), chunks=2)
    with pytest.raises(BrokenInvariant, match="not held"):
        shipments([head], {MUG: 1})


def test_a_shipment_takes_from_several_promises_in_their_order() -> None:
    first, second = promise(MUG=3), replace(promise(MUG=2), reservation_id="1-0-2")
    steps = shipments([second, first], {MUG: 4})
    assert [(step.after.reservation_id, step.quantities) for step in steps] == [
        ("1-0-1", {MUG: 3}),
        ("1-0-2", {MUG: 1}),
    ]


def test_the_rest_of_a_shipment_is_what_it_has_not_moved_yet() -> None:
    assert without({MUG: 3, CUP: 1}, {MUG: 1}) == {MUG: 2, CUP: 1}
    with pytest.raises(BrokenInvariant, match="other contents"):
        without({MUG: 3}, {CUP: 1})


def test_a_withdrawn_reservation_holds_nothing() -> None:
    assert releases([withdrawn("o1", "1-0-1")], {}) == []
