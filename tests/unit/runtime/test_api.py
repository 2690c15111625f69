"""Every operation of orders: its answer has the shape of its model, and sees its own channel only."""

import json
from datetime import timedelta
from typing import Any

import pytest
from oms.contracts import answers
from oms.contracts.api import ROUTES
from oms.kernel.ids import order_id
from oms.orders.application.cancellation import cancel_lines, request_cancellation
from oms.orders.application.release import hold_order
from oms.orders.domain.capture import Taxes
from oms.orders.domain.order import Hold
from oms.runtime.api import capture, reading
from oms.runtime.http import Handler, Operation, http_api

from tests.builders import (
    AT,
    CLIENTS,
    NOW,
    ORDER,
    SYSTEM,
    an_event,
    an_order_body,
    api_call,
    later,
    placed,
    released,
    route_of,
)
from tests.fakes.orders import FakeOrders

WORK = f"{ORDER}-f1"
PARCEL = {"shipment_id": "p1", "carrier": "DHL", "tracking_number": "JD01"}


@pytest.fixture
def orders() -> FakeOrders:
    return FakeOrders()


@pytest.fixture
def api(orders: FakeOrders) -> Handler:
    """All operations of orders in one handler."""
    operations: dict[str, Operation] = {
        "placeOrder": lambda request: capture.place(request, orders=orders, now=NOW),
        "cancelOrder": lambda request: capture.cancel(request, orders=orders, now=NOW),
        "recordShipment": lambda request: capture.ship(request, orders=orders, now=NOW),
        "getOrder": lambda request: reading.get_order(request, orders=orders),
        "getTimeline": lambda request: reading.get_timeline(
            request, orders=orders, events_of=orders.recorded
        ),
        "listOrders": lambda request: reading.list_orders(request, listings=orders),
        "listFulfilmentOrders": lambda request: reading.list_fulfilment_orders(
            request, orders=orders, listings=orders
        ),
    }
    return http_api(operations, clients=lambda: CLIENTS)


def ask(api: Handler, operation: str, body: Any = None, **how: Any) -> dict[str, Any]:
    """The body of a success, which is exactly of the route's model."""
    route = route_of(operation)
    answer = api(api_call(operation, body, **how), None)
    assert answer["statusCode"] == route.success, answer["body"]
    document = json.loads(answer["body"])
    getattr(answers, str(route.answer)).model_validate(document, strict=True)
    assert isinstance(document, dict)
    return document


def refused(api: Handler, operation: str, body: Any = None, **how: Any) -> tuple[int, str, list[str]]:
    answer = api(api_call(operation, body, **how), None)
    document = json.loads(answer["body"])
    return answer["statusCode"], document["code"], [error["field"] for error in document.get("errors", [])]


def this(order: str = ORDER) -> dict[str, str]:
    return {"order_id": order}


def work(name: str = WORK) -> dict[str, str]:
    return {"fulfilment_order_id": name}


def test_every_route_of_orders_has_a_model_for_its_answer() -> None:
    assert all(hasattr(answers, str(route.answer)) for route in ROUTES)


def test_a_placed_order_can_be_read(api: Handler) -> None:
    ask(api, "placeOrder", an_order_body())

    found = ask(api, "getOrder", path=this())

    assert (found["external_order_id"], found["status"], found["goods"], found["shipping"]) == (
        "1001",
        "RECEIVED",
        4498,
        499,
    )
    assert found["lines"][0] == {
        "line_id": "L1",
        "sku": "SKU-1",
        "ordered": 2,
        "unallocated": 2,
        "allocated": 0,
        "shipped": 0,
        "cancelled": 0,
        "amount": 3998,
        "tax": 0,
    }
    assert found["fulfilment_orders"] == []


def test_a_released_order_shows_its_tax_and_who_works_on_it(api: Handler, orders: FakeOrders) -> None:
    released(orders, taxes=Taxes({1: 800, 2: 100}, 7, estimated=True))

    found = ask(api, "getOrder", path=this())

    assert (found["tax"], found["tax_estimated"], found["status"]) == (907, True, "RELEASED")
    (one,) = found["fulfilment_orders"]
    assert (one["fulfilment_order_id"], one["location"], one["state"]) == (WORK, "LON", "OPEN")
    assert one["lines"][1] == {"line_id": "L2", "sku": "SKU-2", "quantity": 1, "shipped": 0, "cancelled": 0}


def test_a_cancellation_is_accepted_and_noted(api: Handler, orders: FakeOrders) -> None:
    released(orders)
    reason = {"code": "customer_request", "note": "changed their mind"}

    answers = [ask(api, "cancelOrder", reason, path=this()) for _ in range(2)]

    assert answers == [{"order_id": ORDER, "status": "RELEASED"}] * 2
    assert ask(api, "getOrder", path=this())["cancel_requested"]
    assert orders.recorded(ORDER)[-1].reason == "changed their mind"


def test_a_shipped_order_cannot_be_cancelled(api: Handler, orders: FakeOrders) -> None:
    released(orders)
    ask(api, "recordShipment", PARCEL, path=work(), client="c-warehouse")

    assert refused(api, "cancelOrder", {"code": "other"}, path=this()) == (409, "order_already_shipped", [])


def test_a_reason_that_is_no_reason_is_named(api: Handler, orders: FakeOrders) -> None:
    released(orders)

    assert refused(api, "cancelOrder", {"code": "whim"}, path=this()) == (400, "invalid_request", ["code"])


