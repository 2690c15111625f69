"""What each movement of money means in the books.

Revenue is earned at shipment. Money taken before that is a deposit (contract liability):
it becomes revenue when the goods leave, or goes back to the customer.
"""

from dataclasses import dataclass

from oms.ledger.domain.accounts import (
    CONTRACT_LIABILITY,
    PRODUCT_REVENUE,
    PSP_CLEARING,
    SHIPPING_REVENUE,
    TAX_PAYABLE,
)
from oms.ledger.domain.journal import InvalidEntry, JournalEntry, Posting, credit, debit


@dataclass(frozen=True, slots=True)
class Charge:
    """What a shipment costs the customer, minor units. Raises InvalidEntry.

    `tax` covers product and shipping; `shipping_tax` is the part of it that shipping carries.
    Where `prices_include_tax`, `product` and `shipping` contain their tax.
    """

    product: int
    shipping: int
    tax: int
    shipping_tax: int
    prices_include_tax: bool

    def __post_init__(self) -> None:
        parts = (self.net_product, self.net_shipping, self.shipping_tax, self.tax - self.shipping_tax)
        if min(parts) < 0:
            raise InvalidEntry(f"a part of the charge is less than nothing: {self}")

    @property
    def total(self) -> int:
        """What the customer pays."""
        return self.product + self.shipping + (0 if self.prices_include_tax else self.tax)

    @property
    def net_product(self) -> int:
        return self.product - (self.tax - self.shipping_tax if self.prices_include_tax else 0)

    @property
    def net_shipping(self) -> int:
        return self.shipping - (self.shipping_tax if self.prices_include_tax else 0)


def entry_for_capture_at_shipment(
    charge: Charge, *, order_id: str, shipment_id: str, currency: str, occurred_at: str
) -> JournalEntry:
    """Money taken because goods left: clearing against revenue and tax."""
    return JournalEntry(
        entry_id=capture_entry_id(shipment_id),
        order_id=order_id,
        currency=currency,
        occurred_at=occurred_at,
        kind="capture_at_shipment",
        postings=(debit(PSP_CLEARING, charge.total), *_earned(charge)),
    )


def entry_for_recognition(
    charge: Charge, *, order_id: str, shipment_id: str, currency: str, occurred_at: str
) -> JournalEntry:
    """Goods left that had been paid for: the deposit becomes revenue and tax. No money moves."""
    return JournalEntry(
        entry_id=recognition_entry_id(shipment_id),
        order_id=order_id,
        currency=currency,
        occurred_at=occurred_at,
        kind="recognition",
        postings=(debit(CONTRACT_LIABILITY, charge.total), *_earned(charge)),
    )


def entry_for_prepayment(
    amount: int, *, order_id: str, number: int, currency: str, occurred_at: str
) -> JournalEntry:
    """Money taken with the order, `number` counting the attempts: a deposit we owe."""
    return JournalEntry(
        entry_id=f"prepayment-{order_id}-{number}",
        order_id=order_id,
        currency=currency,
        occurred_at=occurred_at,
        kind="prepayment",
        postings=(debit(PSP_CLEARING, amount), credit(CONTRACT_LIABILITY, amount)),
    )


def entry_for_refund_of_prepayment(
    amount: int, *, order_id: str, number: int, currency: str, occurred_at: str
) -> JournalEntry:
    """A deposit, or a part of it, given back: the opposite postings of the prepayment.

    `number` tells an order's refunds apart.
    """
    return JournalEntry(
        entry_id=f"refund-{order_id}-{number}",
        order_id=order_id,
        currency=currency,
        occurred_at=occurred_at,
        kind="refund_of_prepayment",
        postings=(debit(CONTRACT_LIABILITY, amount), credit(PSP_CLEARING, amount)),
    )


def capture_entry_id(shipment_id: str) -> str:
    """The natural key of a shipment's capture."""
    return f"capture-{shipment_id}"


def recognition_entry_id(shipment_id: str) -> str:
    """The natural key of a prepaid shipment's recognition."""
    return f"recognition-{shipment_id}"


def _earned(charge: Charge) -> tuple[Posting, ...]:
    parts = (
        (PRODUCT_REVENUE, charge.net_product),
        (SHIPPING_REVENUE, charge.net_shipping),
        (TAX_PAYABLE, charge.tax),
    )
    return tuple(credit(account, minor) for account, minor in parts if minor)
