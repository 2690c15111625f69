"""The fewest sites, and among those the nearest: compared with trying every set."""

from collections.abc import Sequence
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from oms.sourcing.domain.question import Counts
from oms.sourcing.domain.search import Candidate, choose, greedy

CODES = "ABCDEFG"
offers = st.dictionaries(st.sampled_from(["MUG", "CUP", "JUG", "CAN"]), st.integers(1, 4), min_size=1)
candidates = st.lists(
    st.builds(
        Candidate,
        code=st.sampled_from(CODES),
        kilometres=st.integers(1, 9),
        priority=st.integers(1, 2),
        offer=offers,
    ),
    min_size=1,
    max_size=len(CODES),
    unique_by=lambda each: each.code,
)


@settings(max_examples=400, deadline=None)
@given(found=candidates, wanted=offers)
def test_the_choice_is_the_best_of_all_sets(found: list[Candidate], wanted: Counts) -> None:
    capped = [
        Candidate(each.code, each.kilometres, each.priority, _capped(each.offer, wanted)) for each in found
    ]
    best = _brute_force(capped, wanted)
    if best is None:
        return
    choice = choose(capped, wanted)
    assert choice.proven
    assert {site.code for site in choice.sites} == best


@settings(max_examples=200, deadline=None)
@given(found=candidates, wanted=offers, effort=st.integers(0, 20))
def test_a_choice_that_ran_out_of_effort_still_has_everything(
    found: list[Candidate], wanted: Counts, effort: int
) -> None:
    capped = [
        Candidate(each.code, each.kilometres, each.priority, _capped(each.offer, wanted)) for each in found
    ]
    if not _covers(capped, wanted):
        return
    choice = choose(capped, wanted, effort=effort)
    assert _covers(choice.sites, wanted)
    for site in choice.sites:
        assert not _covers([other for other in choice.sites if other is not site], wanted)


def test_greed_drops_what_it_did_not_need() -> None:
    wide = Candidate("A", 1, 1, {"MUG": 2, "CUP": 2})
    left, right = Candidate("B", 2, 1, {"MUG": 3}), Candidate("C", 3, 1, {"CUP": 3})
    assert [site.code for site in greedy([wide, left, right], {"MUG": 3, "CUP": 3})] == ["B", "C"]


def _brute_force(found: Sequence[Candidate], wanted: Counts) -> set[str] | None:
    for size in range(1, len(found) + 1):
        sets = [each for each in combinations(found, size) if _covers(each, wanted)]
        if sets:
            return {site.code for site in min(sets, key=_total)}
    return None


def _total(sites: Sequence[Candidate]) -> tuple[int, int, list[str]]:
    return (
        sum(site.kilometres for site in sites),
        sum(site.priority for site in sites),
        sorted(site.code for site in sites),
    )


def _covers(sites: Sequence[Candidate], wanted: Counts) -> bool:
    return all(sum(site.offer.get(sku, 0) for site in sites) >= units for sku, units in wanted.items())


def _capped(offer: Counts, wanted: Counts) -> Counts:
    return {sku: min(units, wanted[sku]) for sku, units in offer.items() if sku in wanted}
