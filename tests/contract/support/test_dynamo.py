"""What only the real store of exception items can get wrong."""

from typing import Any

import pytest
from oms.aws.outbox import event_row
from oms.aws.table import Table
from oms.kernel.errors import BrokenInvariant, WriteConflict
from oms.support.adapters.dynamo import DynamoCases
from oms.support.application.cases import decide, report
from oms.support.domain.exceptions import Action, Case

from tests.builders import NOW, ORDER, SYSTEM, an_event
from tests.fakes.spoiling import SPOILT, Spoil, set_to


@pytest.fixture
def cases(table: Table) -> DynamoCases:
    return DynamoCases(table)


def opened(cases: DynamoCases, token: str = "", turn: str = "", key: str = "ASSESS-0") -> Case:
    return report(
        subject=ORDER,
        key=key,
        channel="web",
        kind="SHORTAGE",
        detail="why",
        cases=cases,
        now=NOW,
        actor=SYSTEM,
        token=token,
        turn=turn,
    )


def test_only_open_items_stand_in_the_index_of_their_queue(cases: DynamoCases, table: Table) -> None:
    opened(cases)
    assert len(table.index_page("by_queue", "queue_key", "support#OPEN", limit=9).items) == 1

    decide(f"{ORDER}.ASSESS-0", Action.RETRY, cases=cases, now=NOW, actor=SYSTEM, reason="stock is here")

    assert table.index_page("by_queue", "queue_key", "support#OPEN", limit=9).items == []


def test_an_event_without_its_item_stops_everything(cases: DynamoCases, table: Table) -> None:
    event = an_event(subject=ORDER, event_id=f"{ORDER}:support:ASSESS-0-1")
    table.write(event_row(table.name, event, pk=f"CASE#{ORDER}"))

    with pytest.raises(BrokenInvariant):
        opened(cases)


def test_a_token_is_not_replaced_in_an_item_that_is_decided_meanwhile(table: Table) -> None:
    class Overtaken:
        """Decides the item just before the token is written."""

        def __getattr__(self, name: str) -> Any:
            return getattr(table.client, name)

        def update_item(self, **request: Any) -> Any:
            decide(
                f"{ORDER}.ASSESS-0", Action.CANCEL, cases=DynamoCases(table), now=NOW, actor=SYSTEM, reason=""
            )
            return table.client.update_item(**request)

    opened(DynamoCases(table), token="t1")

    with pytest.raises(WriteConflict):
        opened(DynamoCases(Table(Overtaken(), table.name)), token="t2")

    assert opened(DynamoCases(table), token="t2").resolution == "CANCEL"


def test_a_token_is_not_replaced_by_an_earlier_one_that_has_read_the_item_before(table: Table) -> None:
    class Overtaken:
        """A later wait begins just before the token is written."""

        def __getattr__(self, name: str) -> Any:
            return getattr(table.client, name)

        def update_item(self, **request: Any) -> Any:
            opened(DynamoCases(table), token="t3", turn="3")
            return table.client.update_item(**request)

    opened(DynamoCases(table), token="t1", turn="1")

    with pytest.raises(WriteConflict):
        opened(DynamoCases(Table(Overtaken(), table.name)), token="t2", turn="2")

    stored = DynamoCases(table).load(f"{ORDER}.ASSESS-0")
    assert stored is not None
    assert (stored.token, stored.turn) == ("t3", "3")


def test_the_token_is_no_part_of_an_event(cases: DynamoCases, table: Table) -> None:
    opened(cases, token="secret-token")

    events = table.collection(f"CASE#{ORDER}", "EVENT#")

    assert len(events) == 1
    assert "secret-token" not in repr(events)


@pytest.mark.parametrize("spoil", SPOILT)
def test_an_item_that_cannot_be_read_hides_no_other_of_its_queue(
    cases: DynamoCases, table: Table, spoil: Spoil
) -> None:
    opened(cases)
    other = opened(cases, key="ASSESS-1")
    spoil(table.client, table.name, f"CASE#{ORDER}", "CASE#ASSESS-0")
    troubles: list[str] = []

    found = cases.queue("support", "OPEN", limit=9, trouble=lambda name, _: troubles.append(name))

    assert (found, troubles) == ([other], [f"CASE#{ORDER}/CASE#ASSESS-0"])
    with pytest.raises((KeyError, TypeError, ValueError)):
        cases.queue("support", "OPEN", limit=9)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("deadline", {"N": "1"}),
        ("kind", {"S": "WEATHER"}),
        ("state", {"S": "LOST"}),
        ("token", {"NULL": True}),
    ],
)
def test_an_item_of_another_shape_hides_no_other_of_its_order(
    cases: DynamoCases, table: Table, name: str, value: dict[str, Any]
) -> None:
    opened(cases)
    other = opened(cases, key="ASSESS-1")
    set_to(table.client, table.name, f"CASE#{ORDER}", "CASE#ASSESS-0", name, value)
    troubles: list[str] = []

    def trouble(name: str, _: Exception) -> None:
        troubles.append(name)

    assert cases.of_subject(ORDER, trouble=trouble) == [other]
    assert cases.queue("support", "OPEN", limit=9, trouble=trouble) == [other]
    assert troubles == [f"CASE#{ORDER}/CASE#ASSESS-0"] * 2
    with pytest.raises((TypeError, ValueError)):
        cases.of_subject(ORDER)
