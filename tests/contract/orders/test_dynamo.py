"""What only the real store can get wrong: sizes, costs, late indexes, lost acknowledgements."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from oms.aws.table import Table
from oms.contracts.snapshots import LineSnapshot
from oms.kernel.errors import Throttled, WriteConflict
from oms.orders.adapters.dynamo import DynamoOrders
from oms.orders.application.cancellation import cancel_lines
from oms.orders.application.placement import place_order
from oms.orders.application.ports import KeyReused, Replayed, RequestKey, Stored
from oms.orders.application.shipping import record_shipment
from oms.orders.domain.capture import Taxes
from oms.orders.domain.shipping import AlreadyRecorded

from tests.builders import CLIENT, NOW, ORDER, SYSTEM, a_snapshot, lines_of, placed, released
from tests.fakes.aws_errors import client_error
from tests.fakes.spoiling import SPOILT, Spoil, set_to
from tests.unit.orders.warehouse import a_parcel

KEY = RequestKey("web", "key-1", "body")


@dataclass
class Meddler:
    """A client that counts its calls, and does something else where told to."""

    client: Any
    calls: list[str] = field(default_factory=list)
    requests: list[Any] = field(default_factory=list)
    instead: dict[str, Callable[..., Any]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.calls.append(name)
            self.requests.append(request)
            other = self.instead.pop(name, None)
            return other(**request) if other else getattr(self.client, name)(**request)

        return call


@pytest.fixture
def meddler(table: Table) -> Meddler:
    return Meddler(table.client)


@pytest.fixture
def orders(table: Table, meddler: Meddler) -> DynamoOrders:
    return DynamoOrders(Table(meddler, table.name))


def place(orders: DynamoOrders, key: RequestKey = KEY) -> object:
    return place_order(a_snapshot(), key, orders=orders, now=NOW, actor=CLIENT)


def size(value: Any) -> int:
    """Bytes as DynamoDB counts them, rounded up where values nest."""
    if isinstance(value, dict):
        return sum(len(name.encode()) + size(content) + 1 for name, content in value.items())
    if isinstance(value, list):
        return 3 + sum(1 + size(content) for content in value)
    if isinstance(value, str | bytes):
        return len(value.encode() if isinstance(value, str) else value)
    return 1 if isinstance(value, bool) or value is None else len(str(value)) // 2 + 2


def lost_after(meddler: Meddler, name: str) -> Callable[..., Any]:
    """The call happens, its answer is lost."""

    def call(**request: Any) -> Any:
        getattr(meddler.client, name)(**request)
        raise ReadTimeoutError(endpoint_url="https://dynamodb.invalid")

    return call


def test_taking_an_order_in_is_one_call_of_three_small_items(orders: DynamoOrders, meddler: Meddler) -> None:
    assert place(orders) == Stored(ORDER)

    assert meddler.calls == ["transact_write_items"]
    items = [write["Put"]["Item"] for write in meddler.requests[0]["TransactItems"]]
    assert sum(2 * -(-size(item) // 1024) for item in items) <= 10


def test_two_thousand_lines_stay_far_below_the_limit_of_an_item(orders: DynamoOrders, table: Table) -> None:
    many = lines_of(*((number % 9 + 1, 1999 + 7 * number) for number in range(2_000)))
    lines = tuple(
        replace(
            line,
            line_id=f"{line.number:08d}-{line.number * 7919 % 100_003}",
            sku=f"EAN{4_006_381_000_000 + line.number * 7919}",
        )
        for line in many
    )
    released(
        orders, a_snapshot(lines=lines), taxes=Taxes({n: n for n in range(1, 2_001)}, 0, estimated=False)
    )

    items = table.collection(f"ORDER#{ORDER}")

    assert {item["sk"] for item in items} >= {"ORDER", "EVENT#000001", "EVENT#000002"}
    assert max(map(size, items)) < 100_000
    (order,) = (item for item in items if item["sk"] == "ORDER")
    assert size(order) < 20_000  # every transition writes it again


def test_small_orders_are_stored_readably(orders: DynamoOrders, table: Table) -> None:
    placed(orders)

    item = table.get(f"ORDER#{ORDER}", "ORDER")

    assert item is not None
    assert item["lines"] == [[2, 2, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0]]


def test_a_placement_whose_answer_was_lost_is_found_by_its_repeat(
    orders: DynamoOrders, meddler: Meddler
) -> None:
    meddler.instead["transact_write_items"] = lost_after(meddler, "transact_write_items")
    with pytest.raises(Throttled):
        place(orders)

    assert place(orders) == Replayed(ORDER)


def test_a_shipment_whose_answer_was_lost_is_recorded_once(orders: DynamoOrders, meddler: Meddler) -> None:
    released(orders)
    meddler.instead["transact_write_items"] = lost_after(meddler, "transact_write_items")

    def report() -> object:
        parcel = a_parcel("p1", {1: 1})
        return record_shipment(f"{ORDER}-f1", parcel, orders=orders, now=NOW, actor=CLIENT)

    with pytest.raises(Throttled):
        report()

    assert report() == AlreadyRecorded("p1")
    order = orders.load(ORDER)
    assert order is not None
    assert order.lines[0].shipped == 1


def test_two_transactions_that_collide_are_a_conflict_to_repeat(
    orders: DynamoOrders, meddler: Meddler
) -> None:
    def collide(**_: Any) -> Any:
        reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}, {"Code": "None"}]
        raise client_error("TransactionCanceledException", CancellationReasons=reasons)

    meddler.instead["transact_write_items"] = collide

    with pytest.raises(WriteConflict):
        place(orders)


def test_the_placement_that_stands_in_the_way_is_known_without_another_read(
    orders: DynamoOrders, meddler: Meddler
) -> None:
    place(orders)
    meddler.calls.clear()

    assert place(orders, RequestKey("web", "key-1", "other")) == KeyReused()
    assert meddler.calls == ["transact_write_items"]


def test_a_document_that_an_eventual_read_misses_is_read_again(
    orders: DynamoOrders, meddler: Meddler
) -> None:
    placed(orders)
    meddler.calls.clear()
    meddler.instead["get_item"] = lambda **_: {}

    assert orders.snapshot(ORDER) == a_snapshot()
    assert meddler.calls == ["get_item", "get_item"]
    assert [request["ConsistentRead"] for request in meddler.requests[-2:]] == [False, True]


def late_index(meddler: Meddler, orders: DynamoOrders, before: Callable[[], object]) -> None:
    """The next query of an index answers what was true before `before` happened."""

    def query(**request: Any) -> Any:
        answer = meddler.client.query(**request)
        before()
        return answer

    meddler.instead["query"] = query


def test_an_order_that_a_late_index_still_lists_under_its_old_status_is_left_out(
    orders: DynamoOrders, meddler: Meddler
) -> None:
    placed(orders)
    late_index(meddler, orders, lambda: cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM))

    assert orders.by_status("web", "RECEIVED", limit=10, after=None) == ([], None)


def test_work_that_a_late_index_still_lists_as_open_is_left_out(
    orders: DynamoOrders, meddler: Meddler
) -> None:
    released(orders)
    report = a_parcel("p1")
    late_index(
        meddler,
        orders,
        lambda: record_shipment(f"{ORDER}-f1", report, orders=orders, now=NOW, actor=CLIENT),
    )

    assert orders.by_location("web", "LON", limit=10, after=None) == ([], None)


def test_only_open_work_stands_in_the_index_of_its_location(orders: DynamoOrders, table: Table) -> None:
    released(orders)
    assert len(table.index_page("by_location", "location_key", "web#LON", limit=9).items) == 1

    cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)

    assert table.index_page("by_location", "location_key", "web#LON", limit=9).items == []


def test_no_personal_data_stands_in_an_event(orders: DynamoOrders, table: Table) -> None:
    line = LineSnapshot(1, "L1", "SKU-1", 1, 100)
    snapshot = placed(orders, a_snapshot(lines=(line,), client_ip="203.0.113.9", customer_id="c-17"))

    event = table.get(f"ORDER#{ORDER}", "EVENT#000001")

    assert event is not None
    published = repr({name: value for name, value in event.items() if name != "document"})
    secrets = (
        snapshot.email,
        snapshot.ship_to.name,
        snapshot.ship_to.line1,
        "203.0.113.9",
        "c-17",
        "pm_card",
    )
    assert not [secret for secret in secrets if secret in published]


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_row_that_cannot_be_read_hides_no_other_of_its_list(table: Table, spoil: Spoil) -> None:
    orders, other = DynamoOrders(table), a_snapshot((1, 100), external="other")
    released(orders)
    released(orders, other)
    for sk in ("ORDER", f"FULFILMENT#{ORDER}-f1"):
        spoil(table.client, table.name, f"ORDER#{ORDER}", sk)
    troubles: list[str] = []

    def trouble(name: str, _: Exception) -> None:
        troubles.append(name)

    listed, _ = orders.by_status("web", "RELEASED", limit=10, after=None, trouble=trouble)
    work, _ = orders.by_location("web", "LON", limit=10, after=None, trouble=trouble)

    assert [order.order_id for order in listed] == [one.order_id for one in work] == [other.order_id]
    assert troubles == [f"ORDER#{ORDER}/ORDER", f"ORDER#{ORDER}/FULFILMENT#{ORDER}-f1"]
    with pytest.raises((KeyError, TypeError, ValueError)):
        orders.by_status("web", "RELEASED", limit=10, after=None)


@pytest.mark.parametrize(
    ("sk", "name", "value"),
    [
        ("ORDER", "assessment", {"S": "1"}),
        ("ORDER", "placed_at", {"N": "1"}),
        ("ORDER", "order_id", {"NULL": True}),
        ("ORDER", "cancel_requested", {"N": "0"}),
        ("ORDER", "lines", {"S": "[[1,1,0,0,0,0]]"}),
        ("ORDER", "lines", {"L": [{"L": [{"S": "1"}] * 6}]}),
        ("ORDER", "lines", {"B": b"not packed"}),
        (f"FULFILMENT#{ORDER}-f1", "released_at", {"N": "1"}),
        (f"FULFILMENT#{ORDER}-f1", "work", {"L": [{"L": [{"N": "1"}] * 5}]}),
        (f"FULFILMENT#{ORDER}-f1", "shipments", {"L": []}),
    ],
)
def test_a_value_of_another_type_makes_a_row_unreadable_and_hides_no_other(
    table: Table, sk: str, name: str, value: dict[str, Any]
) -> None:
    orders, other = DynamoOrders(table), a_snapshot((1, 100), external="other")
    released(orders)
    released(orders, other)
    set_to(table.client, table.name, f"ORDER#{ORDER}", sk, name, value)
    troubles: list[str] = []

    def trouble(name: str, _: Exception) -> None:
        troubles.append(name)

    listed, _ = orders.by_status("web", "RELEASED", limit=10, after=None, trouble=trouble)
    work, _ = orders.by_location("web", "LON", limit=10, after=None, trouble=trouble)

    assert troubles == [f"ORDER#{ORDER}/{sk}"]
    assert len(listed) + len(work) == 3
