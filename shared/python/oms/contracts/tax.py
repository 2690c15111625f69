"""What a tax engine is asked and what it answers. Integer minor units throughout."""

from dataclasses import dataclass

from oms.contracts.snapshots import Address


@dataclass(frozen=True, slots=True)
class TaxableLine:
    """`number` identifies the line within the document; `amount` is the line total."""

    number: int
    sku: str
    quantity: int
    amount: int
    tax_code: str = ""
    tax: int | None = None
    """Set when the document records tax that has already been charged."""


@dataclass(frozen=True, slots=True)
class TaxDocument:
    """A sale or a part of one. `code` is its natural key: letters, digits and hyphens only."""

    code: str
    currency: str
    date: str
    """Calendar day, YYYY-MM-DD, that decides the rates."""
    ship_from: Address
    ship_to: Address
    lines: tuple[TaxableLine, ...]
    shipping: int
    prices_include_tax: bool
    customer_code: str
    shipping_tax: int | None = None


@dataclass(frozen=True, slots=True)
class TaxQuote:
    """Tax per line number and for shipping. `estimated` when the engine could not be asked."""

    lines: dict[int, int]
    shipping: int
    estimated: bool = False

    @property
    def total(self) -> int:
        return sum(self.lines.values()) + self.shipping


@dataclass(frozen=True, slots=True)
class TaxCommitted:
    """The engine's record of a shipped sale."""

    code: str
    total: int
