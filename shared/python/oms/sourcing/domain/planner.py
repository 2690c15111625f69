"""The rule: the nearest site that has everything; else the fewest boxes.

Ties go to the smaller total distance, then to the lower priority number, then to the code.
A line is split over boxes only where no chosen site has all of it.
"""

from collections.abc import Sequence

from oms.sourcing.domain.answer import Box, Missing, MissingLine, Plan, Shortage
from oms.sourcing.domain.decision import explain
from oms.sourcing.domain.distance import kilometres
from oms.sourcing.domain.question import Counts, Line, Question
from oms.sourcing.domain.search import Candidate, choose


def plan(question: Question) -> Plan | Shortage:
    """A box for every unit of the order, or the lines that lack some. Raises ValueError without lines."""
    if not question.lines:
        raise ValueError("nothing to source")
    demand = question.demand()
    candidates = _candidates(question, demand)
    if missing := _missing(question, demand, candidates):
        return Shortage(tuple(missing))
    choice = choose(candidates, demand)
    boxes = _pack(question.lines, choice.sites)
    return Plan(boxes, explain(question, demand, candidates, choice))


def _candidates(question: Question, demand: Counts) -> list[Candidate]:
    offers = question.sellable(demand)
    return [
        Candidate(site.code, kilometres(site, question.destination), site.priority, offers[site.code])
        for site in question.sites
    ]


def _missing(question: Question, demand: Counts, candidates: Sequence[Candidate]) -> list[MissingLine]:
    """Earlier lines are served first; what they leave too little for is missing."""
    left = dict.fromkeys(demand, 0)
    for candidate in candidates:
        for sku, units in candidate.offer.items():
            left[sku] += units
    known = question.known()
    missing = []
    for line in question.lines:
        served = min(line.quantity, left[line.sku])
        left[line.sku] -= served
        if served < line.quantity:
            reason: Missing = "out_of_stock" if line.sku in known else "unknown_sku"
            missing.append(MissingLine(line.number, line.sku, line.quantity - served, reason))
    return missing


def _pack(lines: Sequence[Line], sites: Sequence[Candidate]) -> tuple[Box, ...]:
    left = [dict(site.offer) for site in sites]
    boxes: list[list[tuple[int, int]]] = [[] for _ in sites]
    for line in lines:
        for index, units in _shares(line, left):
            left[index][line.sku] -= units
            boxes[index].append((line.number, units))
    return tuple(Box(site.code, tuple(sorted(box))) for site, box in zip(sites, boxes, strict=True) if box)


def _shares(line: Line, left: Sequence[Counts]) -> list[tuple[int, int]]:
    """The nearest site that has the whole line; else what each has, nearest first."""
    having = [(index, stock[line.sku]) for index, stock in enumerate(left) if stock.get(line.sku, 0)]
    for index, units in having:
        if units >= line.quantity:
            return [(index, line.quantity)]
    shares, wanted = [], line.quantity
    for index, units in having:
        if taken := min(units, wanted):
            shares.append((index, taken))
            wanted -= taken
    return shares
