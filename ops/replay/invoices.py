"""Reading the Online Retail data (UCI 352) as invoices, by stated rules; what does not fit is rejected by line.

Columns: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country.

A line is goods when its quantity and price are positive and its code is an article's. POST, DOT and C2
(postage, carriage) with a positive amount become the shipping charge. All else is rejected with a reason:

unreadable           a column is missing or is no number
bad_debt             an invoice A…: bookkeeping, no sale
not_goods            fees, commissions, manual entries, discounts, samples
gift_voucher         a promise of later goods, not goods
negative_quantity    on a sale: goods written off, not sold
no_price             given away, lost or damaged: stock corrections in the shape of a sale
fraction_of_a_penny  a price that pounds and pence cannot pay
"""

import csv
import gzip
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, NamedTuple

SHIPPING: Final = frozenset(("POST", "DOT", "C2"))
NOT_GOODS: Final = frozenset(("M", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK"))
_COLUMNS: Final = 8
_HEADER_LINES: Final = 1


class Goods(NamedTuple):
    """One invoice line of goods. `price` in pence per unit; a cancellation's quantity is negative."""

    line: int
    code: str
    quantity: int
    price: int


class Reject(NamedTuple):
    """A line of the file that is no part of any order. `line` counts from 1, the header included."""

    line: int
    invoice: str
    code: str
    reason: str


@dataclass(slots=True)
class Invoice:
    """The lines of one invoice that fit the rules, in the order of the file. `shipping` in pence."""

    number: str
    customer: str
    country: str
    goods: list[Goods] = field(default_factory=list)
    shipping: int = 0
    lines: int = 0
    """All its lines, the rejected ones too."""

    @property
    def is_cancellation(self) -> bool:
        return self.number.startswith("C")

    @property
    def signature(self) -> frozenset[tuple[tuple[str, int, int], int]]:
        """What was bought, whatever the order of the lines: equal for an invoice and its full cancellation."""
        return frozenset(Counter((one.code, abs(one.quantity), one.price) for one in self.goods).items())


OnReject = Callable[[Reject], None]


def line_counts(path: Path) -> Mapping[str, int]:
    """Lines per invoice: a few invoices do not stand together in the file."""
    with _opened(path) as file:
        rows = csv.reader(file)
        next(rows, None)
        return Counter(row[0] for row in rows if row)


def invoices(path: Path, sizes: Mapping[str, int], on_reject: OnReject) -> Iterator[Invoice]:
    """Each invoice once its last line has been read, in the order of their ends. Holds open ones only."""
    unfinished: dict[str, Invoice] = {}
    with _opened(path) as file:
        rows = csv.reader(file)
        next(rows, None)
        for line, row in enumerate(rows, start=_HEADER_LINES + 1):
            if len(row) != _COLUMNS or not row[0]:
                on_reject(Reject(line, row[0] if row else "", "", "unreadable"))
                continue
            number = row[0]
            invoice = unfinished.setdefault(number, Invoice(number, row[6].removesuffix(".0"), row[7]))
            invoice.lines += 1
            _take(invoice, line, row, on_reject)
            if invoice.lines >= sizes.get(number, 0):
                yield unfinished.pop(number)
    yield from unfinished.values()


def _take(invoice: Invoice, line: int, row: list[str], on_reject: OnReject) -> None:
    code = row[1].strip().upper()
    try:
        quantity, price = int(row[3]), _pence(row[5])
    except ValueError:
        on_reject(Reject(line, invoice.number, code, "unreadable"))
        return
    if reason := _objection(invoice, code, quantity, price):
        on_reject(Reject(line, invoice.number, code, reason))
    elif code in SHIPPING:
        invoice.shipping += quantity * (price or 0)
    else:
        invoice.goods.append(Goods(line, code, quantity, price or 0))


def _objection(invoice: Invoice, code: str, quantity: int, price: int | None) -> str:
    if invoice.number.startswith("A"):
        return "bad_debt"
    if code in NOT_GOODS:
        return "not_goods"
    if code.startswith("GIFT_"):
        return "gift_voucher"
    if quantity == 0 or (quantity < 0) != invoice.is_cancellation:
        return "negative_quantity"
    if price is None:
        return "fraction_of_a_penny"
    return "no_price" if price <= 0 else ""


def _pence(pounds: str) -> int | None:
    """Exact; None for a fraction of a penny. Raises ValueError for anything but a number."""
    whole, _, fraction = pounds.strip().partition(".")
    if fraction[2:].strip("0"):
        float(pounds)
        return None
    pence = int(whole) * 100
    return pence + int(fraction[:2].ljust(2, "0")) * (-1 if whole.startswith("-") else 1)


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")
