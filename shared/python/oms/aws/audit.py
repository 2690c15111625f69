"""Everything in a table, for those who check the laws. A scan: an operator's tool, never on a request's way."""

from collections.abc import Iterator
from typing import Any, Protocol

from oms.aws.errors import translated
from oms.aws.items import Item, unmarshal


class Scanner(Protocol):
    """The part of boto3's DynamoDB client that an audit calls."""

    def scan(self, **request: Any) -> Any: ...


def everything(client: Scanner, table: str) -> Iterator[Item]:
    """Every item, strongly consistent, in no order. While others write it is no snapshot. Raises Throttled."""
    request: dict[str, Any] = {"TableName": table, "ConsistentRead": True}
    while True:
        with translated():
            answer = client.scan(**request)
        yield from map(unmarshal, answer["Items"])
        if not (last := answer.get("LastEvaluatedKey")):
            return
        request["ExclusiveStartKey"] = last
