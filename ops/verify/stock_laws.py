"""Laws 1 and 2: no unit appears or vanishes, and what is reserved is reserved for somebody."""

from collections import Counter
from collections.abc import Iterable

from oms.inventory.domain.laws import conservation, promises
from oms.inventory.domain.stock import StockKey
from oms.kernel.events import Event

from ops.verify.dead_letters import is_parked
from ops.verify.evidence import Evidence
from ops.verify.report import Law, found


def law_1(evidence: Evidence) -> Law:
    """Per SKU and location: received + restocked + adjusted = available + reserved + shipped + quarantined.

    And every counter is the sum of the movements that changed it.
    """
    levels = evidence.levels
    came = sum(level.received + level.restocked + level.adjusted for level in levels)
    parts = {
        name: sum(getattr(level, name) for level in levels)
        for name in ("available", "reserved", "shipped", "quarantined")
    }
    sums = " + ".join(f"{units} {name}" for name, units in parts.items())
    broken = [f"{violation.subject}: {violation.text}" for violation in conservation(levels)]
    return found(
        1,
        "stock is conserved",
        f"{len(levels)} stock rows, {came} units in = {sums}",
        [*broken, *_unexplained(evidence)],
    )


def _unexplained(evidence: Evidence) -> Iterable[str]:
    """Counters that differ from their events. Where a scan is no snapshot, SKUs that just moved are left out."""
    came: Counter[StockKey] = Counter()
    left: Counter[StockKey] = Counter()
    moving: set[str] = set()
    for event in evidence.of_type("StockAdjusted", "StockShipped"):
        lines = _movements(event)
        if not (evidence.snapshot or evidence.is_due(event)):
            moving.update(sku for _, sku, _ in lines)
        for location, sku, units in lines:
            (came if event.type == "StockAdjusted" else left)[location, sku] += units
    for level in evidence.levels:
        if level.sku in moving:
            continue
        if level.received + level.adjusted != came[level.key]:
            yield f"{level.sku}@{level.location}: {level.received + level.adjusted} came in, {came[level.key]} by its events"
        if level.shipped != left[level.key]:
            yield f"{level.sku}@{level.location}: {level.shipped} have left, {left[level.key]} by its events"


def _movements(event: Event) -> list[tuple[str, str, int]]:
    """Location, SKU and units."""
    if event.type == "StockAdjusted":
        return [(event.data["location"], event.data["sku"], int(event.data["delta"]))]
    return [(location, sku, int(units)) for location, sku, units in event.data["lines"]]


def law_2(evidence: Evidence) -> Law:
    """Σ active reservations = reserved; and nobody holds stock who has no use for it."""
    held = sum(reservation.units for reservation in evidence.reservations)
    reserved = sum(level.reserved for level in evidence.levels)
    moving = {
        f"{entry.sku}@{entry.location}"
        for reservation in evidence.reservations
        if not evidence.agrees(reservation.order_id)
        for entry in reservation.entries
    }
    broken = [
        f"{violation.subject}: {violation.text}"
        for violation in promises(evidence.levels, evidence.reservations)
        if violation.subject not in moving  # a scan of a table that is written to is no snapshot
    ]
    figures = f"{len(evidence.reservations)} reservation rows hold {held} units, {reserved} are reserved"
    return found(2, "reservations are what is reserved", figures, [*broken, *_stranded(evidence)])


def _stranded(evidence: Evidence) -> Iterable[str]:
    """Stock held for an order that is finished, or that nobody has ever placed."""
    held: Counter[str] = Counter()
    for reservation in evidence.reservations:
        held[reservation.order_id] += reservation.units
    parked = _unbooked(evidence)
    for order_id, units in held.items():
        order = evidence.orders_by_id.get(order_id)
        if order is None and units:
            yield f"{order_id}: {units} units are held for an order that does not exist"
        elif order and order.is_terminal and units > parked[order_id] and evidence.is_quiet(order_id):
            yield f"{order_id}: {units} units are held for an order that is {order.headline}"


def _unbooked(evidence: Evidence) -> Counter[str]:
    """Units per order that have left and whose booking is parked: they are rightly still held."""
    units: Counter[str] = Counter()
    for event in evidence.shipments:
        if is_parked(evidence, "inventory/ship_stock", event):
            units[event.subject] += sum(line[2] for line in event.data["lines"])
    return units
