"""POST /v1/orders as tests send it, and the problems it is answered with."""

import json
from collections.abc import Callable
from typing import Any

from oms.contracts.problems import TITLES

from tests.builders import an_order_body, api_call

Stored = Callable[[], list[dict[str, Any]]]


def line(**changes: Any) -> dict[str, Any]:
    """A body whose first line is changed."""
    body = an_order_body()
    body["lines"][0] |= changes
    return body


def ship_to(**changes: Any) -> dict[str, Any]:
    body = an_order_body()
    body["ship_to"] |= changes
    return body


def without(*path: str) -> dict[str, Any]:
    """A body that lacks a field."""
    body = part = an_order_body()
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    return body


def many_lines(number: int) -> dict[str, Any]:
    lines = [{"line_id": f"L{n}", "sku": "S", "quantity": 1, "unit_price": 1} for n in range(number)]
    return an_order_body(lines=lines)


def call(body: Any = None, **how: Any) -> dict[str, Any]:
    return api_call("placeOrder", an_order_body() if body is None else body, **how)


def problem(answer: dict[str, Any]) -> tuple[int, str, list[str]]:
    """Status, code and fields of a problem document, which is otherwise as RFC 9457 wants it."""
    document = json.loads(answer["body"])
    code = document["code"]
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert document["status"] == answer["statusCode"]
    assert (document["status"], document["title"]) == TITLES[code]
    assert document["type"] == f"urn:holdfast:problem:{code}"
    assert document.keys() <= {"type", "title", "status", "code", "detail", "errors"}
    return document["status"], code, [error["field"] for error in document.get("errors", [])]
