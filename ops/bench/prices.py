"""List prices and what an order costs by them.

USD, us-east-1, on demand, first tier, without free tiers. Written down in November 2026; check them against
the price pages before a decision rests on them:

- Standard transitions: https://aws.amazon.com/step-functions/pricing/ (read there)
- DynamoDB units after the reduction of November 2024, Lambda on arm64: as several secondary sources give them
- HTTP API, EventBridge, SQS, Express: assumed, not looked up

Not included: storage, logs, traces, KMS, data transfer, Cognito, retries.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MILLION: Final = 1_000_000
PRICES: Final[Mapping[str, float]] = {
    "lambda request": 0.20 / MILLION,
    "lambda GB-second (arm64)": 0.0000133334,
    "http api request": 1.00 / MILLION,
    "event put": 1.00 / MILLION,
    "queue request": 0.40 / MILLION,
    "write request unit": 0.625 / MILLION,
    "read request unit": 0.125 / MILLION,
    "standard transition": 25.00 / MILLION,
    "express request": 1.00 / MILLION,
    "express GB-second": 0.00001667,
}
QUEUE_REQUESTS_PER_DELIVERY: Final = 3
"""Sent by the bus, received, deleted. Batches make it fewer."""
EXPRESS_GB: Final = 64 / 1024
"""Express workflows are billed in chunks of 64 MB; that this one needs a single one is assumed."""
_EXPRESS_STEP_SECONDS: Final = 0.1
"""Their duration is rounded up to this (the price page of Step Functions)."""
_ORDERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Quantities:
    """What one order takes. Durations in seconds, memory in GB."""

    lambda_requests: float
    lambda_gb_seconds: float
    http_requests: float
    events: float
    deliveries: float
    write_units: float
    read_units: float
    transitions: float
    express_runs: float
    express_seconds: float


def cost(order: Quantities) -> dict[str, float]:
    """USD per 1,000 orders by service, `total` last."""
    parts = {
        "Lambda": order.lambda_requests * PRICES["lambda request"]
        + order.lambda_gb_seconds * PRICES["lambda GB-second (arm64)"],
        "API Gateway": order.http_requests * PRICES["http api request"],
        "EventBridge": order.events * PRICES["event put"],
        "SQS": order.deliveries * QUEUE_REQUESTS_PER_DELIVERY * PRICES["queue request"],
        "DynamoDB": order.write_units * PRICES["write request unit"]
        + order.read_units * PRICES["read request unit"],
        "Step Functions Standard": order.transitions * PRICES["standard transition"],
        "Step Functions Express": order.express_runs * PRICES["express request"]
        + _rounded_up(order.express_seconds) * EXPRESS_GB * PRICES["express GB-second"],
    }
    per_thousand = {name: part * _ORDERS for name, part in parts.items()}
    return per_thousand | {"total": sum(per_thousand.values())}


def _rounded_up(seconds: float) -> float:
    return math.ceil(round(seconds / _EXPRESS_STEP_SECONDS, 6)) * _EXPRESS_STEP_SECONDS
