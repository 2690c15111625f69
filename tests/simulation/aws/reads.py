"""Reads: by key, of one partition of a table or an index in pages, and of everything."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tests.simulation.aws.indexes import Index, sort_key
from tests.simulation.aws.key_conditions import Span, key_condition
from tests.simulation.aws.refusals import Refusal, Unsupported
from tests.simulation.aws.tables import SimTable
from tests.simulation.aws.values import Item
from tests.simulation.aws.writes import Tables, table_of

MOST_KEYS: Final = 100
MOST_BATCH_BYTES: Final = 16 * 1024 * 1024
PAGE_BYTES: Final = 1024 * 1024

Answer = dict[str, Any]
Found = Iterable[tuple[Item, int]]
"""Items and their bytes."""


def get(tables: Tables, request: Mapping[str, Any]) -> Answer:
    """The item under a key. Raises Refusal."""
    table = table_of(tables, request["TableName"])
    row = table.find(table.key(request["Key"]))
    return {"Item": row.item.copy()} if row else {}


def batch_get(tables: Tables, request: Mapping[str, Any]) -> Answer:
    """The items under up to a hundred keys; those beyond 16 MB are left unprocessed. Raises Refusal."""
    asked: Mapping[str, Mapping[str, Any]] = request["RequestItems"]
    wanted = [(name, key) for name, each in asked.items() for key in _keys_asked(each)]
    if not 0 < len(wanted) <= MOST_KEYS:
        raise Refusal(f"Member must have length between 1 and {MOST_KEYS}")
    if len({(name, table_of(tables, name).key(key)) for name, key in wanted}) < len(wanted):
        raise Refusal("Provided list of item keys contains duplicates")
    found: dict[str, list[Item]] = {name: [] for name in asked}
    left: dict[str, Any] = {}
    size = 0
    for name, key in wanted:
        row = tables[name].find(tables[name].key(key))
        size += row.size if row else 0
        if size > MOST_BATCH_BYTES:
            left.setdefault(name, {**asked[name], "Keys": []})["Keys"].append(key)
        elif row:
            found[name].append(row.item.copy())
    return {"Responses": found, "UnprocessedKeys": left}


def query(tables: Tables, request: Mapping[str, Any]) -> Answer:
    """One page of a partition of a table, or of an index as it is seen now. Raises Refusal."""
    table = table_of(tables, request["TableName"])
    index = _index(table, request) if "IndexName" in request else None
    span = key_condition(request["KeyConditionExpression"]).span(
        request.get("ExpressionAttributeNames"),
        request.get("ExpressionAttributeValues"),
        index.keys if index else table.keys,
    )
    limit = request.get("Limit")
    if limit is not None and limit < 1:
        raise Refusal(
            "Value at 'Limit' failed to satisfy constraint: Member must be greater than or equal to 1"
        )
    if index:
        return _page(_of_index(table, index, span, request), index.key_names, limit)
    return _page(_of_table(table, span, request), table.keys, limit)


def scan(tables: Tables, request: Mapping[str, Any]) -> Answer:
    """One page of everything. Raises Refusal."""
    table = table_of(tables, request["TableName"])
    start = request.get("ExclusiveStartKey")
    rows = table.rows(table.key(start) if start else None)
    return _page(((row.item.copy(), row.size) for row in rows), table.keys, None)


def _keys_asked(request: Mapping[str, Any]) -> list[Item]:
    if not request.keys() <= {"Keys", "ConsistentRead"}:
        raise Unsupported(f"BatchGetItem with {sorted(request)}")
    keys: list[Item] = request["Keys"]
    return keys


def _index(table: SimTable, request: Mapping[str, Any]) -> Index:
    index = table.indexes.get(request["IndexName"])
    if index is None:
        raise Refusal(f"The table does not have the specified index: {request['IndexName']}")
    if request.get("ConsistentRead"):
        raise Refusal("Consistent reads are not supported on global secondary indexes")
    return index


def _of_table(table: SimTable, span: Span, request: Mapping[str, Any]) -> Found:
    partition = table.partition(span.partition)
    start = _start(request, table.keys, span)
    after = start[table.keys[1]]["S"] if start else None
    order = span.within(partition.order, None, after, backwards=not request.get("ScanIndexForward", True))
    return ((row.item.copy(), row.size) for row in map(partition.rows.__getitem__, order))


def _of_index(table: SimTable, index: Index, span: Span, request: Mapping[str, Any]) -> Found:
    start = _start(request, index.key_names, span)
    after = index.place(start) if start else None
    order = table.places(index, span.partition)
    places = span.within(order, sort_key, after, backwards=not request.get("ScanIndexForward", True))
    return index.items(span.partition, places)


def _start(request: Mapping[str, Any], names: tuple[str, ...], span: Span) -> Item | None:
    key: Item | None = request.get("ExclusiveStartKey")
    if key is None:
        return None
    if key.keys() != set(names) or not all(key[name].get("S") for name in names):
        raise Refusal("The provided starting key is invalid")
    if key[names[0]]["S"] != span.partition:
        raise Refusal("The provided starting key is outside query boundaries based on provided conditions")
    if not span.admits(key[names[1]]["S"]):
        raise Refusal("The provided starting key does not match the range key predicate")
    return key


def _page(found: Found, key_names: tuple[str, ...], limit: int | None) -> Answer:
    """As much as fits on a page. A full one tells where it ended, whether or not anything follows."""
    items: list[Item] = []
    full, size = False, 0
    for item, bytes_ in found:
        size += bytes_
        if size <= PAGE_BYTES or not items:
            items.append(item)
        if size >= PAGE_BYTES or len(items) == limit:
            full = True
            break
    answer: Answer = {"Items": items, "Count": len(items), "ScannedCount": len(items)}
    if full:
        answer["LastEvaluatedKey"] = {name: items[-1][name] for name in key_names}
    return answer
