"""One order's happy path, function by function, in this process: the deployed handlers on scratch tables.

    python -m ops.bench.happy_path --endpoint URL --sandbox URL --at 3,30,300 --out FILE

The order of the steps is that of the workflow files. DynamoDB, Secrets Manager and the partners are
real (the local AWS, the sandbox); Step Functions and EventBridge are answered here and only counted.
Writes JSON: the calls of one warm order by step, and the seconds each handler takes at its best (the
nearest to what a machine of its own would take).
"""

import argparse
import json
import time
from base64 import b64encode
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from oms.aws.items import unmarshal
from oms.aws.outbox import PREFIX, event_of
from oms.contracts.envelope import to_detail
from oms.inventory.application.adjusting import adjust
from oms.inventory.application.locating import register_location
from oms.inventory.domain.adjustment import Adjustment
from oms.kernel.events import Event

from ops.bench import scratch
from ops.bench.handlers import Handler, handler_of, http_event
from ops.bench.meter import Meter
from ops.rehearse.crowd import ACTOR, WAREHOUSE, one_line_order

CONSUMERS: Final = {
    "OrderReceived": ("capture/start_order_capture",),
    "ShipmentRecorded": (
        "payments/capture_payment",
        "inventory/ship_stock",
        "tax/commit_tax",
        "capture/resume_order_capture",
    ),
}
"""Event -> who takes it on the happy path."""
_SKU: Final = "BENCH"
_PRICE: Final = 4_200
TOGETHER: Final = 10
"""Orders of the second measurement: they come so close to one another that the relay takes what one table
has of all of them in one batch. Its mapping waits a second for that; see ADR 0010."""
_TOKEN: Final = "t" * 600
"""As long as a task token of Step Functions."""


