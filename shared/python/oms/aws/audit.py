"""Everything in a table, for those who check the laws. A scan: an operator's tool, never on a request's way."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

from oms.aws.errors import translated
from oms.aws.items import Item, TypedItem, Unreadable, readings

T = TypeVar("T")


class Scanner(Protocol):
    """The part of boto3's DynamoDB client that an audit calls."""

    def scan(self, **request: Any) -> Any: ...


def everything(client: Scanner, table: str, read: Callable[[Item], T]) -> Iterator[T | Unreadable]:
    """What `read` makes of every item, strongly consistent, in no order: one that cannot be read spoils no other.

    While others write it is no snapshot. Raises Throttled.
    """
    return readings(_rows(client, table), read)


def _rows(client: Scanner, table: str) -> Iterator[TypedItem]:
    request: dict[str, Any] = {"TableName": table, "ConsistentRead": True}
    while True:
        with translated():
            answer = client.scan(**request)
        yield from answer["Items"]
        if not (last := answer.get("LastEvaluatedKey")):
            return
        request["ExclusiveStartKey"] = last
