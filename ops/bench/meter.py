"""A meter of AWS calls, on botocore's own events. Calls are counted; DynamoDB's units are computed.

They follow from the items as they were before and after each write, by these rules (reads as in
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html; those for
indexes, refusals and checks are rules of thumb, and no bill has been held against them):

- a write takes one unit per KB of the larger of the item before and after, two in a transaction; a refused
  write and the check of a condition take the same;
- a secondary index takes a unit per KB of each index entry that is put or removed: one for a new or a gone
  entry, two where its key changes, none where neither key changes (all indexes here are keys-only);
- a read takes one unit per 4 KB, half a unit where it is eventually consistent; a query counts its items
  together, a batch each item by itself.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from oms.aws.items import Item, unmarshal

from ops.rehearse.sizes import item_bytes

_WRITE_BYTES: Final = 1024
_READ_BYTES: Final = 4096
_IMAGES: Final = "holdfast_images"
_VERBS: Final = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}
_Keyed = tuple[str, Mapping[str, Any]]
"""(table, typed key)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one AWS service, in the step `step` of a flow."""

    step: str
    service: str
    operation: str
    write_units: float = 0.0
    index_units: float = 0.0
    read_units: float = 0.0


@dataclass
class Meter:
    """Hook it to clients with `watch`; `raw` is an unwatched DynamoDB client that reads the images."""

    raw: Any
    indexes: Mapping[str, Mapping[str, tuple[str, str]]]
    """Table -> index -> its (hash, range) attributes."""
    step: str = ""
    on: bool = False
    calls: list[Call] = field(default_factory=list)

    def watch(self, client: Any) -> None:
        service = client.meta.service_model.service_name
        client.meta.events.register(f"provide-client-params.{service}", self._before)
        client.meta.events.register(f"after-call.{service}", self._after)

    def _before(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        if self.on and model.service_model.service_name == "dynamodb":
            context[_IMAGES] = params, [self._image(one) for one in _written(model.name, params)]

    def _after(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        if not self.on:
            return
        service = model.service_model.service_name
        units = self._units(model.name, parsed, *context[_IMAGES]) if service == "dynamodb" else {}
        self.calls.append(Call(self.step, service, model.name, **units))

    def _units(
        self, operation: str, parsed: dict[str, Any], params: dict[str, Any], before: list[Item]
    ) -> dict[str, float]:
        written = _written(operation, params)
        if not written:
            return {"read_units": _read_units(operation, params, parsed)}
        after = [self._image(one) for one in written]
        factor = 2 if operation == "TransactWriteItems" else 1
        pairs = list(zip(written, before, after, strict=True))
        return {
            "write_units": sum(
                factor * _blocks(max(map(item_bytes, pair)), _WRITE_BYTES) for _, *pair in pairs
            ),
            "index_units": sum(self._index_units(one[0], old, new) for one, old, new in pairs),
        }

    def _image(self, keyed: _Keyed) -> Item:
        table, key = keyed
        answer = self.raw.get_item(TableName=table, Key=key, ConsistentRead=True)
        return unmarshal(answer.get("Item", {}))

    def _index_units(self, table: str, old: Item, new: Item) -> float:
        return sum(_entry_units(keys, old, new) for keys in self.indexes[table].values())


def index_keys(description: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The indexes in DynamoDB's description of a table."""
    return {
        index["IndexName"]: (index["KeySchema"][0]["AttributeName"], index["KeySchema"][1]["AttributeName"])
        for index in description.get("GlobalSecondaryIndexes", ())
    }


def _entry_units(keys: tuple[str, str], old: Item, new: Item) -> float:
    entries = [_entry(keys, image) for image in (old, new)]
    if entries[0] == entries[1]:
        return 0.0
    return sum(_blocks(item_bytes(entry), _WRITE_BYTES) for entry in entries if entry)


def _entry(keys: tuple[str, str], image: Item) -> Item:
    if any(name not in image for name in keys):
        return {}
    return {name: image[name] for name in ("pk", "sk", *keys)}


def _written(operation: str, params: Mapping[str, Any]) -> list[_Keyed]:
    """What a call may write, or check as part of a write."""
    if operation in _VERBS:
        return [_keyed(params)]
    if operation == "TransactWriteItems":
        return [_keyed(body) for one in params["TransactItems"] for body in one.values()]
    return []


def _keyed(body: Mapping[str, Any]) -> _Keyed:
    key = body.get("Key") or {name: body["Item"][name] for name in ("pk", "sk")}
    return body["TableName"], key


def _read_units(operation: str, params: Mapping[str, Any], parsed: Mapping[str, Any]) -> float:
    if operation == "GetItem":
        return _price(params) * _blocks(_size(parsed.get("Item", {})), _READ_BYTES)
    if operation == "BatchGetItem":
        return sum(_batch_units(params, parsed))
    return _price(params) * _blocks(sum(_size(item) for item in parsed.get("Items", ())), _READ_BYTES)


def _batch_units(params: Mapping[str, Any], parsed: Mapping[str, Any]) -> Iterator[float]:
    for table, request in params["RequestItems"].items():
        found: Iterable[Any] = parsed.get("Responses", {}).get(table, ())
        sizes = [_size(item) for item in found]
        sizes += [0] * (len(request["Keys"]) - len(sizes))
        for size in sizes:
            yield _price(request) * _blocks(size, _READ_BYTES)


def _price(request: Mapping[str, Any]) -> float:
    return 1.0 if request.get("ConsistentRead") else 0.5


def _size(item: Mapping[str, Any]) -> int:
    return item_bytes(unmarshal(item))


def _blocks(size: int, block: int) -> int:
    """Whole blocks, and one at least: an item that is not there costs a unit too."""
    return max(1, math.ceil(size / block))
