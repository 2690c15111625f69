"""Journal entries. One cannot exist unbalanced, and none is ever changed: errors are reversed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from oms.kernel.errors import BrokenInvariant
from oms.kernel.money import MINOR_DIGITS
from oms.ledger.domain.accounts import ACCOUNTS, Side


class InvalidEntry(BrokenInvariant):
    """The postings do not make a journal entry: unbalanced, empty, or to an unknown account."""

    code = "invalid_journal_entry"


@dataclass(frozen=True, slots=True)
class Posting:
    """`minor` units (always more than zero) on one side of one account. Raises InvalidEntry."""

    account: str
    side: Side
    minor: int

    def __post_init__(self) -> None:
        if self.account not in ACCOUNTS:
            raise InvalidEntry(f"no account is called {self.account}")
        if self.minor <= 0:
            raise InvalidEntry(
                f"{self.minor} on {self.account}: a posting is positive, its side says which way"
            )

    @property
    def signed(self) -> int:
        """Debits count up, credits count down."""
        return self.minor if self.side is Side.DEBIT else -self.minor


def debit(account: str, minor: int) -> Posting:
    """A posting on the debit side."""
    return Posting(account, Side.DEBIT, minor)


def credit(account: str, minor: int) -> Posting:
    """A posting on the credit side."""
    return Posting(account, Side.CREDIT, minor)


def imbalance(postings: Iterable[Posting]) -> int:
    """Σ debits − Σ credits in minor units; law 3 says it is zero for every entry and currency."""
    return sum(posting.signed for posting in postings)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What one business event did to the books, in one currency. Raises InvalidEntry.

    `entry_id` is derived from that event, so a repeat has the same id and is refused by the store.
    """

    entry_id: str
    order_id: str
    currency: str
    occurred_at: str
    """As `kernel.clock.stamp` writes it, UTC."""
    kind: str
    postings: tuple[Posting, ...]
    reverses: str = ""
    """The id of the entry that this one takes back."""

    def __post_init__(self) -> None:
        if self.currency not in MINOR_DIGITS:
            raise InvalidEntry(f"{self.entry_id}: {self.currency} is not an active ISO 4217 currency")
        if not self.postings or imbalance(self.postings) != 0:
            raise InvalidEntry(f"{self.entry_id}: debits and credits differ by {imbalance(self.postings)}")

    @property
    def period(self) -> str:
        """The accounting period, YYYY-MM in UTC."""
        return self.occurred_at[:7]


def reversal(entry: JournalEntry, *, occurred_at: str) -> JournalEntry:
    """The entry that takes `entry` back, posted in the period of `occurred_at`."""
    return JournalEntry(
        entry_id=f"reversal-{entry.entry_id}",
        order_id=entry.order_id,
        currency=entry.currency,
        occurred_at=occurred_at,
        kind="reversal",
        postings=tuple(Posting(p.account, p.side.other, p.minor) for p in entry.postings),
        reverses=entry.entry_id,
    )


def trial_balance(entries: Iterable[JournalEntry]) -> dict[tuple[str, str], int]:
    """(currency, account) → balance in minor units, debits positive. Each currency adds up to zero."""
    balances: dict[tuple[str, str], int] = defaultdict(int)
    for entry in entries:
        for posting in entry.postings:
            balances[entry.currency, posting.account] += posting.signed
    return dict(balances)
