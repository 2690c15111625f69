"""The one table of API routes.

The CDK app makes its routes and scopes from it, the functions dispatch by it, and
docs/openapi.yaml is generated from it; a test holds the three together.
"""

from dataclasses import dataclass

SCOPE_SERVER = "holdfast"
"""The Cognito resource server; a scope in a token reads `holdfast/orders.write`."""

SCOPES: dict[str, str] = {
    "orders.write": "Place and cancel orders",
    "orders.read": "Read orders and their timelines",
    "fulfilment.write": "Report shipments",
    "fulfilment.read": "Read the work of a location",
    "inventory.write": "Adjust stock",
    "inventory.read": "Read what can be sold",
}

CHANNELS: tuple[str, ...] = ("web", "marketplace")
"""Sales channels. Each has its own machine client and sees its own orders only."""

ALL_CHANNELS = "*"
"""The channel of clients that serve every channel: warehouses and operations."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `operation` is the OpenAPI operationId; `function` the folder that serves it."""

    method: str
    path: str
    operation: str
    scope: str
    function: str
    summary: str
    success: int = 200
    body: str | None = None
    """Name of the request model in `oms.contracts.requests`."""
    answer: str | None = None
    """Name of the answer model in `oms.contracts.answers`."""
    query: tuple[str, ...] = ()
    idempotent_by_header: bool = False
    """The request must carry an Idempotency-Key."""

    @property
    def key(self) -> str:
        """API Gateway's route key."""
        return f"{self.method} {self.path}"

    @property
    def full_scope(self) -> str:
        return f"{SCOPE_SERVER}/{self.scope}"

    @property
    def path_parameters(self) -> tuple[str, ...]:
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


ROUTES: tuple[Route, ...] = (
    Route(
        "POST", "/v1/orders", "placeOrder", "orders.write", "capture/accept_order",
        "Place an order", success=202, body="PlaceOrder", answer="OrderAccepted", idempotent_by_header=True,
    ),
    Route(
        "GET", "/v1/orders", "listOrders", "orders.read", "capture/read_orders",
        "List orders by status", answer="OrderPage", query=("status", "cursor", "limit"),
    ),
    Route(
        "GET", "/v1/orders/{order_id}", "getOrder", "orders.read", "capture/read_orders",
        "Read an order", answer="OrderView",
    ),
    Route(
        "GET", "/v1/orders/{order_id}/timeline", "getTimeline", "orders.read", "capture/read_orders",
        "Read what happened to an order, and who did it", answer="Timeline",
    ),
    Route(
        "POST", "/v1/orders/{order_id}/cancel", "cancelOrder", "orders.write", "capture/cancel_order",
        "Cancel what has not shipped", success=202, body="CancelOrder", answer="CancellationAccepted",
    ),
    Route(
        "GET", "/v1/fulfilment-orders", "listFulfilmentOrders", "fulfilment.read", "capture/read_orders",
        "List the open work of a location", answer="FulfilmentOrderPage", query=("location", "cursor", "limit"),
    ),
    Route(
        "POST", "/v1/fulfilment-orders/{fulfilment_order_id}/shipments", "recordShipment", "fulfilment.write",
        "capture/record_shipment", "Report a shipment", success=201, body="RecordShipment", answer="ShipmentRecorded",
    ),
    Route(
        "POST", "/v1/stock-adjustments", "adjustStock", "inventory.write", "inventory/stock_api",
        "Adjust stock on hand", body="AdjustStock", answer="StockAdjusted", idempotent_by_header=True,
    ),
    Route(
        "GET", "/v1/availability", "getAvailability", "inventory.read", "inventory/stock_api",
        "Read what can be sold of a SKU", answer="Availability", query=("sku",),
    ),
)  # fmt: skip

BY_KEY: dict[str, Route] = {route.key: route for route in ROUTES}
