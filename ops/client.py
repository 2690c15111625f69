"""Holdfast's HTTP API as a Python caller sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

Json = dict[str, Any]


class ApiRefused(Exception):
    """The API answered with a problem document. `code` is its stable code, `problem` the whole of it."""

    def __init__(self, status: int, problem: Json) -> None:
        self.status, self.problem = status, problem
        self.code = str(problem.get("code", "unknown"))
        fields = ", ".join(f"{one['field']} {one['message']}" for one in problem.get("errors", []))
        super().__init__(
            f"{status} {self.code}: {problem.get('detail') or fields or problem.get('title', '')}"
        )


@dataclass
class Api:
    """One client of the API. `token` answers a bearer token and is asked once per request."""

    base_url: str
    token: Callable[[], str]
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        key: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One request, whatever its answer."""
        headers = {"authorization": f"Bearer {self.token()}"}
        if key is not None:
            headers["idempotency-key"] = key
        return self.http.request(method, self.base_url + path, json=body, headers=headers, params=query)

    def call(self, method: str, path: str, **request: Any) -> Json:
        """The answer's body. Raises ApiRefused for anything that is not a success."""
        answer = self.send(method, path, **request)
        document: Json = answer.json() if answer.content else {}
        if answer.is_success:
            return document
        raise ApiRefused(answer.status_code, document)

    def place(self, order: Json, *, key: str) -> Json:
        return self.call("POST", "/v1/orders", body=order, key=key)

    def order(self, order_id: str) -> Json:
        return self.call("GET", f"/v1/orders/{order_id}")

    def timeline(self, order_id: str) -> Json:
        return self.call("GET", f"/v1/orders/{order_id}/timeline")

    def orders(self, status: str, *, cursor: str = "", limit: int = 100) -> Json:
        query = {"status": status, "limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        return self.call("GET", "/v1/orders", query=query)

    def cancel(self, order_id: str, *, code: str = "customer_request", note: str = "") -> Json:
        return self.call("POST", f"/v1/orders/{order_id}/cancel", body={"code": code, "note": note})

    def work(self, location: str, *, cursor: str = "", limit: int = 100) -> Json:
        query = {"location": location, "limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        return self.call("GET", "/v1/fulfilment-orders", query=query)

    def ship(self, fulfilment_order_id: str, shipment: Json) -> Json:
        return self.call("POST", f"/v1/fulfilment-orders/{fulfilment_order_id}/shipments", body=shipment)

    def adjust(self, adjustment: Json, *, key: str) -> Json:
        return self.call("POST", "/v1/stock-adjustments", body=adjustment, key=key)

    def availability(self, sku: str) -> Json:
        return self.call("GET", "/v1/availability", query={"sku": sku})
