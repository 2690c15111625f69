"""Exception items on DynamoDB. Access patterns:

an item                pk=CASE#<subject>  sk=CASE#<key>
its audit trail        pk=CASE#<subject>  sk begins with EVENT#
a work queue           index by_queue  queue_key=<owner>#<state>  queue_at=<deadline>#<case id>
"""

from dataclasses import dataclass, fields, replace

from oms.aws.items import Item, readable, typed_as
from oms.aws.outbox import event_row
from oms.aws.table import Table
from oms.aws.writes import Put, Update
from oms.kernel.errors import BrokenInvariant, Trouble, WriteConflict
from oms.kernel.events import Event
from oms.support.domain.exceptions import KINDS, Case, State

_FIELDS = {field.name: int if field.name == "version" else str for field in fields(Case)}


@dataclass(frozen=True, slots=True)
class DynamoCases:
    """Implements `Cases`."""

    table: Table

    def open(self, case: Case, event: Event) -> Case:
        item = _item(case)
        row = event_row(self.table.name, event, pk=item["pk"])
        refused = self.table.transact([Put(self.table.name, item), row])
        if refused is None:
            return case
        stored = self.load(case.case_id)
        if stored is None:
            raise BrokenInvariant(f"{case.case_id} has an event but no item")
        return self._with_newer_token(stored, case)

    def load(self, case_id: str) -> Case | None:
        item = self.table.get(*_key(case_id))
        return case_of(item) if item else None

    def of_subject(self, subject: str, *, trouble: Trouble | None = None) -> list[Case]:
        cases = self.table.read_collection(f"CASE#{subject}", "CASE#", case_of)
        return sorted(readable(cases, trouble), key=lambda case: case.opened_at)

    def save(self, case: Case, event: Event) -> None:
        item = _item(case)
        # A newer token comes without a version of its own. Who has not read it must not put the dead one back.
        condition, names = "version = :before AND #token = :token", {"#token": "token"}
        read = {":before": case.version - 1, ":token": case.token}
        writes = [
            Put(self.table.name, item, condition, names, read),
            event_row(self.table.name, event, pk=item["pk"]),
        ]
        if self.table.transact(writes):
            raise WriteConflict(f"{case.case_id} has moved past version {case.version - 1}")

    def queue(self, owner: str, state: str, *, limit: int, trouble: Trouble | None = None) -> list[Case]:
        page = self.table.index_page("by_queue", "queue_key", f"{owner}#{state}", limit=limit)
        items = self.table.read_many([(item["pk"], item["sk"]) for item in page.items], case_of)
        return sorted(readable(items, trouble), key=lambda case: (case.deadline, case.case_id))

    def overdue(self, owner: str, *, limit: int, until: str) -> list[str]:
        queue, before = f"{owner}#{State.OPEN.value}", ("queue_at", until)
        page = self.table.index_page("by_queue", "queue_key", queue, limit=limit, until=before)
        return [_id(item["pk"], item["sk"]) for item in page.items]

    def _with_newer_token(self, stored: Case, case: Case) -> Case:
        if not case.token or case.token == stored.token or not stored.is_open:
            return stored
        pk, sk = _key(stored.case_id)
        update = Update(
            self.table.name,
            {"pk": pk, "sk": sk},
            "SET #token = :token, #turn = :turn",
            condition="version = :version AND #turn <= :turn",
            names={"#token": "token", "#turn": "turn"},
            values={":token": case.token, ":turn": case.turn, ":version": stored.version},
        )
        if self.table.write(update):
            raise WriteConflict(f"{stored.case_id} was changed meanwhile, or a later wait has begun")
        return replace(stored, token=case.token, turn=case.turn)


def _key(case_id: str) -> tuple[str, str]:
    subject, _, key = case_id.rpartition(".")
    return f"CASE#{subject}", f"CASE#{key}"


def _id(pk: str, sk: str) -> str:
    return f"{pk.removeprefix('CASE#')}.{sk.removeprefix('CASE#')}"


def _item(case: Case) -> Item:
    pk, sk = _key(case.case_id)
    item = {"pk": pk, "sk": sk, **{name: getattr(case, name) for name in _FIELDS}, "state": case.state.value}
    if case.is_open:
        item["queue_key"] = f"{case.owner}#{case.state.value}"
        item["queue_at"] = f"{case.deadline}#{case.case_id}"
    return item


def case_of(item: Item) -> Case:
    """The item in its row. Raises KeyError, TypeError or ValueError for a row that holds none."""
    case = Case(**{**typed_as(item, _FIELDS), "state": State(item["state"])})
    if case.kind not in KINDS:
        raise ValueError(f"{case.case_id} is of no known kind")
    return case
