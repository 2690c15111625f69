"""One DynamoDB table as the adapters use it: read by key, query one collection, write conditionally."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from botocore.exceptions import ClientError

from oms.aws.errors import Refused, refusal, translated
from oms.aws.items import Item, TypedItem, Unreadable, marshal, readings, typed, unmarshal
from oms.aws.writes import Put, Update, Write
from oms.kernel.errors import Throttled

T = TypeVar("T")
_BATCH_GET_LIMIT = 100
_BATCH_GET_ROUNDS = 5


class Dynamo(Protocol):
    """The part of boto3's DynamoDB client that Holdfast calls."""

    def get_item(self, **request: Any) -> Any: ...
    def query(self, **request: Any) -> Any: ...
    def batch_get_item(self, **request: Any) -> Any: ...
    def put_item(self, **request: Any) -> Any: ...
    def update_item(self, **request: Any) -> Any: ...
    def transact_write_items(self, **request: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Page:
    """Items of one query and the key to continue after (None at the end)."""

    items: list[Item]
    next_key: Item | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table and the client to reach it. Every method raises Throttled or WriteConflict, and nothing else."""

    client: Dynamo
    name: str

    def get(self, pk: str, sk: str, *, consistent: bool = True) -> Item | None:
        """The item, strongly consistent unless told otherwise; None where there is none."""
        with translated():
            key = marshal({"pk": pk, "sk": sk})
            answer = self.client.get_item(TableName=self.name, Key=key, ConsistentRead=consistent)
        return unmarshal(answer["Item"]) if "Item" in answer else None

    def collection(self, pk: str, prefix: str = "", *, consistent: bool = True) -> list[Item]:
        """Every item under `pk` whose sort key starts with `prefix`, in sort-key order."""
        return [unmarshal(row) for row in self._collection(pk, prefix, consistent)]

    def read_collection(self, pk: str, prefix: str, read: Callable[[Item], T]) -> Iterable[T | Unreadable]:
        """What `read` makes of each item of `collection`, strongly consistent: one that cannot be read spoils no other."""
        return readings(self._collection(pk, prefix, consistent=True), read)

    def onward(self, pk: str, start: str) -> list[Item]:
        """Every item under `pk` whose sort key is `start` or comes after it, in sort-key order."""
        rows = self._query_all("pk = :pk AND sk >= :start", {":pk": pk, ":start": start}, ConsistentRead=True)
        return [unmarshal(row) for row in rows]

    def first(self, pk: str, prefix: str) -> Item | None:
        """The lowest item under `pk` whose sort key starts with `prefix`."""
        condition, values = "pk = :pk AND begins_with(sk, :prefix)", {":pk": pk, ":prefix": prefix}
        rows, _ = self._query(condition, values, Limit=1, ConsistentRead=True)
        return unmarshal(rows[0]) if rows else None

    def index_page(
        self,
        index: str,
        hash_name: str,
        hash_value: str,
        *,
        limit: int,
        after: Item | None = None,
        backwards: bool = False,
        since: tuple[str, str] | None = None,
        until: tuple[str, str] | None = None,
    ) -> Page:
        """One page of a secondary index. An index is late: find candidates here, decide on the item.

        `since` = (range attribute, lowest value) or `until` = (range attribute, highest) bounds the search.
        """
        condition, names, values = "#h = :h", {"#h": hash_name}, {":h": hash_value}
        if bound := since or until:
            names["#r"], values[":r"] = bound
            condition = f"#h = :h AND #r {'>=' if since else '<='} :r"
        more: dict[str, Any] = {"ExclusiveStartKey": marshal(after)} if after else {}
        rows, last = self._query(
            condition,
            values,
            IndexName=index,
            ExpressionAttributeNames=names,
            Limit=limit,
            ScanIndexForward=not backwards,
            **more,
        )
        return Page([unmarshal(row) for row in rows], unmarshal(last) if last else None)

    def get_many(self, keys: Iterable[tuple[str, str]], *, consistent: bool = False) -> list[Item]:
        """The items that exist under `keys` (pk, sk), in no particular order."""
        return [unmarshal(row) for row in self._rows(keys, consistent)]

    def read_many(
        self, keys: Iterable[tuple[str, str]], read: Callable[[Item], T]
    ) -> Iterable[T | Unreadable]:
        """What `read` makes of each item under `keys`, strongly consistent: one that cannot be read spoils no other."""
        return readings(self._rows(keys, consistent=True), read)

    def write(self, write: Put | Update) -> Refused | None:
        """One conditional write. None when it happened, Refused when its condition did not hold."""
        ((verb, request),) = write.request().items()
        call = self.client.put_item if verb == "Put" else self.client.update_item
        with translated():
            try:
                call(**request)
            except ClientError as error:
                if refused := refusal(error):
                    return refused
                raise
        return None

    def transact(self, writes: Sequence[Write]) -> Refused | None:
        """All of `writes` or none. None when they happened, Refused when a condition did not hold."""
        with translated():
            try:
                self.client.transact_write_items(TransactItems=[write.request() for write in writes])
            except ClientError as error:
                if refused := refusal(error):
                    return refused
                raise
        return None

    def _collection(self, pk: str, prefix: str, consistent: bool) -> list[TypedItem]:
        condition, values = "pk = :pk", {":pk": pk}
        if prefix:
            condition, values = "pk = :pk AND begins_with(sk, :prefix)", {":pk": pk, ":prefix": prefix}
        return self._query_all(condition, values, ConsistentRead=consistent)

    def _query_all(self, condition: str, values: Mapping[str, Any], **request: Any) -> list[TypedItem]:
        rows, last = self._query(condition, values, **request)
        while last:
            more, last = self._query(condition, values, **request, ExclusiveStartKey=last)
            rows += more
        return rows

    def _query(
        self, condition: str, values: Mapping[str, Any], **request: Any
    ) -> tuple[list[TypedItem], TypedItem | None]:
        with translated():
            answer = self.client.query(
                TableName=self.name,
                KeyConditionExpression=condition,
                ExpressionAttributeValues={name: typed(value) for name, value in values.items()},
                **request,
            )
        return list(answer["Items"]), answer.get("LastEvaluatedKey")

    def _rows(self, keys: Iterable[tuple[str, str]], consistent: bool) -> list[TypedItem]:
        wanted = [marshal({"pk": pk, "sk": sk}) for pk, sk in dict.fromkeys(keys)]
        found: list[TypedItem] = []
        for start in range(0, len(wanted), _BATCH_GET_LIMIT):
            found += self._batch(wanted[start : start + _BATCH_GET_LIMIT], consistent)
        return found

    def _batch(self, keys: list[Any], consistent: bool) -> list[TypedItem]:
        found: list[TypedItem] = []
        pending: dict[str, Any] = {self.name: {"Keys": keys, "ConsistentRead": consistent}}
        for _ in range(_BATCH_GET_ROUNDS):
            with translated():
                answer = self.client.batch_get_item(RequestItems=pending)
            found += answer["Responses"].get(self.name, [])
            pending = cast(dict[str, Any], answer.get("UnprocessedKeys") or {})
            if not pending:
                return found
        raise Throttled(f"{self.name} leaves keys unprocessed")
