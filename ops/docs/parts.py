"""The parts of the OpenAPI document that are written by hand."""

from collections.abc import Mapping
from typing import Any

from oms.contracts.problems import TITLES
from oms.orders.domain.order import STATUSES

DESCRIPTION = """\
Place orders, read them, cancel what has not shipped, report shipments, adjust stock.

Amounts are integers in the currency's smallest unit: 1999 in GBP is 19.99 pounds, 1999 in JPY is 1999 yen.
Times are UTC, ISO 8601. Fields are only ever added: ignore what you do not know.

Every client belongs to one sales channel and sees that channel's orders; warehouses and operations see all of them.
An order is acknowledged (202) before it is checked: follow it by reading it, its timeline, or the events.
"""

SERVER = {
    "url": "{address}",
    "variables": {
        "address": {
            "default": "https://api.holdfast.example",
            "description": "The SSM parameter /holdfast/api/url of the deployment.",
        }
    },
}

SUCCESS = {200: "Done.", 201: "Recorded.", 202: "Stored; carried out by the order's workflow."}

_ORDER_ID = "^ord_[a-z2-7]{26}$"
_FULFILMENT_ORDER_ID = "^ord_[a-z2-7]{26}-f[0-9]+$"


def _parameter(
    name: str, place: str, description: str, *, required: bool, schema: dict[str, Any]
) -> dict[str, Any]:
    return {"name": name, "in": place, "description": description, "required": required, "schema": schema}


PARAMETERS: Mapping[str, dict[str, Any]] = {
    "order_id": _parameter(
        "order_id", "path", "The order.", required=True, schema={"type": "string", "pattern": _ORDER_ID}
    ),
    "fulfilment_order_id": _parameter(
        "fulfilment_order_id",
        "path",
        "The work of one location.",
        required=True,
        schema={"type": "string", "pattern": _FULFILMENT_ORDER_ID},
    ),
    "status": _parameter(
        "status",
        "query",
        "The headline status.",
        required=True,
        schema={"type": "string", "enum": list(STATUSES)},
    ),
    "location": _parameter(
        "location",
        "query",
        "The code of a location.",
        required=True,
        schema={"type": "string", "minLength": 1},
    ),
    "sku": _parameter("sku", "query", "The SKU.", required=True, schema={"type": "string", "minLength": 1}),
    "cursor": _parameter(
        "cursor", "query", "Where the page before ended.", required=False, schema={"type": "string"}
    ),
    "limit": _parameter(
        "limit",
        "query",
        "Entries per page.",
        required=False,
        schema={"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
    ),
    "Idempotency-Key": _parameter(
        "Idempotency-Key",
        "header",
        "The client's own name for this request. The same key and body is done once and answered alike for ever.",
        required=True,
        schema={"type": "string", "pattern": "^[!-~]{1,128}$"},
    ),
}

HEADERS: Mapping[str, dict[str, Any]] = {
    "Location": {"description": "Path of the order.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "`true` where this request had been carried out before.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}

ANSWERED_WITH: Mapping[str, tuple[str, ...]] = {
    "placeOrder": ("Location", "Idempotent-Replayed"),
    "recordShipment": ("Idempotent-Replayed",),
    "adjustStock": ("Idempotent-Replayed",),
}

EXAMPLES: Mapping[str, dict[str, Any]] = {
    "placeOrder": {
        "external_order_id": "W-1001",
        "currency": "GBP",
        "ship_to": {
            "name": "C. Stone",
            "line1": "2 Garden Lane",
            "city": "Leeds",
            "postal_code": "LS1 1AA",
            "country": "GB",
        },
        "lines": [{"line_id": "1", "sku": "TEA-1", "quantity": 3, "unit_price": 500}],
        "shipping": 490,
        "prices_include_tax": True,
        "payment": {"token": "pm_card_visa"},
    },
    "cancelOrder": {"code": "customer_request"},
    "recordShipment": {"shipment_id": "S1", "carrier": "Royal Mail", "tracking_number": "RM123456785GB"},
    "adjustStock": {"sku": "TEA-1", "location": "LON", "delta": 100, "kind": "receipt"},
}

SCHEMAS: Mapping[str, dict[str, Any]] = {
    "Problem": {
        "description": "Problem details (RFC 9457).",
        "type": "object",
        "properties": {
            "type": {"type": "string", "description": "`urn:holdfast:problem:` and the code."},
            "title": {"type": "string"},
            "status": {"type": "integer", "enum": sorted({status for status, _ in TITLES.values()})},
            "code": {"type": "string", "enum": list(TITLES), "description": "Stable, for programs."},
            "detail": {"type": "string"},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "field": {
                            "type": "string",
                            "description": "As the client wrote it: `lines[3].quantity`.",
                        },
                        "message": {"type": "string"},
                    },
                    "required": ["field", "message"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["type", "title", "status", "code"],
    },
    "GatewayMessage": {
        "description": "What the API gateway itself answers before any function runs.",
        "type": "object",
        "properties": {"message": {"type": ["string", "null"]}},
        "required": ["message"],
    },
}


def security(scopes: dict[str, str]) -> dict[str, Any]:
    """OAuth 2.0 client credentials against the deployment's Cognito domain."""
    return {
        "type": "oauth2",
        "description": "The token address is the SSM parameter /holdfast/cognito/token-url of the deployment.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "https://holdfast.auth.example/oauth2/token",
                "scopes": scopes,
            }
        },
    }
