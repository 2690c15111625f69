"""Laws 5, 7 and 9: units of a line are in one place, and every order has an owner or has come to its end."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from oms.orders.domain.fulfilment import FulfilmentOrder
from oms.orders.domain.order import Order

from ops.verify.evidence import Evidence, Execution
from ops.verify.report import Law, found

RUNNING = ("RUNNING", "PENDING_REDRIVE")
_Places = Counter[tuple[int, str]]
"""Units by (line number, place)."""


def law_5(evidence: Evidence) -> Law:
    """ordered = cancelled + unallocated + allocated + shipped, for every line; locations and parcels agree."""
    sums: Counter[str] = Counter()
    for order in evidence.orders:
        for line in order.lines:
            for place in ("ordered", "unallocated", "allocated", "shipped", "cancelled"):
                sums[place] += getattr(line, place)
    ordered = sums.pop("ordered", 0)
    lines = sum(len(order.lines) for order in evidence.orders)
    parts = " + ".join(f"{units} {place}" for place, units in sums.items())
    figures = f"{lines} lines of {len(evidence.orders)} orders, {ordered} units = {parts or 'none'}"
    return found(5, "every ordered unit is in one place", figures, _misplaced(evidence))


def law_7(evidence: Evidence, acknowledged: Iterable[str] = ()) -> Law:
    """Ids acknowledged with 2xx ⊆ stored; every stored order is terminal, or has an owner and a deadline."""
    asked = set(acknowledged)
    broken = [
        f"{order_id} was acknowledged and is not stored" for order_id in asked - evidence.orders_by_id.keys()
    ]
    alive = {execution.order_id for execution in evidence.executions if execution.status in RUNNING}
    states: Counter[str] = Counter()
    for order in evidence.orders:
        states[_owner(evidence, order, alive)] += 1
        if _owner(evidence, order, alive) == "nobody":
            broken.append(f"{order.order_id} is {order.headline} and nobody sees to it")
    broken += [
        f"{case.case_id} is past its deadline and was not escalated"
        for cases in evidence.open_cases.values()
        for case in cases
        if case.state == "OPEN" and evidence.overdue(case.deadline)
    ]
    known = f"{len(asked)} acknowledged, " if asked else ""
    owners = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return found(
        7,
        "no order is lost or forgotten",
        f"{known}{len(evidence.orders)} stored: {owners or 'none'}",
        broken,
    )


def law_9(evidence: Evidence) -> Law:
    """Executions started = succeeded + compensated + parked (+ those that are just running)."""
    ends: Counter[str] = Counter()
    broken: list[str] = []
    newest = {one.order_id: one for one in sorted(evidence.executions, key=lambda each: each.attempt)}
    for execution in evidence.executions:
        end = _end(evidence, execution, newest[execution.order_id])
        ends[end] += 1
        if end in ("failed", "stuck"):
            broken.append(
                f"{execution.name} is {execution.status}"
                + (" although its order is finished" if end == "stuck" else "")
            )
    parts = " + ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    return found(
        9, "every workflow comes to an end", f"{len(evidence.executions)} started = {parts or 'none'}", broken
    )


def _owner(evidence: Evidence, order: Order, alive: set[str]) -> str:
    if order.is_terminal:
        return "finished"
    if evidence.open_cases.get(order.order_id):
        return "with a person"
    if order.order_id in alive:
        return "in a workflow"
    if order.headline == "RECEIVED" and evidence.queues.get("start-order-capture"):
        return "in the capture queue"
    return "nobody" if evidence.is_quiet(order.order_id) else "on their way"


def _end(evidence: Evidence, execution: Execution, newest: Execution) -> str:
    order = evidence.orders_by_id.get(execution.order_id)
    if execution.status == "SUCCEEDED":
        return "compensated" if order and order.headline == "CANCELLED" else "succeeded"
    if execution.status in RUNNING:
        if evidence.open_cases.get(execution.order_id):
            return "parked"
        finished = order is not None and order.is_terminal and evidence.is_quiet(execution.order_id)
        return "stuck" if finished else "running"
    if newest.attempt > execution.attempt:
        return "replaced"
    return "ended after their order" if order and order.is_terminal else "failed"


def _misplaced(evidence: Evidence) -> Iterable[str]:
    work: dict[str, _Places] = defaultdict(Counter)
    for one in evidence.fulfilment_orders:
        work[one.order_id] += _places(one)
    sent: dict[str, _Places] = defaultdict(Counter)
    for event in evidence.shipments:
        for number, _, units, _, _ in event.data["lines"]:
            sent[event.subject][number, "shipped"] += units
    for order in evidence.orders:
        for line in order.lines:
            if not line.adds_up:
                yield f"{order.order_id} line {line.number} does not add up: {line}"
        if evidence.agrees(order.order_id):
            yield from _disagreements(order, work[order.order_id], sent[order.order_id])


def _disagreements(order: Order, work: _Places, sent: _Places) -> Iterable[str]:
    own: _Places = Counter()
    for line in order.lines:
        own[line.number, "allocated"] += line.allocated
        own[line.number, "shipped"] += line.shipped
    if own != work:  # counters compare with absent as zero
        yield f"{order.order_id} and its locations disagree: {dict((own - work) or (work - own))}"
    if Counter({key: units for key, units in own.items() if key[1] == "shipped"}) != sent:
        yield f"{order.order_id} and its parcels disagree about what has shipped"


def _places(one: FulfilmentOrder) -> _Places:
    places: _Places = Counter()
    for work in one.work:
        places[work.number, "allocated"] += work.open
        places[work.number, "shipped"] += work.shipped
    return places
