"""DynamoDB in memory, with the surface of boto3's low-level client as far as Holdfast uses it.

It is always right, and late only where DynamoDB is: in its indexes. Faults are put around it. It has no
clock and no chance of its own: the same calls in the same order get the same answers. Requests, answers,
stream and tables share their typed values, so nobody may change one in place.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from tests.simulation.aws import reads, writes
from tests.simulation.aws.refusals import Refusal, Unsupported
from tests.simulation.aws.streams import Record
from tests.simulation.aws.tables import Clock, SimTable, described
from tests.simulation.aws.values import Item

Answer = dict[str, Any]
_Act = Callable[[Mapping[str, SimTable], Mapping[str, Any]], Answer]

_TABLE: Final = {
    "TableName",
    "KeySchema",
    "AttributeDefinitions",
    "GlobalSecondaryIndexes",
    "BillingMode",
    "StreamSpecification",
}
_QUERY: Final = {
    "TableName",
    "IndexName",
    "KeyConditionExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ConsistentRead",
    "Limit",
    "ScanIndexForward",
    "ExclusiveStartKey",
}
_OPERATIONS: Final[Mapping[str, tuple[_Act, frozenset[str]]]] = {
    "GetItem": (reads.get, frozenset({"TableName", "Key", "ConsistentRead"})),
    "BatchGetItem": (reads.batch_get, frozenset({"RequestItems"})),
    "Query": (reads.query, frozenset(_QUERY)),
    "Scan": (reads.scan, frozenset({"TableName", "ConsistentRead", "ExclusiveStartKey"})),
    "PutItem": (partial(writes.alone, "Put"), writes.PARAMETERS["Put"]),
    "UpdateItem": (partial(writes.alone, "Update"), writes.PARAMETERS["Update"]),
    "DeleteItem": (partial(writes.alone, "Delete"), writes.PARAMETERS["Delete"]),
    "TransactWriteItems": (writes.transact, frozenset({"TransactItems"})),
}
"""What each operation does, and what it may be told here."""


class SimDynamo:
    """Every operation takes and gives what boto3's does, and raises ClientError where the service refuses.

    `now` tells the simulated time in seconds; `lag` in how many seconds the next change of an index is seen.
    It is asked once for each index that a write changes. What the simulation does not know is Unsupported.
    """

    def __init__(
        self, *, now: Callable[[], float] = lambda: 0.0, lag: Callable[[], float] = lambda: 0.0
    ) -> None:
        self._clock = Clock(now, lag)
        self._tables: dict[str, SimTable] = {}

    def create_table(self, **request: Any) -> Answer:
        if not request.keys() <= _TABLE:
            raise Unsupported(f"CreateTable with {sorted(request.keys() - _TABLE)}")
        table = described(request, self._clock)
        self._tables[table.name] = table
        return {}

    def get_item(self, **request: Any) -> Answer:
        return self._answer("GetItem", request)

    def batch_get_item(self, **request: Any) -> Answer:
        return self._answer("BatchGetItem", request)

    def query(self, **request: Any) -> Answer:
        return self._answer("Query", request)

    def scan(self, **request: Any) -> Answer:
        return self._answer("Scan", request)

    def put_item(self, **request: Any) -> Answer:
        return self._answer("PutItem", request)

    def update_item(self, **request: Any) -> Answer:
        return self._answer("UpdateItem", request)

    def delete_item(self, **request: Any) -> Answer:
        return self._answer("DeleteItem", request)

    def transact_write_items(self, **request: Any) -> Answer:
        return self._answer("TransactWriteItems", request)

    def items(self, table: str, prefix: str = "") -> Iterator[Item]:
        """Everything in a table whose partition begins with `prefix`, in the order of the keys."""
        return (row.item for row in self._tables[table].rows(prefix=prefix))

    def stream(self, table: str) -> list[Record]:
        """Every change of a table since it was made, in the order of the commits; it grows with each. Do not change it."""
        stream = self._tables[table].stream
        if stream is None:
            raise Unsupported(f"{table} has no stream")
        return stream.records

    def _answer(self, operation: str, request: Mapping[str, Any]) -> Answer:
        act, parameters = _OPERATIONS[operation]
        if not request.keys() <= parameters:
            raise Unsupported(f"{operation} with {sorted(request.keys() - parameters)}")
        try:
            return act(self._tables, request)
        except Refusal as refusal:
            raise refusal.error(operation) from None
