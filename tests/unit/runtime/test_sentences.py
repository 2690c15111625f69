"""A timeline is told in sentences: one for everything that can happen."""

from string import Formatter

import pytest
from oms.contracts.events import CONTEXTS
from oms.runtime.api.views import SENTENCES

FACTS = {fact.__name__: fact for facts in CONTEXTS.values() for fact in facts}


def test_everything_that_can_happen_has_a_sentence() -> None:
    assert FACTS.keys() == SENTENCES.keys()


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_tells_only_what_its_fact_knows(name: str) -> None:
    told = {field for _, field, _, _ in Formatter().parse(SENTENCES[name]) if field}

    assert told <= FACTS[name].model_fields.keys()
