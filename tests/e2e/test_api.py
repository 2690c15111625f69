"""Every operation of the API as its clients use it; every answer has the shape that the route table names."""

from typing import Any

import httpx
from oms.contracts import answers
from oms.contracts.api import BY_KEY
from pydantic import BaseModel

from tests.running.worlds import World


def answered(response: httpx.Response, key: str) -> dict[str, Any]:
    """The body of a success, checked against the model that the route names."""
    route = BY_KEY[key]
    assert response.status_code == route.success, response.text
    assert response.headers["content-type"] == "application/json"
    model: type[BaseModel] = getattr(answers, str(route.answer))
    model.model_validate(response.json())
    body: dict[str, Any] = response.json()
    return body


def test_an_order_is_placed_and_can_be_read(world: World) -> None:
    order = world.order({world.stock(NORTH=2): 2})

    placed = order.api.send("POST", "/v1/orders", body=order.body, key="a-key-of-its-own")

    assert placed.headers["location"] == f"/v1/orders/{order.order_id}"
    assert answered(placed, "POST /v1/orders") == {"order_id": order.order_id, "status": "RECEIVED"}
    read = order.reaches("RELEASED").api.send("GET", placed.headers["location"])
    view = answered(read, "GET /v1/orders/{order_id}")
    assert (view["goods"], view["shipping"], view["tax"]) == (2000, 500, 500)
    assert [(line["ordered"], line["allocated"]) for line in view["lines"]] == [(2, 2)]
    assert read.headers["cache-control"] == "no-store"


def test_a_timeline_names_who_did_what_and_nobody_else(world: World) -> None:
    order = world.order({world.stock(NORTH=2): 1}).place().reaches("RELEASED")

    response = order.api.send("GET", f"/v1/orders/{order.order_id}/timeline")

    entries = answered(response, "GET /v1/orders/{order_id}/timeline")["entries"]
    assert (entries[0]["event"], entries[0]["actor"]) == ("OrderReceived", "client:web")
    assert {entry["actor"] for entry in entries[1:]} == {"system:order_capture"}
    assert "Robin" not in response.text and "example.com" not in response.text


def test_orders_are_listed_by_status_page_by_page(world: World) -> None:
    sku = world.stock(NORTH=5)
    placed = [world.order({sku: 1}, mailbox="review").place().reaches("ON_HOLD").order_id for _ in range(3)]
    api = world.system.stack.api("web")

    listed: list[str] = []
    query = {"status": "ON_HOLD", "limit": "2"}
    while True:
        page = answered(api.send("GET", "/v1/orders", query=query), "GET /v1/orders")
        assert len(page["orders"]) <= 2
        assert {row["status"] for row in page["orders"]} <= {"ON_HOLD"}
        listed += [row["order_id"] for row in page["orders"]]
        if page["cursor"] is None:
            break
        query["cursor"] = page["cursor"]

    assert set(placed) <= set(listed)
    assert len(listed) == len(set(listed))


def test_a_location_lists_its_work_and_reports_its_parcels(world: World) -> None:
    order = world.order({world.stock(SOUTH=3): 2}).place().reaches("RELEASED")
    warehouse = world.system.stack.api("warehouse")

    response = warehouse.send("GET", "/v1/fulfilment-orders", query={"location": "SOUTH", "limit": "100"})
    page = answered(response, "GET /v1/fulfilment-orders")
    (work,) = [one for one in page["fulfilment_orders"] if one["order_id"] == order.order_id]
    parcel = {"shipment_id": "one", "carrier": "Example Parcels", "tracking_number": "EX1"}
    shipped = warehouse.send(
        "POST", f"/v1/fulfilment-orders/{work['fulfilment_order_id']}/shipments", body=parcel
    )

    body = answered(shipped, "POST /v1/fulfilment-orders/{fulfilment_order_id}/shipments")
    assert body["order_status"] == "SHIPPED"
    order.ends("SHIPPED", paid=3000, shipped=2)


def test_an_order_is_cancelled_over_the_api(world: World) -> None:
    order = world.order({world.stock(NORTH=3): 2}).place().reaches("RELEASED")

    response = order.try_cancel()

    assert answered(response, "POST /v1/orders/{order_id}/cancel")["order_id"] == order.order_id
    order.ends("CANCELLED", paid=0, cancelled=2)


def test_stock_is_adjusted_once_per_key_and_can_be_read_by_channels(world: World) -> None:
    sku = world.sku()
    warehouse, web = world.system.stack.api("warehouse"), world.system.stack.api("web")
    receipt = {"sku": sku, "location": "NORTH", "delta": 7, "kind": "receipt"}

    responses = [
        warehouse.send("POST", "/v1/stock-adjustments", body=receipt, key=f"{sku}-in") for _ in range(2)
    ]
    seen = web.send("GET", "/v1/availability", query={"sku": sku})

    bodies = [answered(response, "POST /v1/stock-adjustments") for response in responses]
    assert bodies[0] == bodies[1] == {"sku": sku, "location": "NORTH", "available": 7}
    assert [response.headers.get("idempotent-replayed") for response in responses] == [None, "true"]
    assert answered(seen, "GET /v1/availability") == {
        "sku": sku,
        "available": 7,
        "locations": [{"location": "NORTH", "available": 7, "reserved": 0}],
    }


def test_a_sku_that_nobody_stocks_has_nothing_to_sell(world: World) -> None:
    response = world.system.stack.api("web").send("GET", "/v1/availability", query={"sku": world.sku()})

    assert answered(response, "GET /v1/availability")["available"] == 0