def test_a_parcel_of_everything_ends_the_order(api: Handler, orders: FakeOrders) -> None:
    released(orders)

    answer = ask(api, "recordShipment", PARCEL, path=work(), client="c-warehouse")

    assert answer == {"fulfilment_order_id": WORK, "shipment_id": "p1", "order_status": "SHIPPED"}


def test_a_parcel_that_is_reported_twice_is_answered_alike_and_says_so(
    api: Handler, orders: FakeOrders
) -> None:
    released(orders)
    report = PARCEL | {"lines": [{"line_id": "L1", "quantity": 1}]}
    first, again = (
        api(api_call("recordShipment", report, path=work(), client="c-warehouse"), None) for _ in range(2)
    )

    assert (first["statusCode"], first["body"]) == (again["statusCode"], again["body"])
    assert again["headers"]["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first["headers"]
    assert ask(api, "getOrder", path=this())["lines"][0]["shipped"] == 1


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([{"line_id": "L9", "quantity": 1}], (422, "line_not_here", ["lines[0].line_id"])),
        (
            [{"line_id": "L2", "quantity": 1}, {"line_id": "L1", "quantity": 3}],
            (409, "more_than_open", ["lines[1].quantity"]),
        ),
        ([{"line_id": "L1", "quantity": 0}], (400, "invalid_request", ["lines[0].quantity"])),
        ([], (400, "invalid_request", ["lines"])),
        ([{"line_id": "L1", "quantity": 1}] * 2, (400, "invalid_request", ["lines[1].line_id"])),
    ],
)
def test_a_wrong_report_is_refused_by_its_field(
    api: Handler, orders: FakeOrders, lines: list[dict[str, Any]], expected: tuple[int, str, list[str]]
) -> None:
    released(orders)
    report = PARCEL | {"lines": lines}

    assert refused(api, "recordShipment", report, path=work(), client="c-warehouse") == expected
    assert orders.work[WORK].shipments == {}


def test_a_shipment_id_that_comes_with_another_parcel_is_refused(api: Handler, orders: FakeOrders) -> None:
    released(orders)
    one = [{"line_id": "L1", "quantity": 1}]
    ask(api, "recordShipment", PARCEL | {"lines": one}, path=work(), client="c-warehouse")

    other = PARCEL | {"lines": one, "tracking_number": "JD02"}

    answer = refused(api, "recordShipment", other, path=work(), client="c-warehouse")
    assert answer == (422, "shipment_id_reused", ["shipment_id"])


def test_nothing_ships_from_a_cancelled_order(api: Handler, orders: FakeOrders) -> None:
    released(orders)
    cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)

    answer = refused(api, "recordShipment", PARCEL, path=work(), client="c-warehouse")
    assert answer == (409, "order_not_open", [])


@pytest.mark.parametrize(
    ("operation", "body", "path"),
    [
        ("getOrder", None, this()),
        ("getTimeline", None, this()),
        ("cancelOrder", {"code": "other"}, this()),
        ("recordShipment", PARCEL, work()),
    ],
)
def test_another_channels_order_does_not_exist(
    api: Handler, orders: FakeOrders, operation: str, body: Any, path: dict[str, str]
) -> None:
    released(orders)
    before = dict(orders.events)

    assert refused(api, operation, body, path=path, client="c-market") == (404, "not_found", [])
    assert orders.events == before


@pytest.mark.parametrize("name", ["", "1001", "ord_", order_id("web", "2"), ORDER.upper(), "../" + ORDER])
def test_an_order_that_does_not_exist_is_not_found(api: Handler, orders: FakeOrders, name: str) -> None:
    released(orders)

    assert refused(api, "getOrder", path=this(name)) == (404, "not_found", [])
    assert refused(api, "recordShipment", PARCEL, path=work(name + "-f1")) == (404, "not_found", [])


def test_work_that_does_not_exist_is_not_found(api: Handler, orders: FakeOrders) -> None:
    released(orders)

    assert refused(api, "recordShipment", PARCEL, path=work(f"{ORDER}-f2")) == (404, "not_found", [])


def test_a_timeline_tells_in_order_what_happened_and_who_did_it(api: Handler, orders: FakeOrders) -> None:
    placed(orders)
    hold_order(ORDER, Hold.FRAUD, "score 64", assessment=1, orders=orders, now=later(5), actor=SYSTEM)
    request_cancellation(ORDER, "fraud", orders=orders, now=later(9), actor=SYSTEM, reason="phone call")

    entries = ask(api, "getTimeline", path=this())["entries"]

    assert [(entry["event"], entry["actor"]) for entry in entries] == [
        ("OrderReceived", "client:web"),
        ("OrderHeld", "system:order_capture"),
        ("OrderCancellationRequested", "system:order_capture"),
    ]
    assert entries[0] == {
        "at": AT,
        "event": "OrderReceived",
        "context": "orders",
        "actor": "client:web",
        "reason": "",
        "text": "Order 1001 received (lines: 2, units: 3).",
    }
    assert entries[1]["text"] == "On hold (FRAUD): score 64"
    assert entries[2]["reason"] == "phone call"


def test_an_event_nobody_has_words_for_is_told_by_its_name(api: Handler, orders: FakeOrders) -> None:
    placed(orders)
    orders.events["x"] = an_event(9, type="SunRose", at=NOW + timedelta(hours=1))
    orders.events["y"] = an_event(9, type="OrderHeld", at=NOW + timedelta(hours=2), data={})

    entries = ask(api, "getTimeline", path=this())["entries"]

    assert [entry["text"] for entry in entries[1:]] == ["SunRose", "On hold (…): …"]
