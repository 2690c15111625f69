"""The store of exception items in memory. tests/contract/support holds it to DynamoCases."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from oms.aws.items import Unreadable, readable
from oms.kernel.errors import Trouble, WriteConflict
from oms.kernel.events import Event
from oms.support.domain.exceptions import Case, State


@dataclass
class FakeCases:
    """`Cases`."""

    cases: dict[str, Case] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)
    """Items that stand in every queue and cannot be read."""
    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    """What others do just before each of the next writes."""

    def open(self, case: Case, event: Event) -> Case:
        self._overtaken()
        stored = self.cases.get(case.case_id)
        if stored is None:
            self.events[event.event_id] = event
            stored = case
        elif case.token and stored.is_open:
            if stored.turn > case.turn:
                raise WriteConflict(case.case_id)
            stored = replace(stored, token=case.token, turn=case.turn)
        self.cases[case.case_id] = stored
        return stored

    def load(self, case_id: str) -> Case | None:
        return self.cases.get(case_id)

    def of_subject(self, subject: str, *, trouble: Trouble | None = None) -> list[Case]:
        readable([one for one in self.unreadable if one.pk == f"CASE#{subject}"], trouble)
        own = [case for case in self.cases.values() if case.subject == subject]
        return sorted(own, key=lambda case: case.opened_at)

    def save(self, case: Case, event: Event) -> None:
        self._overtaken()
        before = self.cases.get(case.case_id)
        if before is None or (before.version, before.token) != (case.version - 1, case.token):
            raise WriteConflict(case.case_id)
        self.cases[case.case_id] = case
        self.events[event.event_id] = event

    def queue(self, owner: str, state: str, *, limit: int, trouble: Trouble | None = None) -> list[Case]:
        readable(self.unreadable, trouble)
        waiting = [case for case in self.cases.values() if case.is_open]
        listed = [case for case in waiting if (case.owner, case.state.value) == (owner, state)]
        return sorted(listed, key=lambda case: (case.deadline, case.case_id))[:limit]

    def overdue(self, owner: str, *, limit: int, until: str) -> list[str]:
        listed = self.queue(owner, State.OPEN.value, limit=len(self.cases))
        return [case.case_id for case in listed if case.deadline < until][:limit]

    def recorded(self, subject: str) -> list[Event]:
        """The subject's events, oldest first."""
        own = [event for event in self.events.values() if event.subject == subject]
        return sorted(own, key=lambda event: (event.occurred_at, event.event_id))

    def _overtaken(self) -> None:
        if self.meanwhile:
            self.meanwhile.pop(0)()
