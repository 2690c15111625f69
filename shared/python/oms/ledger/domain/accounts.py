"""The chart of accounts, as data.

Numbers follow the usual ranges: 1xxx assets, 2xxx liabilities, 4xxx revenue. An account is
named by its `code` in postings; the number is what the general ledger imports.
"""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Which column of the account a posting stands in."""

    DEBIT = "debit"
    CREDIT = "credit"

    @property
    def other(self) -> "Side":
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


class AccountType(StrEnum):
    """Where the account appears in the statements."""

    ASSET = "asset"
    LIABILITY = "liability"
    REVENUE = "revenue"
    CONTRA_REVENUE = "contra_revenue"


@dataclass(frozen=True, slots=True)
class Account:
    """One GL account. `normal` is the side on which its balance grows."""

    code: str
    number: int
    title: str
    type: AccountType
    normal: Side


PSP_CLEARING = "psp_clearing"
CONTRACT_LIABILITY = "contract_liability"
TAX_PAYABLE = "tax_payable"
PRODUCT_REVENUE = "product_revenue"
SHIPPING_REVENUE = "shipping_revenue"
REFUNDS = "refunds"

CHART: tuple[Account, ...] = (
    Account(PSP_CLEARING, 1150, "Payment gateway clearing", AccountType.ASSET, Side.DEBIT),
    Account(CONTRACT_LIABILITY, 2100, "Customer deposits", AccountType.LIABILITY, Side.CREDIT),
    Account(TAX_PAYABLE, 2200, "Sales tax and VAT payable", AccountType.LIABILITY, Side.CREDIT),
    Account(PRODUCT_REVENUE, 4000, "Product revenue", AccountType.REVENUE, Side.CREDIT),
    Account(SHIPPING_REVENUE, 4100, "Shipping revenue", AccountType.REVENUE, Side.CREDIT),
    Account(REFUNDS, 4900, "Refunds to customers", AccountType.CONTRA_REVENUE, Side.DEBIT),
)

ACCOUNTS: dict[str, Account] = {account.code: account for account in CHART}
