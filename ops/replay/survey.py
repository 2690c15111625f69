"""The first pass over the file: which orders there are, which are cancelled, and what stock they need."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ops.replay.countries import COUNTRIES
from ops.replay.invoices import Invoice, Reject, invoices, line_counts

_Key = tuple[str, object]


@dataclass
class Survey:
    """What the file holds, as far as `limit` orders go.

    An invoice is `cancelled` where the same customer has a later invoice C… that takes back exactly its
    goods. Other C… invoices take back goods that had shipped: returns, which are rejected here.
    """

    path: Path
    limit: int | None
    sizes: Mapping[str, int] = field(default_factory=dict)
    orders: int = 0
    cancelled: set[str] = field(default_factory=set)
    demand: Counter[str] = field(default_factory=Counter)
    """Units per article."""

    def each_order(self, rejects: list[Reject]) -> Iterator[Invoice]:
        """The orders in the order of the file, at most `limit`; what is no order goes to `rejects`."""
        given = 0
        for invoice in invoices(self.path, self.sizes, rejects.append):
            if self.limit is not None and given >= self.limit:
                return
            if reason := unfit(invoice):
                rejects.extend(Reject(one.line, invoice.number, one.code, reason) for one in invoice.goods)
            elif invoice.is_cancellation:
                rejects.extend(self._returned(invoice))
            else:
                given += 1
                yield invoice

    def _returned(self, invoice: Invoice) -> Iterator[Reject]:
        if invoice.number not in self.cancelled:
            for one in invoice.goods:
                yield Reject(one.line, invoice.number, one.code, "return_after_shipment")


def survey(path: Path, limit: int | None) -> Survey:
    """Read the whole file once: a cancellation may come months after its order. Raises OSError."""
    found = Survey(path, limit, line_counts(path))
    placed: dict[_Key, list[str]] = defaultdict(list)
    for invoice in invoices(path, found.sizes, lambda _: None):
        if unfit(invoice):
            continue
        key = (invoice.customer, hash(invoice.signature))  # 64 bits for what would be most of the file
        if invoice.is_cancellation:
            if invoice.customer and placed[key]:
                found.cancelled |= {placed[key].pop(), invoice.number}
            continue
        placed[key].append(invoice.number)
        if limit is None or found.orders < limit:
            found.orders += 1
            found.demand.update({one.code: 0 for one in invoice.goods})
            for one in invoice.goods:
                found.demand[one.code] += one.quantity
    return found


def unfit(invoice: Invoice) -> str:
    """Why nothing of the invoice can become an order; empty where it can."""
    if not invoice.goods:
        return "no_goods"
    return "" if invoice.country in COUNTRIES else "no_country"
