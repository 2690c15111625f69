"""The fewest sites that together have everything; among those the nearest.

Branch and bound over the number of sites, smallest first. At each node the SKU with the
fewest suppliers left must be supplied by one of them, so only those are tried; the last
site of a set is found by intersecting bit masks. Exact as long as the effort lasts, which
it does for every size of order and network met in practice; beyond it, the best set so far
or a greedy one, and the answer says so. The effort is counted, never timed, so the same
question always has the same answer.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from oms.sourcing.domain.question import Counts

EFFORT = 400_000
"""SKUs looked at in all nodes together; a fraction of a second."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A site with its distance and what it can contribute (capped at the demand, without zeros)."""

    code: str
    kilometres: int
    priority: int
    offer: Counts

    @property
    def rank(self) -> tuple[int, int, str]:
        """Nearest first, then by priority, then by code."""
        return (self.kilometres, self.priority, self.code)


@dataclass(frozen=True, slots=True)
class Choice:
    """Chosen sites in rank order; `proven` when no other set is better."""

    sites: tuple[Candidate, ...]
    proven: bool


def choose(candidates: Sequence[Candidate], demand: Counts, *, effort: int = EFFORT) -> Choice:
    """The best set of sites for `demand`, which all candidates together must be able to meet."""
    ranked = sorted((each for each in candidates if each.offer), key=lambda each: each.rank)
    search = _Search(ranked, demand, effort)
    try:
        chosen = search.best()
        return Choice(chosen, proven=True)
    except _Exhausted:
        return Choice(search.found() or greedy(ranked, demand), proven=False)


def greedy(ranked: Sequence[Candidate], demand: Counts) -> tuple[Candidate, ...]:
    """Always the site that has most of what is still missing, then without those that were not needed."""
    missing, chosen = dict(demand), list[Candidate]()
    while missing:
        best = max(
            (each for each in ranked if each not in chosen), key=lambda each: _covered(each.offer, missing)
        )
        chosen.append(best)
        missing = _less(missing, best.offer)
    for each in sorted(chosen, key=lambda each: each.rank, reverse=True):
        rest = [other for other in chosen if other is not each]
        if _enough(rest, demand):
            chosen = rest
    return tuple(sorted(chosen, key=lambda each: each.rank))


class _Exhausted(Exception):
    """The effort is spent."""


class _Search:
    def __init__(self, ranked: Sequence[Candidate], demand: Counts, effort: int) -> None:
        self._sites = ranked
        self._demand = demand
        self._effort = effort
        self._suppliers = {sku: _Suppliers.of(sku, ranked) for sku in demand}
        self._dominators = [_dominators(ranked, index) for index in range(len(ranked))]
        self._best: tuple[int, int, tuple[str, ...], tuple[int, ...]] | None = None

    def best(self) -> tuple[Candidate, ...]:
        """Raises _Exhausted."""
        everyone = (1 << len(self._sites)) - 1
        least = max(suppliers.fewest(self._demand[sku]) for sku, suppliers in self._suppliers.items())
        for size in range(least, len(self._sites) + 1):
            self._visit((), self._demand, everyone, size)
            if self._best:
                break
        return self.found()

    def found(self) -> tuple[Candidate, ...]:
        """The best set so far, in rank order; empty when there is none."""
        return tuple(self._sites[index] for index in sorted(self._best[3])) if self._best else ()

    def _visit(self, chosen: tuple[int, ...], missing: Mapping[str, int], allowed: int, picks: int) -> None:
        self._effort -= len(missing) + 1
        if self._effort < 0:
            raise _Exhausted
        if picks == 1:
            return self._finish(chosen, missing, allowed)
        if not self._reachable(missing, allowed, picks):
            return None
        excluded = 0
        for index in self._branches(missing, allowed):
            if self._too_far(chosen, index, allowed, picks):
                break
            # What a dominated site could do, its dominator did better when it had its turn.
            if not self._dominators[index] & ~allowed & ~_mask(chosen):
                rest = _less(missing, self._sites[index].offer)
                self._visit((*chosen, index), rest, allowed & ~(1 << index), picks - 1)
            excluded |= 1 << index
            allowed &= ~excluded
        return None

    def _finish(self, chosen: tuple[int, ...], missing: Mapping[str, int], allowed: int) -> None:
        """The last pick must have all that is missing; the lowest bit is the best ranked."""
        for sku, units in missing.items():
            allowed &= self._suppliers[sku].with_at_least(units)
            if not allowed:
                return
        indexes = (*chosen, (allowed & -allowed).bit_length() - 1)
        sites = [self._sites[index] for index in indexes]
        codes = tuple(sorted(site.code for site in sites))
        total = (sum(site.kilometres for site in sites), sum(site.priority for site in sites), codes)
        if self._best is None or total < self._best[:3]:
            self._best = (*total, indexes)

    def _reachable(self, missing: Mapping[str, int], allowed: int, picks: int) -> bool:
        return all(self._suppliers[sku].best(allowed, picks, units) for sku, units in missing.items())

    def _branches(self, missing: Mapping[str, int], allowed: int) -> Iterator[int]:
        masks = [self._suppliers[sku].mask & allowed for sku in missing]
        scarcest = min(masks, key=int.bit_count)
        return _bits(scarcest)

    def _too_far(self, chosen: tuple[int, ...], index: int, allowed: int, picks: int) -> bool:
        """Whether even the nearest others cannot make up for the distance of `index` and all after it."""
        if self._best is None:
            return False
        nearest = self._sites[(allowed & -allowed).bit_length() - 1].kilometres
        so_far = sum(self._sites[each].kilometres for each in chosen)
        return so_far + self._sites[index].kilometres + (picks - 1) * nearest > self._best[0]


