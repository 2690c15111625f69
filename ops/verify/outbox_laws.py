"""Law 8: every event reaches every consumer, or lies where somebody looks."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from oms.kernel.events import Event

from ops.verify.dead_letters import is_parked
from ops.verify.evidence import Evidence
from ops.verify.order_laws import RUNNING
from ops.verify.report import Law, found


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who takes which events. `delivered` answers the test for the mark that a delivery leaves."""

    folder: str
    takes: tuple[str, ...]
    delivered: Callable[[Evidence], Callable[[Event], bool]]


def law_8(evidence: Evidence) -> Law:
    """Outbox = published ∪ parked, and for each consumer: its events = delivered ∪ dead-lettered ∪ parked."""
    seen_to = evidence.published | evidence.parked.keys()
    waiting = [event for event in evidence.events if event.event_id not in seen_to]
    broken = [f"{event.event_id} was never published" for event in waiting if evidence.is_due(event)]
    known = {event.event_id for event in evidence.events}
    if evidence.snapshot or not evidence.grace:  # a scan may see the receipt and not the event
        broken += [f"{event_id} was published and never happened" for event_id in evidence.published - known]
    parts = [
        f"{len(known)} events = {len(evidence.published & known)} published + {len(evidence.parked)} parked"
    ]
    if waiting:
        parts.append(f"{len(waiting)} on their way")
    for consumer in CONSUMERS:
        figures, lost = _deliveries(evidence, consumer)
        parts.append(figures)
        broken += lost
    parts += [f"{count} messages in {name}" for name, count in sorted(evidence.queues.items()) if count]
    return found(8, "every event arrives", "; ".join(parts), broken)


def _deliveries(evidence: Evidence, consumer: Consumer) -> tuple[str, list[str]]:
    name = consumer.folder.rpartition("/")[2]
    has_arrived = consumer.delivered(evidence)
    queue = name.replace("_", "-")
    lying = evidence.queues.get(queue, 0) + evidence.queues.get(f"{queue}-dlq", 0)
    counts: Counter[str] = Counter()
    lost: list[str] = []
    for event in evidence.of_type(*consumer.takes):
        if has_arrived(event):
            counts["delivered"] += 1
        elif is_parked(evidence, consumer.folder, event):
            counts["parked"] += 1
        elif not (evidence.is_due(event) and evidence.is_quiet(event.subject)):
            counts["on their way"] += 1
        else:
            lost.append(f"{name} never dealt with {event.event_id}")
    # A message that lies in a queue is not lost; which one it is the queue does not say.
    shown = " + ".join(f"{count} {what}" for what, count in counts.items())
    return f"{name} {shown or 'nothing'}", lost[lying:]


def _started(evidence: Evidence) -> Callable[[Event], bool]:
    begun = {execution.order_id for execution in evidence.executions}
    return lambda event: event.subject in begun or _moved_on(evidence, event.subject)


def _moved_on(evidence: Evidence, order_id: str) -> bool:
    order = evidence.orders_by_id.get(order_id)
    return order is not None and order.headline != "RECEIVED"


def _resumed(evidence: Evidence) -> Callable[[Event], bool]:
    """Nothing waits any more for what the event says."""
    waiting = {
        execution.order_id
        for execution in evidence.executions
        if execution.status in RUNNING and execution.order_id not in evidence.open_cases
    }

    def has_resumed(event: Event) -> bool:
        if event.type == "ExceptionResolved":
            return True  # a workflow that went on waiting shows in laws 7 and 9
        order = evidence.orders_by_id.get(event.subject)
        finished = order is not None and order.is_terminal
        if event.type == "ShipmentRecorded":
            return not (finished and event.subject in waiting)
        return finished or event.subject in evidence.open_cases

    return has_resumed


def _captured(evidence: Evidence) -> Callable[[Event], bool]:
    posted = {(entry.order_id, entry.entry_id) for entry in evidence.entries}

    def is_captured(event: Event) -> bool:
        if event.type == "ExceptionResolved":
            return True  # money that nobody gave back shows in law 4
        shipment = event.data["shipment_id"]
        entries = {(event.subject, f"capture-{shipment}"), (event.subject, f"recognition-{shipment}")}
        refused = evidence.is_seen_to(f"{event.subject}.capture-{shipment}")
        return refused or bool(entries & posted) or int(event.data["total"]) == 0

    return is_captured


def _booked_out(evidence: Evidence) -> Callable[[Event], bool]:
    booked: Counter[tuple[str, str]] = Counter()
    for event in evidence.of_type("StockShipped"):
        booked[event.subject, event.data["shipment_id"]] += sum(line[2] for line in event.data["lines"])

    def is_booked(event: Event) -> bool:
        units = sum(line[2] for line in event.data["lines"])
        return bool(booked[event.subject, event.data["shipment_id"]] == units)

    return is_booked


def _committed(evidence: Evidence) -> Callable[[Event], bool]:
    return lambda event: ("commit_tax", event.event_id) in evidence.inbox


CONSUMERS: tuple[Consumer, ...] = (
    Consumer("capture/start_order_capture", ("OrderReceived",), _started),
    Consumer(
        "capture/resume_order_capture",
        ("ShipmentRecorded", "OrderCancellationRequested", "OrderCancelled", "ExceptionResolved"),
        _resumed,
    ),
    Consumer("payments/capture_payment", ("ShipmentRecorded", "ExceptionResolved"), _captured),
    Consumer("inventory/ship_stock", ("ShipmentRecorded",), _booked_out),
    Consumer("tax/commit_tax", ("ShipmentRecorded",), _committed),
)
"""Every consumer of the bus; a test holds it against what is deployed."""

DATA_READ = frozenset(
    (
        "ShipmentRecorded",
        "StockAdjusted",
        "StockShipped",
        "PaymentAuthorized",
        "PaymentPrepaid",
        "PaymentCaptured",
        "PaymentVoided",
        "PaymentRefunded",
        "RevenueRecognised",
    )
)
"""Events whose data the checks read; a reader may leave out that of all others."""
