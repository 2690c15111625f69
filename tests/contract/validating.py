"""An HTTP transport that holds every outgoing request against the partner's published schema."""

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from ops.sandbox.forms import nested

Schema = dict[str, Any]
_STRIPE = (
    (r"/v1/payment_intents", "PaymentIntentCreateParams"),
    (r"/v1/payment_intents/[^/]+/capture", "PaymentIntentCaptureParams"),
    (r"/v1/payment_intents/[^/]+/cancel", "PaymentIntentCancelParams"),
    (r"/v1/refunds", "RefundCreateParams"),
)
_AVATAX = (
    (r".*/transactions/create", "CreateTransactionModel"),
    (r".*/transactions/[^/]+/void", "VoidTransactionModel"),
)


class ValidatingTransport(httpx.BaseTransport):
    """Sends a POST only once `check` has found no fault with it; counts what it checked."""

    def __init__(self, check: Callable[[str, bytes], None]) -> None:
        self._check = check
        self._network = httpx.HTTPTransport()
        self.checked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self._check(request.url.path, request.read())
            self.checked += 1
        return self._network.handle_request(request)

    def close(self) -> None:
        self._network.close()


def stripe_check(schemas: dict[str, Schema]) -> Callable[[str, bytes], None]:
    """Checks form-encoded bodies against Stripe's parameter schemas."""

    def check(path: str, body: bytes) -> None:
        schema = schemas[_named(_STRIPE, path.removeprefix("/stripe"))]
        Draft202012Validator(schema).validate(typed(nested(body.decode()), schema, schema))

    return check


def avatax_check(definitions: Schema) -> Callable[[str, bytes], None]:
    """Checks JSON bodies against AvaTax's model definitions."""

    def check(path: str, body: bytes) -> None:
        name = _named(_AVATAX, path)
        Draft202012Validator(definitions | {"$ref": f"#/$defs/{name}"}).validate(json.loads(body))

    return check


def typed(value: Any, schema: Schema, root: Schema) -> Any:
    """Form values as the schema means them: a form knows text only."""
    if "$ref" in schema:
        return typed(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if isinstance(value, dict):
        members = _members(schema, root)
        return {name: typed(item, members.get(name, {}), root) for name, item in value.items()}
    if schema.get("type") == "integer" and value.isdigit():
        return int(value)
    if schema.get("type") == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


def _members(schema: Schema, root: Schema) -> Schema:
    options = [schema, *schema.get("anyOf", [])]
    resolved = [
        root["$defs"][option["$ref"].rpartition("/")[2]] if "$ref" in option else option for option in options
    ]
    return {name: member for option in resolved for name, member in option.get("properties", {}).items()}


def _named(table: tuple[tuple[str, str], ...], path: str) -> str:
    for pattern, name in table:
        if re.fullmatch(pattern, path):
            return name
    raise AssertionError(f"no published schema for {path}")
