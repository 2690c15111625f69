"""Sending what is wrong, and seeing that it is refused in words and leaves no trace."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import httpx
from oms.contracts.problems import CONTENT_TYPE, TITLES

from tests.running.system import System

_VOLATILE: Final = ("RECEIPT#", "PARKED#", "SWEPT#", "TOKEN", "INBOX")
"""Rows that the system writes by itself, at any time."""


def stored(system: System) -> Counter[str]:
    """Rows per table, those left out that come and go by themselves."""
    counts: Counter[str] = Counter()
    dynamodb = system.stack.aws("dynamodb")
    for table in system.stack.outputs.tables.values():
        pages = dynamodb.get_paginator("scan").paginate(
            TableName=table, ProjectionExpression="sk", ConsistentRead=True
        )
        for page in pages:
            counts[table] += sum(not row["sk"]["S"].startswith(_VOLATILE) for row in page["Items"])
    return counts


def place(system: System, headers: Mapping[str, str | None] | None = None, **more: Any) -> httpx.Response:
    """POST /v1/orders by the web channel; `headers` replace the right ones, None leaves one out."""
    right: dict[str, str | None] = {
        "authorization": f"Bearer {system.stack.api('web').token()}",
        "content-type": "application/json",
        "idempotency-key": f"bad-{system.number()}",
    }
    sent = {name: value for name, value in (right | dict(headers or {})).items() if value is not None}
    return httpx.post(f"{system.stack.outputs.api_url}/v1/orders", headers=sent, timeout=30, **more)


def assert_problem(response: httpx.Response, code: str, named: str = "") -> None:
    """Problem details with this code, whose errors name this field."""
    assert response.headers["content-type"] == CONTENT_TYPE, response.text
    problem = response.json()
    assert (problem["code"], problem["status"]) == (code, response.status_code), problem
    assert response.status_code == TITLES[code][0]
    fields = [error["field"] for error in problem.get("errors", [])]
    assert not named or any(one.startswith(named) for one in fields), problem
