"""Writes: one by itself, or up to a hundred that happen together or not at all."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from tests.simulation.aws.grammar import Names, Values
from tests.simulation.aws.indexes import Key
from tests.simulation.aws.refusals import Refusal, Unsupported
from tests.simulation.aws.rows import Row
from tests.simulation.aws.statements import Statement, statement
from tests.simulation.aws.tables import SimTable

Tables = Mapping[str, SimTable]
Reason = dict[str, Any]

MOST_WRITES: Final = 100
MOST_BYTES: Final = 4 * 1024 * 1024
_NOT_FOUND: Final = "Requested resource not found"
_REFUSED: Final = "The conditional request failed"
_COMMON: Final = {
    "TableName",
    "ConditionExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ReturnValuesOnConditionCheckFailure",
}
PARAMETERS: Final[Mapping[str, frozenset[str]]] = {
    "Put": frozenset({*_COMMON, "Item"}),
    "Update": frozenset({*_COMMON, "Key", "UpdateExpression"}),
    "Delete": frozenset({*_COMMON, "Key"}),
    "ConditionCheck": frozenset({*_COMMON, "Key"}),
}
"""What each kind of write may be told here."""


class Write(NamedTuple):
    """A write that was read and found sound, and what it meets. `put`: the row to put, for Put."""

    verb: str
    table: SimTable
    key: Key
    met: Row | None
    statement: Statement
    names: Names
    values: Values
    put: Row | None
    tells: bool
    """Whether its refusal shows what it met."""

    def holds(self) -> bool:
        """Whether its condition does."""
        condition = self.statement.condition
        return condition is None or condition(self.met.item if self.met else {}, self.names, self.values)

    def shown(self) -> dict[str, Any]:
        """What its refusal shows of what it met."""
        return {"Item": self.met.item.copy()} if self.tells and self.met else {}

    def row(self) -> Row | None:
        """What will be there. Raises Refusal where an update does not fit what it meets."""
        update = self.statement.update
        if update is None:
            return self.put
        before = self.met.item if self.met else self.table.named(self.key)
        after = update.applied(before, self.names, self.values)
        return self.table.row(after, "Item size to update has exceeded the maximum allowed size")


def read(tables: Tables, verb: str, body: Mapping[str, Any]) -> Write:
    """Read one write. Raises Refusal for what is wrong with it whatever it meets."""
    table = table_of(tables, body["TableName"])
    compiled = statement(body.get("ConditionExpression"), body.get("UpdateExpression"))
    names, values = compiled.bound(
        body.get("ExpressionAttributeNames"), body.get("ExpressionAttributeValues")
    )
    put = None
    if verb == "Put":
        put = table.row(body["Item"].copy())
        key = table.key_of(put.item)
    else:
        key = table.key(body["Key"])
    if compiled.update is not None:
        _spare_keys(table, compiled.update.targets(names))
    elif verb == "Update":
        raise Unsupported("an update without an expression")
    tells = body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    return Write(verb, table, key, table.find(key), compiled, names, values, put, tells)


def alone(verb: str, tables: Tables, request: Mapping[str, Any]) -> dict[str, Any]:
    """One write by itself. Raises Refusal."""
    one = read(tables, verb, request)
    if not one.holds():
        raise Refusal(_REFUSED, "ConditionalCheckFailedException", {"message": _REFUSED, **one.shown()})
    one.table.commit(one.key, one.row())
    return {}


def transact(tables: Tables, request: Mapping[str, Any]) -> dict[str, Any]:
    """All of the writes or none. Raises Refusal, with a reason for each write where a condition did not hold."""
    requests: Sequence[Mapping[str, Any]] = request["TransactItems"]
    if not 0 < len(requests) <= MOST_WRITES:
        raise Refusal(f"Member must have length between 1 and {MOST_WRITES}")
    writes = [read(tables, *_only(request)) for request in requests]
    if len({(one.table.name, one.key) for one in writes}) < len(writes):
        raise Refusal("Transaction request cannot include multiple operations on one item")
    if sum(one.put.size for one in writes if one.put) > MOST_BYTES:
        raise Refusal("Transaction request exceeds the 4MB transaction size limit")
    outcomes = [_outcome(one) for one in writes]
    reasons = [reason for reason, _ in outcomes]
    if any(reason["Code"] != "None" for reason in reasons):
        raise _cancelled(reasons)
    for one, (_, row) in zip(writes, outcomes, strict=True):
        if one.verb != "ConditionCheck":
            one.table.commit(one.key, row)
    return {}


def table_of(tables: Tables, name: str) -> SimTable:
    """The table of this name. Raises Refusal where there is none."""
    table = tables.get(name)
    if table is None:
        raise Refusal(_NOT_FOUND, "ResourceNotFoundException", {"message": _NOT_FOUND})
    return table


def _only(request: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    ((verb, body),) = request.items()
    if not body.keys() <= PARAMETERS[verb]:
        raise Unsupported(f"{verb} with {sorted(body.keys() - PARAMETERS[verb])}")
    return verb, body


def _outcome(one: Write) -> tuple[Reason, Row | None]:
    if not one.holds():
        return {"Code": "ConditionalCheckFailed", "Message": _REFUSED, **one.shown()}, None
    try:
        return {"Code": "None"}, one.row()
    except Refusal as refusal:
        return {"Code": "ValidationError", "Message": refusal.message}, None


def _cancelled(reasons: list[Reason]) -> Refusal:
    codes = ", ".join(reason["Code"] for reason in reasons)
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    return Refusal(
        message, "TransactionCanceledException", {"Message": message, "CancellationReasons": reasons}
    )


def _spare_keys(table: SimTable, targets: list[str]) -> None:
    for name in table.keys:
        if name in targets:
            raise Refusal(
                f"One or more parameter values were invalid: Cannot update attribute {name}. "
                "This attribute is part of the key"
            )
