"""Whatever happens to a table, both engines tell the same of it."""

from itertools import count
from typing import Any

from hypothesis import given, settings

from tests.builders import create_table
from tests.simulation.aws.dynamo import SimDynamo
from tests.simulation.conformance.histories import Step, histories

_NUMBERS = count(1)


@settings(max_examples=60, deadline=None)
@given(history=histories())
def test_any_history_is_answered_alike(local: Any, history: list[Step]) -> None:
    table = f"history-{next(_NUMBERS)}"
    simulated = SimDynamo()
    for client in (simulated, local):
        create_table(client, table)
    for step in history:
        assert step.played(simulated, table) == step.played(local, table)
