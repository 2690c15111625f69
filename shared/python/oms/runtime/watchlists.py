"""The lists in which the watchdog finds its candidates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from oms.kernel.clock import stamp
from oms.kernel.errors import Trouble
from oms.orders.application.ports import OrderListings, Position
from oms.orders.domain.order import Order
from oms.runtime.starting import Attempt, Executions
from oms.runtime.walking import Listing, Page

PATIENCE = timedelta(minutes=2)
"""How long a fresh order may stand without a workflow before it counts as lost."""


@dataclass(frozen=True, slots=True)
class Lists:
    """As they are at `now`. `trouble` is told of a row that cannot be read."""

    channels: Sequence[str]
    listings: OrderListings
    workflows: Executions
    now: datetime
    trouble: Trouble

    def orders(self, statuses: Iterable[str], size: int) -> list[Listing[Order]]:
        """Orders that are old enough to count as lost, oldest first: a list per channel and status, in pages of `size`."""
        return [
            Listing(f"{channel}#{status}", size, partial(self._page_of_orders, channel, status, size))
            for channel in self.channels
            for status in statuses
        ]

    def executions(self, statuses: Iterable[str], size: int) -> list[Listing[Attempt]]:
        """Workflows, newest first: a list per status, in pages of `size`."""
        return [Listing(status, size, partial(self._page_of_executions, status, size)) for status in statuses]

    def _page_of_orders(self, channel: str, status: str, size: int, after: str | None) -> Page[Order]:
        until = stamp(self.now - PATIENCE)
        if after and after > until:
            return Page([], None)  # another's clock is ahead, and an index refuses to go on beyond `until`
        at, _, order_id = (after or "").partition("#")
        listed = partial(self.listings.by_status, limit=size, until=until, trouble=self.trouble)
        found, behind = listed(channel, status, after=Position(channel, at, order_id) if after else None)
        entries = [(order, f"{order.placed_at}#{order.order_id}") for order in found]
        return Page(entries, f"{behind.at}#{behind.item_id}" if behind else None)

    def _page_of_executions(self, status: str, size: int, after: str | None) -> Page[Attempt]:
        found, behind = self.workflows.listed(status, limit=size, after=after)
        return Page([(attempt, None) for attempt in found], behind)
