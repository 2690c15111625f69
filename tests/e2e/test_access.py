"""Who may do what: every route with every client, on its own channel's order and on another's.

A client without the scope is stopped by the gateway (403), one of another channel by the function,
for which the order does not exist (404): an id alone opens nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest
from oms.contracts.api import ALL_CHANNELS, CHANNELS, ROUTES, SCOPES, Route

from tests.e2e import tokens
from tests.running.journeys import Journey
from tests.running.system import Json, System
from tests.running.worlds import World, order_body

SCOPES_OF: Final[Mapping[str, set[str]]] = {
    "web": {"orders.write", "orders.read", "inventory.read"},
    "marketplace": {"orders.write", "orders.read", "inventory.read"},
    "warehouse": {"fulfilment.write", "fulfilment.read", "inventory.write", "inventory.read"},
    "operations": set(SCOPES),
}
"""What each client may ask for, said here once more on purpose: widening it must fail a test."""
CHANNEL_OF: Final[Mapping[str, str]] = {
    "web": "web", "marketplace": "marketplace", "warehouse": ALL_CHANNELS, "operations": ALL_CHANNELS
}  # fmt: skip
_BAD_TOKENS: Final = ("absent", "garbage", "forged", "unsigned", "widened", "expired")


@dataclass(frozen=True, slots=True)
class Shelf:
    """One channel's orders: one on hold, to be read and called off, and one with parcels to come."""

    held: Journey
    released: Journey


@pytest.fixture(scope="module")
def shelves(system: System) -> Mapping[str, Shelf]:
    """Channel -> its orders."""
    world = World(system, "access")
    sku = world.stock(NORTH=1000)

    def shelf(channel: str) -> Shelf:
        held = world.order({sku: 1}, mailbox="review", channel=channel).place()
        released = world.order({sku: 50}, channel=channel).place()
        return Shelf(held.reaches("ON_HOLD"), released.reaches("RELEASED"))

    return {channel: shelf(channel) for channel in CHANNELS}


@pytest.fixture(scope="module")
def bad_tokens(system: System) -> Mapping[str, str]:
    """What a stranger may come with, by what is wrong with it."""
    good = tokens.genuine(system, "operations")
    return {
        "absent": "",
        "garbage": "not.a.token",
        "forged": tokens.forged(good),
        "unsigned": tokens.unsigned(good),
        "widened": tokens.widened(tokens.genuine(system, "web")),
        "expired": tokens.expired(system, "operations"),
    }


def _cases() -> list[tuple[Route, str, str]]:
    """(route, client, channel whose order it is). Routes without an order in their path are asked once."""
    return [
        (route, client, owner)
        for route in ROUTES
        for client in SCOPES_OF
        for owner in (CHANNELS if route.path_parameters else CHANNELS[:1])
    ]


@pytest.mark.parametrize(
    ("route", "client", "owner"),
    [pytest.param(*case, id=f"{case[0].operation}-{case[1]}-{case[2]}") for case in _cases()],
)
def test_a_client_reaches_what_it_may_and_nothing_else(
    system: System, shelves: Mapping[str, Shelf], route: Route, client: str, owner: str
) -> None:
    path, more = _request(system, shelves[owner], route)

    response = system.stack.api(client).send(route.method, path, **more)

    assert response.status_code == _expected(route, client, owner), response.text
    if response.status_code == httpx.codes.NOT_FOUND:
        assert response.json()["code"] == "not_found"


@pytest.mark.parametrize("bad", _BAD_TOKENS)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_no_door_opens_without_a_valid_token(
    system: System, shelves: Mapping[str, Shelf], bad_tokens: Mapping[str, str], route: Route, bad: str
) -> None:
    path, more = _request(system, shelves["web"], route)
    headers = {"authorization": f"Bearer {bad_tokens[bad]}"} if bad_tokens[bad] else {}
    headers |= {"idempotency-key": more["key"]} if "key" in more else {}

    response = httpx.request(
        route.method,
        system.stack.outputs.api_url + path,
        json=more.get("body"),
        params=more.get("query"),
        headers=headers,
        timeout=30,
    )

    assert response.status_code == httpx.codes.UNAUTHORIZED, response.text


def test_a_channel_lists_its_own_orders_only(system: System, shelves: Mapping[str, Shelf]) -> None:
    ids = {channel: shelf.released.order_id for channel, shelf in shelves.items()}

    for client in ("web", "marketplace", "operations"):
        listed = _listed(system, client)
        for channel, order_id in ids.items():
            assert (order_id in listed) == (CHANNEL_OF[client] in (channel, ALL_CHANNELS))


def test_a_token_holds_no_scope_that_was_not_asked_for(system: System) -> None:
    narrow = tokens.genuine(system, "operations", ["orders.read"])
    url = f"{system.stack.outputs.api_url}/v1/availability"

    response = httpx.get(url, params={"sku": "X"}, headers={"authorization": f"Bearer {narrow}"}, timeout=30)

    assert response.status_code == httpx.codes.FORBIDDEN


def _expected(route: Route, client: str, owner: str) -> int:
    channel = CHANNEL_OF[client]
    if route.scope not in SCOPES_OF[client]:
        return httpx.codes.FORBIDDEN
    if route.operation == "placeOrder" and channel == ALL_CHANNELS:
        return httpx.codes.FORBIDDEN  # it serves every channel and can act for none
    if route.path_parameters and channel not in (owner, ALL_CHANNELS):
        return httpx.codes.NOT_FOUND
    return route.success


def _request(system: System, shelf: Shelf, route: Route) -> tuple[str, dict[str, Any]]:
    """A request that is right in all but, perhaps, who sends it."""
    work = shelf.released.work()[0]["fulfilment_order_id"]
    path = route.path.format(order_id=shelf.held.order_id, fulfilment_order_id=work)
    more: dict[str, Any] = {}
    if route.body:
        more["body"] = _body(system, route.body)
    if route.idempotent_by_header:
        more["key"] = f"access-{system.number()}"
    if route.query:
        more["query"] = {"status": "RELEASED", "location": "NORTH", "sku": "SKU-1"}
    return path, more


def _body(system: System, model: str) -> Json:
    number = system.number()
    bodies: Mapping[str, Json] = {
        "PlaceOrder": order_body(f"access-{number}", {"SKU-NOWHERE": 1}),
        "CancelOrder": {"code": "customer_request"},
        "RecordShipment": {
            "shipment_id": f"access_{number}",
            "carrier": "Example Parcels",
            "tracking_number": "EX1",
            "lines": [{"line_id": "L1", "quantity": 1}],
        },
        "AdjustStock": {"sku": f"SKU-A{number}", "location": "NORTH", "delta": 1, "kind": "receipt"},
    }
    return bodies[model]


def _listed(system: System, client: str) -> set[str]:
    api, found = system.stack.api(client), set[str]()
    for status in ("RELEASED", "PARTIALLY_SHIPPED"):
        cursor: str | None = ""
        while cursor is not None:
            page = api.orders(status, cursor=cursor)
            found |= {row["order_id"] for row in page["orders"]}
            cursor = page["cursor"]
    return found
