"""Lists over HTTP: page by page, channel by channel."""

import json
from typing import Any

import pytest
from oms.aws.items import Unreadable
from oms.contracts import answers
from oms.kernel.errors import Throttled
from oms.orders.application.ports import Position
from oms.orders.domain.order import STATUSES, Order
from oms.runtime.api import reading
from oms.runtime.http import Handler, http_api
from pydantic import BaseModel

from tests.builders import CLIENTS, a_snapshot, api_call, later, placed, released, route_of
from tests.fakes.orders import FakeOrders

MOST_PAGES = 30


@pytest.fixture
def orders() -> FakeOrders:
    """Three orders of each channel, all with work in London."""
    orders = FakeOrders()
    for channel in ("web", "marketplace"):
        for number in range(3):
            snapshot = a_snapshot((1, 100), external=f"n{number}", channel=channel)
            placed(orders, snapshot, at=later(number))
            released(orders, snapshot)
    return orders


@pytest.fixture
def api(orders: FakeOrders) -> Handler:
    operations = {
        "listOrders": lambda request: reading.list_orders(request, listings=orders),
        "listFulfilmentOrders": lambda request: reading.list_fulfilment_orders(
            request, orders=orders, listings=orders
        ),
    }
    return http_api(operations, clients=lambda: CLIENTS)


def pages(api: Handler, operation: str, client: str, **query: str) -> list[list[dict[str, Any]]]:
    """Every page, following its cursors."""
    model: type[BaseModel] = getattr(answers, str(route_of(operation).answer))
    name = "orders" if operation == "listOrders" else "fulfilment_orders"
    found: list[list[dict[str, Any]]] = []
    for _ in range(MOST_PAGES):
        answer = api(api_call(operation, client=client, query=query), None)
        assert answer["statusCode"] == 200, answer
        document = json.loads(answer["body"])
        model.model_validate(document, strict=True)
        found.append(document[name])
        if document["cursor"] is None:
            return found
        query["cursor"] = document["cursor"]
    raise AssertionError("the listing does not end")


@pytest.mark.parametrize("limit", ["1", "2", "3", "50"])
@pytest.mark.parametrize(("client", "count"), [("c-web", 3), ("c-market", 3), ("c-warehouse", 6)])
def test_each_client_sees_its_own_orders_once(api: Handler, client: str, count: int, limit: str) -> None:
    listed = [
        row for page in pages(api, "listOrders", client, status="RELEASED", limit=limit) for row in page
    ]

    assert len({row["order_id"] for row in listed}) == len(listed) == count
    if client != "c-warehouse":
        assert {row["channel"] for row in listed} == {CLIENTS[client]}


@pytest.mark.parametrize("limit", ["1", "2", "4", "50"])
def test_a_warehouse_sees_the_work_of_every_channel_once(api: Handler, limit: str) -> None:
    listed = [
        row
        for page in pages(api, "listFulfilmentOrders", "c-warehouse", location="LON", limit=limit)
        for row in page
    ]

    assert len({row["fulfilment_order_id"] for row in listed}) == len(listed) == 6


@pytest.mark.parametrize("limit", ["1", "2", "3", "4"])
def test_no_page_holds_more_than_was_asked_for(api: Handler, limit: str) -> None:
    listed = pages(api, "listOrders", "c-warehouse", status="RELEASED", limit=limit)

    assert max(len(page) for page in listed) <= int(limit)


