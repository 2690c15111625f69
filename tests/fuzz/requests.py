"""HTTP events: what API Gateway hands over when a client sends what it should not."""

import base64
import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from oms.contracts.api import BY_KEY, ROUTES, Route
from oms.kernel.clock import stamp
from oms.orders.application.ports import Position
from oms.orders.domain.order import STATUSES
from oms.runtime.api.cursors import encode

from tests.fuzz import garbling, values
from tests.fuzz.given import Given
from tests.fuzz.history import PLACES, SKUS, History, http_event, order_body
from tests.fuzz.mutation import mutated
from tests.simulation.cloud.world import EPOCH

Json = Any
_CLIENT: Final = {"orders": "shop", "fulfilment": "warehouse", "inventory": "warehouse"}


class Requests:
    """Draws requests to routes of the table."""

    def __init__(self, chance: Random, past: History) -> None:
        self._chance, self._past = chance, past
        self._numbers = 0

    def draw(self) -> Given:
        route = self._chance.choice(ROUTES)
        body, path, query = self._right(route)
        client = _CLIENT[route.scope.partition(".")[0]]
        self._numbers += 1
        key = f"fuzz-{self._numbers}" if route.idempotent_by_header else ""
        event = http_event(route.key, body, client=client, key=key, path=path, query=query)
        ways = _WITH_BODY if route.body else _WITHOUT_BODY
        way = self._chance.choices([way for way, _ in ways], [weight for _, weight in ways])[0]
        wrong = event if way is None else way(self, event)
        how = way.__name__.strip("_") if way else "as it should be"
        return Given(route.function, "http", wrong, how, honest=way is None)

    def _right(self, route: Route) -> tuple[Json, Json, Json]:
        """Body, path and query of a request that nothing is wrong with; the state of its order may still forbid it."""
        pick, past = self._chance.choice, self._past
        match route.operation:
            case "placeOrder":
                lines = [(pick(SKUS), pick((1, 2, 500))) for _ in range(pick((1, 1, 2, 5)))]
                new = order_body(self._chance.randrange(10**6), lines)
                return pick((new, new, new, pick(past.bodies))), None, None
            case "listOrders":
                return None, None, self._page({"status": pick(STATUSES)}, pick(past.orders))
            case "listFulfilmentOrders":
                return None, None, self._page({"location": pick(PLACES)[0]}, pick(past.work))
            case "getAvailability":
                return None, None, {"sku": pick(SKUS)}
            case "adjustStock":
                change = {
                    "sku": pick(SKUS),
                    "location": pick(PLACES)[0],
                    "delta": pick((1, 7)),
                    "kind": "receipt",
                    "note": "x",
                }
                return change, None, None
            case "recordShipment":
                return *self._shipment(), None
            case "cancelOrder":
                return (
                    {"code": "customer_request", "note": "changed my mind"},
                    {"order_id": pick(past.orders)},
                    None,
                )
        return None, {"order_id": pick(past.orders)}, None

    def _shipment(self) -> tuple[Json, Json]:
        """Of something new mostly; now and then what was reported before."""
        if self._chance.random() < 0.2:
            work, report = self._chance.choice(self._past.shipments)
            return report, {"fulfilment_order_id": work}
        report = {
            "shipment_id": f"f{self._chance.randrange(10**6)}",
            "carrier": "Royal Mail",
            "tracking_number": "RM1",
            "lines": [{"line_id": "L1", "quantity": 1}],
        }
        return report, {"fulfilment_order_id": self._chance.choice(self._past.work)}

    def _page(self, query: dict[str, str], item: str) -> Json:
        if self._chance.random() < 0.3:
            query["cursor"] = encode(Position("web", stamp(EPOCH), item)) or ""
        if self._chance.random() < 0.3:
            query["limit"] = self._chance.choice(("1", "50", "100"))
        return query

    # -- what may be wrong with a request -------------------------------------------------

    def _changed_body(self, event: Json) -> Json:
        document = json.loads(event["body"])
        wrong = mutated(self._chance, document, self._past.bodies)
        return event | {"body": json.dumps(wrong, ensure_ascii=self._chance.random() < 0.7)}

    def _random_body(self, event: Json) -> Json:
        return event | {"body": json.dumps(values.tree(self._chance))}

    def _garbled_body(self, event: Json) -> Json:
        return event | {"body": garbling.garbled(self._chance, json.loads(event["body"]))}

    def _other_encoding(self, event: Json) -> Json:
        text, packed = garbling.encoded(self._chance, json.loads(event["body"]))
        return event | {"body": text, "isBase64Encoded": packed}

    def _no_body(self, event: Json) -> Json:
        return {name: value for name, value in event.items() if name != "body"}

    def _other_headers(self, event: Json) -> Json:
        return event | {
            "headers": self._texts(event["headers"], ("idempotency-key", "content-type", "Content-Type"))
        }

    def _other_path(self, event: Json) -> Json:
        told = event.get("pathParameters", {})
        return event | {"pathParameters": self._texts(told, ("order_id", "fulfilment_order_id"))}

    def _other_query(self, event: Json) -> Json:
        told = event.get("queryStringParameters", {})
        return event | {
            "queryStringParameters": self._texts(told, ("status", "cursor", "limit", "sku", "location"))
        }

    def _other_caller(self, event: Json) -> Json:
        """A token that the gateway let pass, but not one for this route or this order."""
        claims: dict[str, Json] = {
            "client_id": self._chance.choice(("shop", "bazaar", "warehouse", "stranger", "", "web", "*")),
            "scope": self._chance.choice(
                (*[route.full_scope for route in ROUTES], "", "holdfast/*", "orders.write")
            ),
        }
        if self._chance.random() < 0.5:
            claims["scope"] = BY_KEY[event["routeKey"]].full_scope
        authorizer: Json = self._chance.choice(
            ({"jwt": {"claims": claims}},) * 6 + ({}, None, {"jwt": {}}, {"jwt": None})
        )
        return event | {"requestContext": event["requestContext"] | {"authorizer": authorizer}}

    def _spliced_cursor(self, event: Json) -> Json:
        """A cursor of another listing, another channel, or with a piece of another inside."""
        place = [
            self._chance.choice(("web", "marketplace", "*", 1)),
            stamp(EPOCH),
            self._chance.choice(self._past.work),
        ]
        change = self._chance.random() < 0.7
        wrong = (
            mutated(self._chance, place, [self._past.orders, ["start", "start", "start"]])
            if change
            else place
        )
        packed = base64.urlsafe_b64encode(json.dumps(wrong).encode()).decode()
        told = event.get("queryStringParameters", {}) | {"cursor": packed.rstrip(self._chance.choice("=A"))}
        return event | {"queryStringParameters": told}

    def _rubbish(self, event: Json) -> Json:
        """Nothing API Gateway would send; a route or an authorizer added by hand might."""
        if self._chance.random() < 0.3:
            return values.tree(self._chance)
        return mutated(self._chance, event)

    def _texts(self, told: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
        """Some of it left out, something else said."""
        kept = {name: value for name, value in told.items() if self._chance.random() < 0.7}
        name = self._chance.choice(names)
        own = kept.get(name, "")
        said = values.text(self._chance)
        return kept | {
            name: self._chance.choice((said, said, said, own[:-1], f"{own} ", own.upper(), f"{own},{own}"))
        }


Way = Callable[[Requests, Json], Json] | None
_ANYHOW: Final[tuple[tuple[Way, int], ...]] = (
    (None, 12), (Requests._other_headers, 6), (Requests._other_caller, 7), (Requests._other_path, 6),
    (Requests._other_query, 3), (Requests._rubbish, 4),
)  # fmt: skip
_WITH_BODY: Final = (
    *_ANYHOW, (Requests._changed_body, 45), (Requests._random_body, 5), (Requests._garbled_body, 8),
    (Requests._other_encoding, 5), (Requests._no_body, 1),
)  # fmt: skip
_WITHOUT_BODY: Final = (*_ANYHOW, (Requests._other_query, 20), (Requests._spliced_cursor, 20))
