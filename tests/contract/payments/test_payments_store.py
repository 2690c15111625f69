"""What every payments store does: the fake in memory and the one in DynamoDB (on two engines), side by side."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

import boto3
import pytest
from moto import mock_aws
from oms.aws.items import marshal
from oms.aws.outbox import events_of
from oms.aws.table import Table
from oms.kernel.errors import BrokenInvariant
from oms.kernel.events import Actor, Event, record
from oms.kernel.ids import order_id
from oms.ledger.domain.entries import (
    entry_for_prepayment,
)
from oms.ledger.domain.journal import JournalEntry
from oms.payments.adapters.dynamo import DynamoPayments
from oms.payments.adapters.rows import (
    JOURNAL,
    PAYMENT,
    entry_figures,
    entry_item,
    entry_of,
    order_pk,
    payment_figures,
    payment_item,
    payment_of,
)
from oms.payments.application.ports import Payments
from oms.payments.application.service import PaymentService
from oms.payments.domain.effects import Effect, Refusal, capture_key
from oms.payments.domain.facts import PaymentAuthorized, PaymentCaptured
from oms.payments.domain.laws import EntryFigures, PaymentFigures, broken_laws
from oms.payments.domain.machines import EffectState
from oms.payments.domain.payment import Payment

from tests.builders import create_table, rows_of
from tests.fakes.gateways import FakeGateway
from tests.fakes.payments import FakePayments
from tests.simulation.aws.dynamo import SimDynamo
from tests.unit.payments.bench import a_shipment, an_order, nobody

NAME = "payments"
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
SYSTEM = Actor("system", "order_capture")
ORDER = order_id("web", "1001")
AT = "2026-11-27T09:00:00.000Z"


class Store(Payments, Protocol):
    def journal(self, order_id: str) -> list[JournalEntry]: ...


@dataclass
class Metered:
    """A DynamoDB client that counts write units: one per started KB, two in a transaction."""

    client: Any
    units: list[int] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def put_item(self, **request: Any) -> Any:
        self.units.append(_kilobytes(request["Item"]))
        return self.client.put_item(**request)

    def transact_write_items(self, **request: Any) -> Any:
        self.units.append(sum(2 * _kilobytes(write["Put"]["Item"]) for write in request["TransactItems"]))
        return self.client.transact_write_items(**request)


def _kilobytes(value: Any) -> int:
    return -(-_size(value) // 1024)


def _size(value: Any) -> int:
    """Bytes as DynamoDB bills them, rounded up for nested values."""
    if isinstance(value, dict):
        return sum(len(name) + _size(content) + 1 for name, content in value.items())
    if isinstance(value, list):
        return 3 + sum(1 + _size(content) for content in value)
    return len(value) if isinstance(value, str | bytes) else 1


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Metered]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        real = boto3.client("dynamodb", region_name="eu-central-1")
        real.create_table(
            TableName=NAME,
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield Metered(real)


@pytest.fixture(params=["fake", "dynamo", "simulated"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        return FakePayments()
    if request.param == "simulated":
        simulated = SimDynamo()
        create_table(simulated, NAME)
        return DynamoPayments(Table(simulated, NAME))
    return DynamoPayments(Table(request.getfixturevalue("client"), NAME))


def a_request(*, prepaid: bool = False) -> Payment:
    return Payment.request(
        order_id=ORDER, channel="web", currency="EUR", amount=3_000, attempt=1, prepaid=prepaid
    )


def authorized_event(key: str = "authorized-1") -> Event:
    fact = PaymentAuthorized(ORDER, 3_000, "EUR", "pi_1", 1)
    return record(fact, context="payments", subject=ORDER, key=key, channel="web", now=NOW, actor=SYSTEM)


def a_prepayment(number: int = 1, at: str = AT) -> JournalEntry:
    return entry_for_prepayment(3_000, order_id=ORDER, number=number, currency="EUR", occurred_at=at)


def held(store: Store) -> Payment:
    requested = a_request()
    assert store.intend(requested)
    payment = requested.hold("pi_1")
    assert store.conclude(payment, authorized_event())
    return payment


def test_nothing_is_found_where_nothing_was_stored(store: Store) -> None:
    assert store.find(ORDER) is None
    assert not store.has_entry(ORDER, "capture-shp-1")
    assert store.journal(ORDER) == []


def test_a_payment_comes_back_as_it_was_stored_with_what_is_in_flight(store: Store) -> None:
    payment = held(store)
    key = capture_key(ORDER, "shp-1")
    busy = payment.begin(Effect(key, "capture", 1_000, shipment_id="shp-1", final=True))
    doubted = busy.doubt_effect(busy.in_flight[key])
    assert store.intend(busy, capturing=1_000) and store.intend(doubted)
    assert store.find(ORDER) == doubted


def test_what_was_refused_comes_back_as_it_was_stored(store: Store) -> None:
    payment = held(store)
    effect = Effect("k", "capture", 1_000, shipment_id="f1-p1")
    busy = payment.begin(effect)
    assert store.intend(busy, capturing=1_000)
    failed = busy.fail_capture(effect)
    assert store.conclude(failed, authorized_event("failed"))
    assert store.find(ORDER) == failed
    assert failed.refused == {"f1-p1": Refusal(1_000, 1)}
    refused = replace(
        failed,
        version=failed.version + 1,
        refund_refusals=2,
        refund_turn=3,
        refused={"f1-p1": Refusal(1_000, 1, written_off=True)},
    )
    assert store.conclude(refused, authorized_event("failed again"))
    assert store.find(ORDER) == refused


def test_the_first_intent_wins(store: Store) -> None:
    assert store.intend(a_request())
    assert not store.intend(a_request(prepaid=True))
    assert store.find(ORDER) == a_request()


def test_a_later_version_needs_the_one_before_it(store: Store) -> None:
    assert not store.intend(a_request().doubt())
    assert store.find(ORDER) is None


def test_of_two_writers_over_the_same_version_one_is_refused(store: Store) -> None:
    payment = held(store)
    first = payment.begin(Effect("a", "capture", 1_000))
    second = payment.begin(Effect("b", "capture", 1_000))
    assert store.intend(first, capturing=1_000)
    assert not store.intend(second, capturing=1_000)
    assert store.find(ORDER) == first


def test_a_capture_is_refused_beyond_what_the_stored_row_can_give(store: Store) -> None:
    payment = held(store)
    assert not store.intend(payment.begin(Effect("a", "capture", 1)), capturing=3_001)
    assert store.intend(payment.begin(Effect("a", "capture", 1)), capturing=3_000)


def test_a_refund_is_refused_beyond_what_the_stored_row_has_taken(store: Store) -> None:
    requested = a_request(prepaid=True)
    store.intend(requested)
    payment = requested.prepay("pi_1")
    store.conclude(payment, authorized_event(), a_prepayment())
    refund = payment.begin(Effect("a", "refund", 1, EffectState.SUBMITTED))
    assert not store.intend(refund, refunding=3_001)
    assert store.intend(refund, refunding=3_000)


def test_an_outcome_is_stored_with_its_event_and_entry(store: Store) -> None:
    requested = a_request(prepaid=True)
    store.intend(requested)
    assert store.conclude(requested.prepay("pi_1"), authorized_event(), a_prepayment())
    assert store.has_entry(ORDER, a_prepayment().entry_id)
    assert store.journal(ORDER) == [a_prepayment()]


def test_an_outcome_over_a_newer_version_leaves_nothing_behind(store: Store) -> None:
    requested = a_request(prepaid=True)
    store.intend(requested)
    store.intend(requested.doubt())
    assert not store.conclude(requested.prepay("pi_1"), authorized_event(), a_prepayment())
    assert store.find(ORDER) == requested.doubt()
    assert store.journal(ORDER) == []


def test_an_entry_is_posted_once(store: Store) -> None:
    requested = a_request(prepaid=True)
    store.intend(requested)
    paid = requested.prepay("pi_1")
    store.conclude(paid, authorized_event(), a_prepayment())
    changed = replace(a_prepayment(), kind="other")
    assert not store.conclude(paid.recognise(1), authorized_event("again"), changed)
    assert store.find(ORDER) == paid and store.journal(ORDER) == [a_prepayment()]


def test_an_event_happens_once(store: Store) -> None:
    payment = held(store)
    assert not store.conclude(payment.find_voided("pi_1"), authorized_event())
    assert store.find(ORDER) == payment


def test_the_journal_is_read_oldest_first(store: Store) -> None:
    late, early = a_prepayment(1, "2026-12-01T00:00:00.000Z"), a_prepayment(2, AT)
    payment = held(store)
    for number, entry in enumerate((late, early)):
        effect = Effect(f"k{number}", "capture", 1)
        payment = payment.begin(effect)
        store.intend(payment)
        payment = payment.capture(effect)
        assert store.conclude(payment, authorized_event(f"c{number}"), entry)
    assert store.journal(ORDER) == [early, late]


# -- only in DynamoDB ----------------------------------------------------------------------------


@pytest.fixture
def service(client: Metered) -> PaymentService:
    return PaymentService(DynamoPayments(Table(client, NAME)), FakeGateway())


def test_a_journal_row_carries_its_period_for_the_export() -> None:
    item = entry_item(a_prepayment())
    assert (item["pk"], item["sk"]) == (order_pk(ORDER), f"JOURNAL#prepayment-{ORDER}-1")
    assert item["period"] == "2026-11"
    assert item["postings"] == [["psp_clearing", "debit", 3_000], ["contract_liability", "credit", 3_000]]
    assert entry_of(item) == a_prepayment()


def test_a_row_with_an_attribute_of_a_later_release_is_still_read() -> None:
    assert payment_of(payment_item(a_request()) | {"later": 1}) == a_request()


def test_a_row_of_an_earlier_release_has_no_refusals() -> None:
    row = payment_item(a_request())
    del row["refused"], row["refund_refusals"], row["refund_turn"]
    assert payment_of(row) == a_request()


def test_a_row_that_breaks_law_4_is_not_worked_on() -> None:
    with pytest.raises(BrokenInvariant):
        payment_of(payment_item(a_request()) | {"captured": 1})


def test_events_of_a_payment_are_on_the_timeline(service: PaymentService, client: Metered) -> None:
    service.authorize(an_order(), 3_000, 1, now=NOW, actor=SYSTEM)
    service.capture(a_shipment(), nobody, now=NOW, actor=SYSTEM)
    events = events_of(Table(client, NAME), order_pk(ORDER))
    assert {event.type for event in events} == {"PaymentAuthorized", "PaymentCaptured"}
    captured = next(event for event in events if event.type == "PaymentCaptured")
    assert PaymentCaptured(**captured.data) == PaymentCaptured(ORDER, "shp-1", 1_000, "EUR", "pi_1")


def test_an_authorization_writes_1_and_4_units_and_a_capture_1_and_6(
    service: PaymentService, client: Metered
) -> None:
    service.authorize(an_order(), 3_000, 1, now=NOW, actor=SYSTEM)
    assert client.units == [1, 4]
    service.capture(a_shipment("shp-1"), nobody, now=NOW, actor=SYSTEM)
    assert client.units[2:] == [1, 6]
    service.settle_cancellation(ORDER, 1_000, 0, channel="web", currency="EUR", now=NOW, actor=SYSTEM)
    assert client.units[4:] == [1, 4, 1]


def test_a_prepaid_order_writes_1_and_6_units_each_shipment_6_and_its_refund_1_6_and_1(
    service: PaymentService, client: Metered
) -> None:
    service.authorize(an_order(prepaid=True), 3_000, 1, now=NOW, actor=SYSTEM)
    service.capture(a_shipment("shp-1"), nobody, now=NOW, actor=SYSTEM)
    service.settle_cancellation(ORDER, 1_000, 0, channel="web", currency="EUR", now=NOW, actor=SYSTEM)
    assert client.units == [1, 6, 6, 1, 6, 1]


def figures(client: Metered) -> tuple[list[PaymentFigures], list[EntryFigures]]:
    """What the audit reads of the table."""
    items = rows_of(client.client, NAME)
    payments = [payment_figures(item) for item in items if item["sk"] == PAYMENT]
    return payments, [entry_figures(item) for item in items if item["sk"].startswith(JOURNAL)]


def test_the_audit_reads_lawful_books_and_finds_a_tampered_row(
    service: PaymentService, client: Metered
) -> None:
    service.authorize(an_order(prepaid=True), 3_000, 1, now=NOW, actor=SYSTEM)
    service.settle_cancellation(ORDER, 1_000, 0, channel="web", currency="EUR", now=NOW, actor=SYSTEM)
    payments, entries = figures(client)
    assert (len(payments), len(entries)) == (1, 2)
    assert broken_laws(payments, entries) == []
    tampered = payment_item(a_request()) | {"captured": 9}
    client.client.put_item(TableName=NAME, Item=marshal(tampered))
    assert [text[:5] for text in broken_laws(*figures(client))] == ["law 4", "books"]
