"""A short past that the real system made for itself: the tables it left, and every event its handlers were given.

Events to fuzz with are mutations of these, so they look as they really look.
"""

import copy
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from random import Random
from typing import Any, Final

from oms.aws.items import unmarshal
from oms.aws.table import Table
from oms.contracts.api import BY_KEY
from oms.inventory.adapters.dynamo import DynamoLocations, DynamoStock
from oms.inventory.application.adjusting import adjust
from oms.inventory.application.locating import register_location
from oms.inventory.domain.adjustment import Adjustment
from oms.inventory.domain.location import Location
from oms.kernel.events import Actor
from oms.kernel.ids import order_id

from infra.catalogue import CATALOGUE
from tests.simulation.asl.effects import Failed, Succeeded
from tests.simulation.aws.deployed import TABLES
from tests.simulation.cloud.stage import ENVIRONMENT
from tests.simulation.cloud.world import EPOCH, World
from tests.simulation.weather import Weather

Json = Any
SHOP: Final = "POST /v1/orders"
CANCEL: Final = "POST /v1/orders/{order_id}/cancel"
SHIP: Final = "POST /v1/fulfilment-orders/{fulfilment_order_id}/shipments"
PERSON: Final = "Quincannon"
"""A name nobody has. It stands wherever an order has something personal; no log line may ever say it."""
CLIENTS: Final = json.dumps(json.loads(ENVIRONMENT["CHANNELS"]) | {"bazaar": "marketplace"})
PLACES: Final = (("LON", 10), ("MAN", 20))
SKUS: Final = ("MUG", "TEA-1", "Żółw/№5")
_CLERK: Final = Actor("system", "history")
_FOLDERS: Final = {folder.rpartition("/")[2]: folder for folder in CATALOGUE}


@dataclass
class History:
    """Read it only: every round of the process begins with it."""

    items: dict[str, list[Json]]
    """Table -> its items, typed."""
    given: dict[str, list[Json]]
    """Folder -> the events that its handler was given."""
    executions: dict[str, tuple[str, datetime | None]]
    """Name -> status and end."""
    tokens: set[str]
    """Task tokens that something still waits with."""
    partners: tuple[Json, Json, Json]
    """Stripe, Avalara and Accertify as they stand then."""
    ended: float
    """Seconds since its beginning."""
    orders: list[str] = field(default_factory=list)
    work: list[str] = field(default_factory=list)
    shipments: list[tuple[str, Json]] = field(default_factory=list)
    """Fulfilment order and body of each report."""
    bodies: list[Json] = field(default_factory=list)
    """Of the orders that were placed."""


@dataclass(frozen=True)
class _Plan:
    """One order of the past and what became of it."""

    number: int
    lines: tuple[tuple[str, int], ...]
    client: str = "shop"
    mailbox: str = "buyer"
    card: str = "pm_card_visa"
    prepaid: bool = False
    inclusive: bool = False
    cancel_at: float = 0.0
    ships: int = 0
    """Parcels, of one unit of the first line each; 0: none, -1: everything at once."""


_PAST: Final = (
    _Plan(1, (("MUG", 2), ("TEA-1", 1)), ships=-1),
    _Plan(2, (("MUG", 5),), ships=2, inclusive=True),
    _Plan(3, (("TEA-1", 3), ("Żółw/№5", 2)), prepaid=True, ships=1),
    _Plan(4, (("MUG", 1),), mailbox="review"),
    _Plan(5, (("MUG", 1),), card="pm_card_chargeDeclined"),
    _Plan(6, (("TEA-1", 9_999),)),
    _Plan(7, (("MUG", 1),), cancel_at=40.0),
    _Plan(8, (("MUG", 3), ("TEA-1", 2)), client="bazaar"),
    _Plan(9, (("MUG", 4),), ships=1, cancel_at=200.0),
    _Plan(10, (("TEA-1", 1),), mailbox="reject", prepaid=True),
    _Plan(11, (("MUG", 1),), client="bazaar", card="pm_card_authenticationRequired"),
    _Plan(12, tuple(("MUG" if n % 2 else "TEA-1", 1) for n in range(60)), ships=-1),
    _Plan(13, (("MUG", 2),)),
    _Plan(14, (("TEA-1", 2),), prepaid=True, inclusive=True),
)


@cache
def history() -> History:
    """Played once per process, always the same."""
    import os

    from oms.wiring.settings import clients

    world = World(Random(1), Weather(Random(1), 0.0, {}))
    played = _Played(world)
    with world.running():
        os.environ["CHANNELS"] = CLIENTS
        clients.cache_clear()
        played.stock_up()
        for plan in _PAST:
            played.tell(plan)
        for folder in ("relay/sweep_outbox", "capture/watch_orders"):
            world.every(240.0, folder, {})
        world.settle(500.0)
        return played.told()