class HappyPath:
    """Runs orders. `meter` notes the calls while it is on."""

    def __init__(self, meter: Meter, raw: Any) -> None:
        self._meter = meter
        self._raw = raw
        self._handlers: dict[str, Handler] = {}
        self._orders: list[str] = []
        self._relayed: set[str] = set()
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.events: list[str] = []
        self.invocations: list[str] = []
        """Functions of the last run, in the order of their calls."""

    def run(self, *, together: int = 1) -> None:
        """Place orders and bring them to their end, each step for all of them before the next."""
        self.events, self.invocations = [], []
        self._orders = [self._place() for _ in range(together)]
        self._relay()
        for order_id in self._orders:
            self._assess(order_id)
        self._relay()
        for order_id in self._orders:
            wait = {"order_id": order_id, "token": _TOKEN, "turn": "2026-11-27T09:00:00.000Z#0"}
            self._call("fulfilment/await_fulfilment", wait)
            self._ship(order_id)
        self._relay()
        self._relay()

    def _place(self) -> str:
        name = f"bench-{time.time_ns():x}"
        order = one_line_order(name, _SKU, units=2, price=_PRICE)
        return str(self._http("capture/accept_order", "POST /v1/orders", order, key=name)["order_id"])

    def _ship(self, order_id: str) -> None:
        parcel = {"shipment_id": "p1", "carrier": "Royal Mail", "tracking_number": "RM000000001GB"}
        path = {"fulfilment_order_id": f"{order_id}-f1"}
        route = "POST /v1/fulfilment-orders/{fulfilment_order_id}/shipments"
        self._http("capture/record_shipment", route, parcel, path=path)

    def _assess(self, order_id: str) -> None:
        """Both workflows up to the release, as statemachines/*.yaml order their tasks."""
        plan = self._call("sourcing/plan_fulfilment", {"order_id": order_id, "exclusions": []})["plan"]
        verdict = self._call("fraud/screen_order", {"order_id": order_id, "verdict": ""})
        tax = self._call("tax/quote_tax", {"order_id": order_id, "plan": plan})
        wanted = {"order_id": order_id, "run": "1-0", "round": 1, "plan": plan}
        reserved = self._call("inventory/reserve_stock", wanted)
        paid = self._call("payments/authorize_payment", {"order_id": order_id, "tax": tax, "run": "1-0"})
        answers = (verdict["decision"], reserved["outcome"], paid["outcome"])
        if answers != ("ACCEPT", "RESERVED", "AUTHORIZED"):
            raise RuntimeError(f"the path is not happy: {answers}")
        self._call(
            "fulfilment/release_order", {"order_id": order_id, "assessment": 1, "plan": plan, "tax": tax}
        )

    def _relay(self) -> None:
        """Deliver what is new in the outboxes, a batch per table. For one order alone that is a batch per event."""
        for table in scratch.STREAMED:
            items = [item for order_id in self._orders for item in self._unrelayed(table, order_id)]
            if not items:
                continue
            events = [event_of(unmarshal(item)) for item in items]
            self.events += [event.type for event in events]
            self._call("relay/relay_outbox", _stream_batch(table, items), note=events[0].type)
            for event in events:
                for folder in CONSUMERS.get(event.type, ()):
                    self._call(folder, _queue_batch(event))

    def _unrelayed(self, table: str, order_id: str) -> list[dict[str, Any]]:
        """The order's event rows that nobody has asked for yet."""
        answer = self._raw.query(
            TableName=table,
            KeyConditionExpression="pk = :order AND begins_with(sk, :event)",
            ExpressionAttributeValues={":order": {"S": f"ORDER#{order_id}"}, ":event": {"S": PREFIX}},
            ConsistentRead=True,
        )
        new = [item for item in answer["Items"] if item["event_id"]["S"] not in self._relayed]
        self._relayed.update(item["event_id"]["S"] for item in new)
        return new

    def _http(
        self,
        folder: str,
        route: str,
        body: dict[str, Any],
        *,
        key: str = "",
        path: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        answer = self._call(folder, http_event(route, body, key=key, path=path))
        if answer["statusCode"] >= 400:
            raise RuntimeError(f"{folder}: {answer['body']}")
        served: dict[str, Any] = json.loads(answer["body"])
        return served

    def _call(self, folder: str, event: dict[str, Any], *, note: str = "") -> Any:
        handler = self._handlers.setdefault(folder, handler_of(folder))
        self.invocations.append(folder)
        self._meter.step = f"{folder} ({note})" if note else folder
        began = time.perf_counter()
        answer = handler(event, None)
        self.seconds[folder].append(time.perf_counter() - began)
        if isinstance(answer, dict) and answer.get("batchItemFailures"):
            raise RuntimeError(f"{folder} failed; its log says why")
        return answer


def _queue_batch(event: Event) -> dict[str, Any]:
    return {"Records": [{"messageId": "1", "body": json.dumps({"detail": to_detail(event)})}]}


def _stream_batch(table: str, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"Records": [_stream_record(table, item) for item in items]}


def _stream_record(table: str, item: dict[str, Any]) -> dict[str, Any]:
    image = json.loads(json.dumps(item, default=lambda binary: b64encode(bytes(binary)).decode()))
    arn = f"arn:aws:dynamodb:us-east-1:000000000000:table/{table}/stream/2026-11-27T09:00:00.000"
    change = {"Keys": {name: image[name] for name in ("pk", "sk")}, "NewImage": image}
    return {"eventName": "INSERT", "eventSourceARN": arn, "dynamodb": change}


def measure(endpoint: str, sandbox: str, at: Sequence[int]) -> dict[str, Any]:
    """Run as many orders as the last of `at` says, time them all, and meter the ones `at` names.

    The first of them is what one order takes; the others show whether history makes it dearer. Then ten
    orders at once: `together` has all their calls and invocations.
    """
    with scratch.metered(endpoint, sandbox) as (meter, raw):
        _stock_up()
        path = HappyPath(meter, raw)
        history: dict[int, list[dict[str, Any]]] = {}
        for number in range(1, at[-1] + 1):
            meter.on, meter.calls = number in at, []
            path.run()
            if meter.on:
                history[number] = [asdict(call) for call in meter.calls]
        alone = {"events": path.events, "invocations": path.invocations}
        meter.on, meter.calls = True, []
        path.run(together=TOGETHER)
        return {
            "calls": history[at[0]],
            "history": history,
            "seconds": {folder: min(taken) for folder, taken in path.seconds.items()},
            **alone,
            "together": {
                "orders": TOGETHER,
                "calls": [asdict(call) for call in meter.calls],
                "invocations": path.invocations,
            },
            "consumers": [folder for folders in CONSUMERS.values() for folder in folders],
        }


def _stock_up() -> None:
    from oms.wiring.inventory import locations, stock

    now = datetime.now(UTC)
    register_location(locations(), WAREHOUSE, now=now, actor=ACTOR)
    receipt = Adjustment("bench", _SKU, WAREHOUSE.code, 100_000, "receipt")
    adjust(stock(), locations(), receipt, now=now, actor=ACTOR)


def main() -> None:
    parser = argparse.ArgumentParser(prog="ops.bench.happy_path", description=__doc__)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--sandbox", required=True)
    parser.add_argument("--at", type=lambda text: [int(one) for one in text.split(",")], default=[3, 30])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    result = measure(options.endpoint, options.sandbox, options.at)
    options.out.write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
