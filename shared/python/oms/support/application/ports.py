"""What the support context needs from outside."""

from typing import Protocol

from oms.kernel.errors import Trouble
from oms.kernel.events import Event
from oms.support.domain.exceptions import Case


class Cases(Protocol):
    """The store of exception items. Every method may raise Throttled."""

    def open(self, case: Case, event: Event) -> Case:
        """Store a new item with its event; where it is already stored, answer what is stored.

        Where the stored item is open and `case` carries the token of a later turn, the token is replaced:
        who has read the item before can no longer save it. Raises WriteConflict where the item has the
        token of a later turn: the workflow of this one is dead, or will ask again.
        """

    def load(self, case_id: str) -> Case | None:
        """The item."""

    def of_subject(self, subject: str, *, trouble: Trouble | None = None) -> list[Case]:
        """Every item of one order, oldest first. `trouble`: as with `queue`."""

    def save(self, case: Case, event: Event) -> None:
        """One transition. Raises WriteConflict where another came first."""

    def queue(self, owner: str, state: str, *, limit: int, trouble: Trouble | None = None) -> list[Case]:
        """Items of one work queue, nearest deadline first. Behind the truth by the lag of an index.

        `trouble` is told of an item that cannot be read, and the others are listed; without it, its error is raised.
        """

    def overdue(self, owner: str, *, limit: int, until: str) -> list[str]:
        """Ids of open items whose deadline is before `until`, nearest first; as late as `queue`. No item is read for it."""