@dataclass(frozen=True, slots=True)
class _Suppliers:
    """Who has a SKU: indexes by falling units, and for each length of that list its bit mask."""

    indexes: list[int]
    falling: list[int]
    """Units, negated, so that they rise for bisect."""
    masks: list[int]

    @classmethod
    def of(cls, sku: str, sites: Sequence[Candidate]) -> "_Suppliers":
        having = [(-site.offer[sku], index) for index, site in enumerate(sites) if sku in site.offer]
        having.sort()
        masks = [0]
        for _, index in having:
            masks.append(masks[-1] | 1 << index)
        return cls([index for _, index in having], [units for units, _ in having], masks)

    @property
    def mask(self) -> int:
        return self.masks[-1]

    def with_at_least(self, units: int) -> int:
        return self.masks[bisect_right(self.falling, -units)]

    def best(self, allowed: int, picks: int, units: int) -> bool:
        """Whether the `picks` largest of the allowed suppliers have `units`."""
        for index, negative in zip(self.indexes, self.falling, strict=True):
            if allowed >> index & 1:
                units += negative
                picks -= 1
                if units <= 0 or not picks:
                    break
        return units <= 0

    def fewest(self, units: int) -> int:
        """How many suppliers it takes at least."""
        taken = 0
        for negative in self.falling:
            if units <= 0:
                break
            units, taken = units + negative, taken + 1
        return taken


def _dominators(sites: Sequence[Candidate], index: int) -> int:
    """Better ranked sites that have at least as much of everything."""
    offer = sites[index].offer
    return _mask(
        tuple(
            better
            for better in range(index)
            if all(sites[better].offer.get(sku, 0) >= units for sku, units in offer.items())
        )
    )


def _covered(offer: Counts, missing: Mapping[str, int]) -> int:
    return sum(min(units, missing.get(sku, 0)) for sku, units in offer.items())


def _less(missing: Mapping[str, int], offer: Counts) -> Counts:
    rest = {sku: units - offer.get(sku, 0) for sku, units in missing.items()}
    return {sku: units for sku, units in rest.items() if units > 0}


def _enough(sites: Sequence[Candidate], demand: Counts) -> bool:
    missing: Counts = demand
    for site in sites:
        missing = _less(missing, site.offer)
    return not missing


def _mask(indexes: Sequence[int]) -> int:
    return sum(1 << index for index in indexes)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
