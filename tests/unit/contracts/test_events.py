"""Published events: the contract says what the code states, and nothing about a person."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest
from jsonschema import Draft202012Validator
from oms.contracts.envelope import to_detail
from oms.contracts.events import CONTEXTS, Envelope, Fact, published
from oms.kernel.events import Actor, Event, record
from oms.orders.domain.cancellation import CancellationRequested, cancel_open, request
from oms.orders.domain.capture import PlacedLine, Taxes, hold, receive, release
from oms.orders.domain.order import Hold
from oms.orders.domain.shipping import Parcel, Shipped, Terms, ship
from pydantic import ValidationError

from ops.docs import schemas
from ops.docs.writing import drift
from tests.unit.contracts.facts import ALL, STATED
from tests.unit.contracts.shapes import agrees, example, fields, shape

AT = "2026-11-27T09:00:00.000Z"
PUBLISHED: dict[str, dict[str, type[Fact]]] = {
    context: {fact.__name__: fact for fact in facts} for context, facts in CONTEXTS.items()
}
PERSONAL = {
    *("name", "first_name", "last_name", "customer", "customer_id", "email", "phone", "recipient", "ship_to"),
    *("address", "line1", "line2", "street", "city", "region", "postal_code", "latitude", "longitude"),
    *("ip", "client_ip", "token", "card", "iban", "birthday", "note"),
}
PREMISES = {
    ("LocationRegistered", name) for name in ("name", "region", "postal_code", "latitude", "longitude")
}
"""A location is the merchant's own building."""


def names_in(schema: Any) -> Iterator[str]:
    """Every property name of a JSON Schema, at any depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for one in schema.values():
            yield from names_in(one)
    if isinstance(schema, list):
        for one in schema:
            yield from names_in(one)


def test_every_fact_that_is_stated_is_published_and_no_other() -> None:
    assert {context: set(facts) for context, facts in PUBLISHED.items()} == {
        context: set(facts) for context, facts in STATED.items()
    }


@pytest.mark.parametrize(("context", "name"), ALL)
def test_the_contract_has_the_fields_of_the_fact_in_name_order_and_type(context: str, name: str) -> None:
    stated, contract = fields(STATED[context][name]), fields(PUBLISHED[context][name])
    assert list(contract) == list(stated)
    assert not [field for field in stated if not agrees(stated[field], contract[field])]


@pytest.mark.parametrize(
    ("stated", "contract"),
    [
        (int, str),
        (int, bool),
        (list[int], list[str]),
        (list[list[int]], list[tuple[int, str]]),
        (str, list[str]),
    ],
)
def test_types_that_differ_do_not_agree(stated: Any, contract: Any) -> None:
    assert not agrees(shape(stated), shape(contract))


def test_the_envelope_has_a_version_and_the_fields_of_the_event_but_what_people_typed() -> None:
    event = {field.name: shape(get_type_hints(Event)[field.name]) for field in dataclass_fields(Event)}
    contract = fields(Envelope) | {"data": {}}
    del event["reason"]
    assert contract == {"version": "int", **event}


@pytest.mark.parametrize(("context", "name"), ALL)
def test_an_event_on_the_bus_satisfies_its_published_schema(context: str, name: str) -> None:
    contract = PUBLISHED[context][name]
    made = example(contract)
    fact = STATED[context][name](**made)
    event = record(
        fact,
        context=context,
        subject="ord_" + "a" * 26,
        key="000001",
        channel="web",
        now=datetime(2026, 11, 27, 9, tzinfo=UTC),
        actor=Actor("client", "web"),
    )
    detail = json.loads(json.dumps(to_detail(event)))
    Draft202012Validator(schemas.schema(context, contract)).validate(detail)
    assert published(context, contract).model_validate(detail).data.model_dump(mode="json") == made


def test_an_event_of_another_type_or_with_a_field_missing_breaks_the_schema() -> None:
    contract = published("orders", PUBLISHED["orders"]["OrderHeld"])
    good = {
        **dict.fromkeys(("event_id", "subject", "channel", "occurred_at", "actor"), "x"),
        "version": 1,
        "type": "OrderHeld",
        "context": "orders",
        "data": {"order_id": "o", "hold": "FRAUD", "cause": "c"},
    }
    contract.model_validate(good)
    for broken in (
        good | {"type": "OrderReleased"},
        good | {"data": {"order_id": "o"}},
        good | {"version": 0},
    ):
        with pytest.raises(ValidationError):
            contract.model_validate(broken)


def test_a_consumer_reads_an_event_that_has_grown_a_field() -> None:
    grown = {"order_id": "o", "hold": "FRAUD", "cause": "c", "since": "yesterday"}
    assert PUBLISHED["orders"]["OrderHeld"].model_validate(grown).model_dump() == {
        "order_id": "o",
        "hold": "FRAUD",
        "cause": "c",
    }


@pytest.mark.parametrize(("context", "name"), ALL)
def test_no_event_has_a_field_for_personal_data(context: str, name: str) -> None:
    found = {(name, field) for field in names_in(schemas.schema(context, PUBLISHED[context][name]))}
    assert not {one for one in found - PREMISES if one[1] in PERSONAL}


def test_personal_data_deep_inside_a_schema_is_seen() -> None:
    deep = {"properties": {"lines": {"items": {"properties": {"email": {"type": "string"}}}}}}
    assert "email" in set(names_in(deep))


def test_the_schema_files_are_what_the_contracts_make() -> None:
    stale = drift(schemas.files(), schemas.FOLDER.glob("*/*.json"))
    assert not stale, "run python -m ops.docs schemas"


@pytest.mark.parametrize("path", schemas.files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_schema_file_is_valid_json_schema(path: Any) -> None:
    Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_what_an_order_states_on_its_way_satisfies_the_contract() -> None:
    """The rows of plain dataclasses are lists of anything; here they come out of the real transitions."""
    for fact in facts_of_one_order():
        PUBLISHED["orders"][type(fact).__name__].model_validate(asdict(fact), strict=False)


def facts_of_one_order() -> list[Any]:
    lines = [PlacedLine(1, "TEA-1", 3, 1500), PlacedLine(2, "MUG-1", 1, 999)]
    order, received = receive(
        order_id="ord_" + "a" * 26,
        channel="web",
        external_order_id="W-1",
        currency="GBP",
        lines=lines,
        shipping=490,
        at=AT,
    )
    held = hold(order, Hold.FRAUD, "looked at", at=AT)
    assert held
    boxes = {"LON": [(1, 3)], "LEE": [(2, 1)]}
    released = release(
        held[0],
        lines,
        boxes,
        Taxes({1: 300, 2: 200}, 98, False),
        shipping=490,
        prices_include_tax=False,
        at=AT,
    )
    parcel = Parcel("s1", "Royal Mail", "RM1", {2: 1}, "f")
    terms = Terms(lines, 490, False, False)
    sent = ship(released.order, released.fulfilment_orders[0], parcel, terms, at=AT)
    assert isinstance(sent, Shipped)
    asked = request(sent.order, "customer_request", at=AT)
    assert isinstance(asked, CancellationRequested)
    cancelled = cancel_open(asked.order, released.fulfilment_orders[1:], at=AT)
    assert cancelled
    return [received, held[1], released.fact, sent.fact, asked.fact, cancelled.fact]


def test_one_order_can_state_every_fact_of_its_context() -> None:
    assert {type(fact).__name__ for fact in facts_of_one_order()} == set(STATED["orders"])
