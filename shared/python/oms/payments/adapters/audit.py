"""Read every payment and journal entry for the audit. A scan: an operator's tool, never on a request's way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from oms.aws.errors import translated
from oms.aws.items import Item, unmarshal
from oms.payments.adapters.rows import JOURNAL, PAYMENT, postings_of
from oms.payments.domain.laws import EntryFigures, PaymentFigures


class Scanner(Protocol):
    """The part of boto3's DynamoDB client that the audit calls."""

    def scan(self, **request: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Books:
    """Figures as stored. Give them to `broken_laws`."""

    payments: list[PaymentFigures] = field(default_factory=list)
    entries: list[EntryFigures] = field(default_factory=list)


def read_books(client: Scanner, table: str) -> Books:
    """Everything in the payments table but its events. Raises Throttled."""
    books = Books()
    for item in _items(client, table):
        if item["sk"] == PAYMENT:
            books.payments.append(payment_figures(item))
        elif item["sk"].startswith(JOURNAL):
            books.entries.append(entry_figures(item))
    return books


def _items(client: Scanner, table: str) -> Iterator[Item]:
    request: dict[str, Any] = {"TableName": table, "ConsistentRead": True}
    while True:
        with translated():
            answer = client.scan(**request)
        yield from map(unmarshal, answer["Items"])
        if not (last := answer.get("LastEvaluatedKey")):
            return
        request["ExclusiveStartKey"] = last


def payment_figures(item: Item) -> PaymentFigures:
    """The figures in a PAYMENT row, unchecked."""
    return PaymentFigures(
        order_id=item["order_id"],
        currency=item["currency"],
        state=item["state"],
        key=item["key"],
        authorized=item["authorized"],
        captured=item["captured"],
        refunded=item["refunded"],
        pending_refund=item["pending_refund"],
        voided=item["voided"],
        in_flight=tuple(sorted(item["in_flight"])),
    )


def entry_figures(item: Item) -> EntryFigures:
    """The figures in a JOURNAL row."""
    return EntryFigures(
        order_id=item["order_id"],
        entry_id=item["entry_id"],
        currency=item["currency"],
        period=item["period"],
        postings=postings_of(item),
    )
