"""Which problem codes each operation can answer with."""

from collections.abc import Iterable
from typing import Any

from oms.contracts.api import Route
from oms.contracts.problems import CONTENT_TYPE, TITLES

_ANYWHERE = ("token_missing", "scope_missing", "client_unknown", "internal_error", "busy")
_WITH_BODY = ("invalid_request", "malformed_json", "content_type_unsupported", "body_too_large")
_WITH_KEY = ("idempotency_key_missing", "idempotency_key_invalid", "idempotency_key_reused")
_BY_PARAMETER = {
    "status": ("parameter_missing", "parameter_invalid"),
    "location": ("parameter_missing", "parameter_invalid"),
    "sku": ("parameter_missing", "parameter_invalid"),
    "limit": ("parameter_invalid",),
    "cursor": ("cursor_invalid",),
}
_BY_OPERATION = {
    "placeOrder": ("channel_required", "order_already_placed"),
    "cancelOrder": ("order_already_shipped",),
    "recordShipment": (
        "order_not_open",
        "nothing_open",
        "more_than_open",
        "line_not_here",
        "shipment_id_reused",
    ),
    "adjustStock": ("stock_would_go_negative", "location_unknown"),
}
_FROM_GATEWAY = {
    "401": "The gateway refuses a token that is missing, forged or expired.",
    "403": "The gateway refuses a token without the scope.",
    "429": "The gateway takes no more requests this second: repeat.",
}
_SHARED = {"401": "Unauthorised", "429": "TooManyRequests", "500": "Broken", "503": "Busy"}


def codes_of(route: Route) -> list[str]:
    """Every code the operation can answer with, each once."""
    codes = [*_ANYWHERE, *_BY_OPERATION.get(route.operation, ())]
    if route.path_parameters:
        codes.append("not_found")
    if route.body:
        codes += _WITH_BODY
    if route.idempotent_by_header:
        codes += _WITH_KEY
    for name in route.query:
        codes += _BY_PARAMETER[name]
    return list(dict.fromkeys(codes))


def refusals(codes: Iterable[str]) -> dict[str, Any]:
    """The error answers of an operation, by status."""
    made = {
        status: {"$ref": f"#/components/responses/{_SHARED[status]}"}
        if status in _SHARED
        else _problem(status, found)
        for status, found in _by_status([*codes, "throttled"]).items()
    }
    return dict(sorted(made.items()))


def shared() -> dict[str, Any]:
    """The error answers that every operation has, by name."""
    by_status = _by_status([*_ANYWHERE, "throttled"])
    return {name: _problem(status, by_status[status]) for status, name in _SHARED.items()}


def _by_status(codes: Iterable[str]) -> dict[str, list[str]]:
    by_status: dict[str, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(str(TITLES[code][0]) if code in TITLES else "429", []).append(code)
    return by_status


def _problem(status: str, codes: list[str]) -> dict[str, Any]:
    said = [f"- `{code}`: {TITLES[code][1]}." for code in codes if code in TITLES]
    content: dict[str, Any] = {}
    if said:
        content[CONTENT_TYPE] = {"schema": _with_code(codes)}
    if status in _FROM_GATEWAY:
        said.insert(0, _FROM_GATEWAY[status])
        content["application/json"] = {"schema": {"$ref": "#/components/schemas/GatewayMessage"}}
    answer: dict[str, Any] = {"description": "\n".join(said), "content": content}
    if status == "503":
        answer["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        }
    return answer


def _with_code(codes: list[str]) -> dict[str, Any]:
    return {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": {"code": {"enum": codes}}}]}
