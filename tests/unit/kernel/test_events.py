"""A fact becomes an event whose id is derived from its transition."""

from dataclasses import dataclass

import pytest
from oms.kernel.events import Actor, Event, record

from tests.builders import AT, NOW


@dataclass(frozen=True, slots=True)
class KettleBoiled:
    litres: int
    cups: list[list[int]]


def boiled(key: str = "000002") -> Event:
    return record(
        KettleBoiled(2, [[1, 3]]),
        context="kitchen",
        subject="kettle_1",
        key=key,
        channel="web",
        now=NOW,
        actor=Actor("staff", "ada"),
        reason="tea time",
    )


def test_an_event_says_what_happened_to_what_when_through_whom_and_why() -> None:
    assert boiled() == Event(
        event_id="kettle_1:kitchen:000002",
        type="KettleBoiled",
        context="kitchen",
        subject="kettle_1",
        channel="web",
        occurred_at=AT,
        actor="staff:ada",
        reason="tea time",
        data={"litres": 2, "cups": [[1, 3]]},
    )


def test_a_repeated_transition_has_the_same_event_id() -> None:
    assert boiled().event_id == boiled().event_id != boiled("000003").event_id


def test_a_key_with_a_colon_is_refused_because_the_id_could_not_be_taken_apart() -> None:
    with pytest.raises(ValueError, match="no colon"):
        boiled("2:3")
