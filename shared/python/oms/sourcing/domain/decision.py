"""Why a plan is what it is, in sentences for the support desk."""

from collections.abc import Sequence

from oms.sourcing.domain.question import Counts, Question
from oms.sourcing.domain.search import Candidate, Choice

_NAMED = 8
"""Rejections told one by one; the decision travels through workflows and must stay small."""


def explain(
    question: Question, demand: Counts, candidates: Sequence[Candidate], choice: Choice
) -> tuple[str, ...]:
    """What was chosen, by which rule, what was set aside and what was rejected."""
    rejected = [
        _rejection(each, demand, choice)
        for each in sorted(candidates, key=lambda each: each.rank)
        if each not in choice.sites
    ]
    more = [f"{len(rejected) - _NAMED} more rejected for the same kinds of reason."]
    return (
        _chosen(choice),
        *_exclusions(question, demand),
        *rejected[:_NAMED],
        *(more if len(rejected) > _NAMED else []),
    )


def _chosen(choice: Choice) -> str:
    names = [f"{site.code} ({site.kilometres} km)" for site in choice.sites]
    if len(names) == 1:
        return f"{names[0]} ships everything: the nearest location that has all of it."
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    if choice.proven:
        return f"{listed} ship together: no single location has everything, and no fewer or nearer ones do."
    return f"{listed} ship together: a good choice, but too many combinations to prove it the best."


def _exclusions(question: Question, demand: Counts) -> list[str]:
    concerned = sorted((location, sku) for sku, location in question.exclusions if sku in demand)
    lines = [
        f"{location} set aside for {sku}: its stock just refused a reservation."
        for location, sku in concerned
    ]
    more = [f"{len(lines) - _NAMED} more set aside."] if len(lines) > _NAMED else []
    return lines[:_NAMED] + more


def _rejection(site: Candidate, demand: Counts, choice: Choice) -> str:
    lacking = {sku: units - site.offer.get(sku, 0) for sku, units in demand.items()}
    lacking = {sku: units for sku, units in lacking.items() if units}
    if not lacking:
        return f"{site.code} ({site.kilometres} km) rejected: it has everything, but ranks behind."
    if not site.offer:
        return f"{site.code} rejected: it has nothing of this order to sell."
    sku, units = next(iter(lacking.items()))
    others = f" and of {len(lacking) - 1} more SKUs" if len(lacking) > 1 else ""
    behind = "; other combinations are better" if len(choice.sites) > 1 else ""
    return f"{site.code} ({site.kilometres} km) rejected: {units} short of {sku}{others}{behind}."