class _Played:
    def __init__(self, world: World) -> None:
        self.world = world
        self.given: dict[str, list[Json]] = defaultdict(list)
        self.shipments: list[tuple[str, Json]] = []
        self.bodies: list[Json] = []
        invoke = world.functions.invoke

        def watched(function: str, payload: Json, answer: Any) -> None:
            self.given[_FOLDERS.get(function, function)].append(copy.deepcopy(payload))
            invoke(function, payload, answer)

        setattr(world.functions, "invoke", watched)  # noqa: B010 - to mypy a method is not to be replaced

    def stock_up(self) -> None:
        table = Table(self.world.dynamo, "inventory")
        stock, locations = DynamoStock(table), DynamoLocations(table)
        for code, priority in PLACES:
            place = Location(code, code, "1 Dock Road", "Town", "E1 1AA", "GB", priority=priority)
            register_location(locations, place, now=EPOCH, actor=_CLERK)
            for sku in SKUS:
                receipt = Adjustment(f"open-{sku}-{code}", sku, code, 500, "receipt")
                adjust(stock, locations, receipt, now=EPOCH, actor=_CLERK)
        self.world.agenda.after(0.0, self.world.notice)

    def tell(self, plan: _Plan) -> None:
        body = order_body(plan.number, plan.lines, mailbox=plan.mailbox, card=plan.card)
        body["payment"]["capture"] = "with_order" if plan.prepaid else "on_shipment"
        body["prices_include_tax"] = plan.inclusive
        self.bodies.append(body)
        self._at(plan.number, SHOP, body, plan.client, key=f"key-{plan.number}")
        ours = order_id("marketplace" if plan.client == "bazaar" else "web", f"N-{plan.number}")
        for parcel in range(abs(plan.ships)):
            report: dict[str, Json] = {
                "shipment_id": f"p{parcel}",
                "carrier": "Royal Mail",
                "tracking_number": f"RM{parcel}",
            }
            if plan.ships > 0:
                report |= {"lines": [{"line_id": "L1", "quantity": 1}]}
            self.shipments.append((f"{ours}-f1", report))
            path = {"fulfilment_order_id": f"{ours}-f1"}
            self._at(100.0 + 10 * parcel, SHIP, report, "warehouse", path=path)
        if plan.cancel_at:
            self._at(plan.cancel_at, CANCEL, {"code": "other"}, plan.client, path={"order_id": ours})

    def told(self) -> History:
        world = self.world
        orders = [unmarshal(item) for item in world.dynamo.items("orders")]
        waiting = {
            str(event["token"]) for events in self.given.values() for event in events if "token" in event
        }
        return History(
            items={table: list(world.dynamo.items(table)) for table in TABLES},
            given=dict(self.given),
            executions={name: (one.status, one.ended) for name, one in world.workflows.executions.items()},
            tokens=waiting,
            partners=(world.partners.stripe, world.partners.avalara, world.partners.accertify),
            ended=world.agenda.now,
            orders=sorted({row["order_id"] for row in orders if row["sk"] == "ORDER"}),
            work=sorted(row["fulfilment_order_id"] for row in orders if row["sk"].startswith("FULFILMENT#")),
            shipments=self.shipments,
            bodies=self.bodies,
        )

    def _at(
        self, seconds: float, route: str, body: Json, client: str, *, key: str = "", path: Json = None
    ) -> None:
        event = http_event(route, body, client=client, key=key, path=path)
        invoke = self.world.functions.invoke
        self.world.agenda.after(seconds, lambda: invoke(BY_KEY[route].function, event, _must_be_taken))


def order_body(
    number: int, lines: Any, *, mailbox: str = "buyer", card: str = "pm_card_visa"
) -> dict[str, Json]:
    """The body of POST /v1/orders, of (SKU, quantity) lines."""
    return {
        "external_order_id": f"N-{number}",
        "currency": "GBP",
        "ship_to": {
            "name": f"Robin {PERSON}", "line1": f"1 {PERSON} Street", "line2": "", "city": "Leeds", "region": "",
            "postal_code": "LS1 1UR", "country": "GB", "latitude": 53.8, "longitude": -1.5,
        },
        "customer": {"customer_id": f"c-{PERSON}", "email": f"{mailbox}+{PERSON}@example.com", "client_ip": "10.0.0.1"},
        "lines": [
            {"line_id": f"L{row}", "sku": sku, "quantity": units, "unit_price": 1999, "discount": 0, "tax_code": "P1"}
            for row, (sku, units) in enumerate(lines, start=1)
        ],
        "shipping": 495,
        "prices_include_tax": False,
        "payment": {"token": card, "capture": "on_shipment"},
    }  # fmt: skip


def http_event(
    route: str, body: Json, *, client: str, key: str = "", path: Json = None, query: Json = None
) -> dict[str, Json]:
    """What API Gateway hands to a function (payload format 2.0)."""
    method, _, pattern = route.partition(" ")
    claims = {"client_id": client, "scope": BY_KEY[route].full_scope, "token_use": "access", "iss": "issuer"}
    event: dict[str, Json] = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": pattern.format(**(path or {})),
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "api.example", "user-agent": "history"},
        "requestContext": {
            "http": {"method": method, "path": pattern, "sourceIp": "10.0.0.1"},
            "authorizer": {"jwt": {"claims": claims, "scopes": [BY_KEY[route].full_scope]}},
            "stage": "$default",
            "routeKey": route,
        },
        "isBase64Encoded": False,
    }
    if key:
        event["headers"]["idempotency-key"] = key
    more = {"pathParameters": path, "queryStringParameters": query}
    event |= {name: value for name, value in more.items() if value}
    return event if body is None else event | {"body": json.dumps(body)}


def _must_be_taken(said: Succeeded | Failed) -> None:
    assert isinstance(said, Succeeded), said
    assert said.value["statusCode"] < 300, said.value
