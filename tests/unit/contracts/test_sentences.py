"""The timeline: every event reads as a sentence, filled from fields the event really has."""

from dataclasses import fields
from string import Formatter

import pytest
from oms.kernel.events import Event
from oms.runtime.api.views import SENTENCES, timeline_entry

from tests.unit.contracts.facts import ALL, STATED

FACTS = {name: STATED[context][name] for context, name in ALL}


def test_every_event_has_a_sentence() -> None:
    assert set(FACTS) <= set(SENTENCES)


def test_no_sentence_is_about_an_event_that_does_not_exist() -> None:
    assert set(SENTENCES) <= set(FACTS)


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_names_only_fields_of_its_event(name: str) -> None:
    named = {field for _, field, _, _ in Formatter().parse(SENTENCES[name]) if field}
    told = {field.name for field in fields(FACTS[name])}
    assert named <= told | ({"money"} if {"amount", "currency"} <= told else set())


def test_an_amount_is_told_in_the_units_people_use() -> None:
    fact = {"amount": 4997, "currency": "GBP", "shipment_id": "f1-p1"}
    event = Event(
        "e", "PaymentCaptured", "payments", "o", "web", "2026-11-27T09:00:00.000Z", "system:s", "", fact
    )
    assert timeline_entry(event)["text"] == "49.97 GBP captured for shipment f1-p1."


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_ends_like_one_or_with_the_text_it_quotes(name: str) -> None:
    assert SENTENCES[name][0].isupper() or SENTENCES[name][0] == "{"
    assert SENTENCES[name][-1] in ".}"