@pytest.mark.parametrize("limit", ["1", "3", "4", "6"])
def test_a_channel_that_ends_with_a_full_page_leads_on_to_the_next(orders: FakeOrders, limit: str) -> None:
    class Exact(FakeOrders):
        """Knows, as DynamoDB may, that nothing follows a full page."""

        def by_status(
            self, channel: str, status: str, *, limit: int, **page: Any
        ) -> tuple[list[Order], Position | None]:
            assert limit > 0  # DynamoDB refuses a page of nothing
            found, more = super().by_status(channel, status, limit=limit, **page)
            following = super().by_status(channel, status, limit=1, after=more)[0] if more else []
            return found, more if following else None

    exact = Exact(orders.orders)
    api = http_api(
        {"listOrders": lambda request: reading.list_orders(request, listings=exact)}, clients=lambda: CLIENTS
    )

    listed = pages(api, "listOrders", "c-warehouse", status="RELEASED", limit=limit)

    assert [len(page) for page in listed if page] == [int(limit)] * (6 // int(limit)) + (
        [6 % int(limit)] if 6 % int(limit) else []
    )


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_can_be_asked_for(api: Handler, status: str) -> None:
    listed = pages(api, "listOrders", "c-web", status=status)

    assert [len(page) for page in listed] == [3 if status == "RELEASED" else 0]


def test_the_cursor_of_one_channel_opens_nothing_of_another(api: Handler) -> None:
    query = {"status": "RELEASED", "limit": "1"}
    first = json.loads(api(api_call("listOrders", query=query), None)["body"])

    answer = api(api_call("listOrders", client="c-market", query=query | {"cursor": first["cursor"]}), None)

    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["code"] == "cursor_invalid"


@pytest.mark.parametrize(
    ("operation", "query", "code", "field"),
    [
        ("listOrders", {}, "parameter_missing", "query.status"),
        ("listOrders", {"status": "NEW"}, "parameter_invalid", "query.status"),
        ("listOrders", {"status": "RELEASED", "limit": "0"}, "parameter_invalid", "query.limit"),
        ("listOrders", {"status": "RELEASED", "cursor": "x"}, "cursor_invalid", "query.cursor"),
        ("listFulfilmentOrders", {}, "parameter_missing", "query.location"),
        ("listFulfilmentOrders", {"location": "L" * 300}, "parameter_invalid", "query.location"),
        ("listFulfilmentOrders", {"location": "LON", "cursor": "é"}, "cursor_invalid", "query.cursor"),
    ],
)
def test_a_wrong_question_is_refused_by_its_parameter(
    api: Handler, operation: str, query: dict[str, str], code: str, field: str
) -> None:
    answer = api(api_call(operation, query=query), None)
    document = json.loads(answer["body"])

    assert (answer["statusCode"], document["code"]) == (400, code)
    assert [error["field"] for error in document["errors"]] == [field]


def test_a_row_that_cannot_be_read_is_logged_and_hides_no_other(
    api: Handler, orders: FakeOrders, capsys: pytest.CaptureFixture[str]
) -> None:
    orders.unreadable = [Unreadable("ORDER#ord_x", "ORDER", KeyError("lines"))]

    (listed,) = pages(api, "listOrders", "c-web", status="RELEASED")
    (work,) = pages(api, "listFulfilmentOrders", "c-web", location="LON")

    assert (len(listed), len(work)) == (3, 3)
    said = capsys.readouterr().out
    assert said.count('"unread": "ORDER#ord_x/ORDER"') == 2
    assert said.count('"UnreadableRows": 1') == 2


@pytest.mark.parametrize(("error", "status"), [(ValueError("packed"), 200), (Throttled("slow down"), 503)])
def test_work_whose_order_cannot_be_read_keeps_no_other_from_the_warehouse(
    api: Handler, orders: FakeOrders, error: Exception, status: int
) -> None:
    broken, load = next(iter(orders.snapshots)), orders.snapshot

    def snapshot(order_id: str) -> Any:
        if order_id == broken:
            raise error
        return load(order_id)

    orders.snapshot = snapshot  # type: ignore[method-assign]

    answer = api(api_call("listFulfilmentOrders", client="c-web", query={"location": "LON"}), None)

    assert answer["statusCode"] == status
    if status == 200:
        rows = json.loads(answer["body"])["fulfilment_orders"]
        assert broken not in {row["order_id"] for row in rows}
        assert len(rows) == 2
