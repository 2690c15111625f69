"""Reading the evidence from a running system. Scans whole tables: an operator's tool, never a function's."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import httpx
from oms.aws.audit import everything
from oms.aws.items import Item, readable
from oms.aws.outbox import PREFIX as EVENT
from oms.aws.outbox import event_of
from oms.inventory.adapters.rows import LEVEL, LOCATIONS, RESERVATION, level_of, reservation_of
from oms.kernel.clock import stamp
from oms.orders.adapters.rows import fulfilment_of, order_of
from oms.payments.adapters.rows import JOURNAL, PAYMENT, entry_figures, payment_figures
from oms.support.adapters.dynamo import case_of

from ops.stack import Stack
from ops.verify.evidence import Evidence, Execution, MoneyEffect, TaxRecord
from ops.verify.outbox_laws import DATA_READ

_WORKFLOW: Final = "order-capture"
_DEPTH: Final = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
_SANDBOX_SECONDS: Final = 60


def read(stack: Stack, *, grace: timedelta) -> Evidence:
    """Everything there is, as of now. Raises Throttled; httpx.HTTPError where the sandbox does not answer."""
    evidence = Evidence(taken_at=datetime.now(UTC), grace=grace)
    # What follows from an event is read after it: consumers' marks and partners' records come last.
    for context in ("orders", "support", "inventory", "payments", "partners"):
        rows = everything(stack.aws("dynamodb"), stack.outputs.tables[context], partial(read_row, context))
        for keep in readable(rows, partial(_cannot_read, evidence, context)):
            if keep:
                keep(evidence)
    evidence.executions = list(_executions(stack))
    evidence.queues = _queues(stack)
    if stack.sandbox_url:
        _ask_partners(evidence, stack.sandbox_url)
    return evidence


def _cannot_read(evidence: Evidence, context: str, name: str, error: Exception) -> None:
    evidence.unreadable[f"{context}/{name}"] = type(error).__name__


Keep = Callable[[Evidence], None]
"""Puts what a row says where it belongs."""


def read_row(context: str, item: Item) -> Keep | None:
    """One item, read. None for rows that no law reads (tokens, request keys)."""
    sk = str(item["sk"])
    if sk.startswith(EVENT):
        event = event_of(item)
        told = event if event.type in DATA_READ else replace(event, data={})
        return lambda evidence: evidence.events.append(told)
    if sk.startswith("RECEIPT#"):
        published = set(item["event_ids"])
        return lambda evidence: evidence.published.update(published)
    if sk.startswith("PARKED#"):
        parked = dict.fromkeys(item["event_ids"], str(item["code"]))
        return lambda evidence: evidence.parked.update(parked)
    return _ROWS[context](item)


def _order_row(item: Item) -> Keep | None:
    if item["sk"] == "ORDER":
        order = order_of(item)
        return lambda evidence: evidence.orders.append(order)
    if item["sk"].startswith("FULFILMENT#"):
        fulfilment_order = fulfilment_of(item)
        return lambda evidence: evidence.fulfilment_orders.append(fulfilment_order)
    return None


def _inventory_row(item: Item) -> Keep | None:
    if item["sk"].startswith(LEVEL) and item["pk"] != LOCATIONS:
        level = level_of(item)
        return lambda evidence: evidence.levels.append(level)
    if item["sk"].startswith(RESERVATION):
        reservation = reservation_of(item)
        return lambda evidence: evidence.reservations.append(reservation)
    return None


def _payment_row(item: Item) -> Keep | None:
    if item["sk"] == PAYMENT:
        payment = payment_figures(item)
        return lambda evidence: evidence.payments.append(payment)
    if item["sk"].startswith(JOURNAL):
        entry = entry_figures(item)
        return lambda evidence: evidence.entries.append(entry)
    return None


def _support_row(item: Item) -> Keep | None:
    if not item["sk"].startswith("CASE#"):
        return None
    case = case_of(item)
    return lambda evidence: evidence.cases.append(case)


def _partner_row(item: Item) -> Keep | None:
    kind, _, rest = str(item["pk"]).partition("#")
    consumer, _, event_id = rest.partition("#")
    return (lambda evidence: evidence.inbox.add((consumer, event_id))) if kind == "INBOX" else None


_ROWS: Final[Mapping[str, Callable[[Item], Keep | None]]] = {
    "orders": _order_row,
    "inventory": _inventory_row,
    "payments": _payment_row,
    "support": _support_row,
    "partners": _partner_row,
}


def _executions(stack: Stack) -> Iterator[Execution]:
    arn = stack.outputs.workflows[_WORKFLOW]
    for page in stack.aws("stepfunctions").get_paginator("list_executions").paginate(stateMachineArn=arn):
        for one in page["executions"]:
            yield Execution(one["name"], one["status"], stamp(one["startDate"]))


def _queues(stack: Stack) -> dict[str, int]:
    sqs = stack.aws("sqs")

    def depth(url: str) -> int:
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_DEPTH))
        return sum(int(answer["Attributes"][name]) for name in _DEPTH)

    return {name: depth(url) for name, url in stack.outputs.queues.items()}


def _ask_partners(evidence: Evidence, sandbox_url: str) -> None:
    answer = httpx.get(f"{sandbox_url}/_sandbox/effects", timeout=_SANDBOX_SECONDS).raise_for_status().json()
    evidence.money_effects = [
        MoneyEffect(row["kind"], row["effect_key"], row["order_id"], row["amount"], row["currency"])
        for row in answer["stripe"]
    ]
    evidence.tax_records = [
        TaxRecord(row["code"], row["status"] == "Committed", row["tax"], row["currency"], row["commits"])
        for row in answer["avalara"]
    ]
