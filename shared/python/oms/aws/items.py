"""Python values to DynamoDB's typed values and back. Integers only: money has no fractions.

`pack` keeps a document of thousands of lines far below DynamoDB's 400 KB per item.
"""

import json
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from oms.kernel.errors import Trouble

Item = dict[str, Any]
TypedItem = dict[str, Any]
T = TypeVar("T")

_ENCODER = json.JSONEncoder(separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def marshal(item: Mapping[str, Any]) -> TypedItem:
    """A whole item, typed."""
    return {name: typed(value) for name, value in item.items()}


def typed(value: Any) -> dict[str, Any]:
    """One value with its DynamoDB type. Raises TypeError for a type items never hold (float)."""
    if type(value) is str:  # what most are, and every call of DynamoDB passes here
        return {"S": value}
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case bytes():
            return {"B": value}
        case Mapping():
            return {"M": marshal(value)}
        case list() | tuple():
            return {"L": [typed(element) for element in value]}
    raise TypeError(f"{type(value).__name__} does not belong in an item")


def unmarshal(item: Mapping[str, Any]) -> Item:
    """A whole item, plain."""
    return {name: value["S"] if "S" in value else plain(value) for name, value in item.items()}


def plain(value: Mapping[str, Any]) -> Any:
    """One typed value, plain."""
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return int(content)
        case "NULL":
            return None
        case "B":
            return bytes(content)
        case "M":
            return unmarshal(content)
        case "L":
            return [element["S"] if "S" in element else plain(element) for element in content]
    return content


def from_stream(image: Mapping[str, Any]) -> Item:
    """An item as a stream delivers it to Lambda: its JSON carries binary values in base 64."""
    return {name: value["S"] if "S" in value else _streamed(value) for name, value in image.items()}


def _streamed(value: Mapping[str, Any]) -> Any:
    match value:
        case {"B": str() as text}:
            return b64decode(text)
        case {"M": dict() as content}:
            return from_stream(content)
        case {"L": list() as content}:
            return [_streamed(one) for one in content]
    return plain(value)


def typed_as(item: Item, types: Mapping[str, type]) -> Item:
    """Those attributes, each of its type: what sorts or calculates with them need not ask. Raises KeyError, TypeError."""
    found = {name: item[name] for name in types}
    for name, kind in types.items():
        if type(found[name]) is not kind:
            raise TypeError(f"{name} is no {kind.__name__}")
    return found


def rows_in(packed: Any, *types: type) -> list[list[Any]]:
    """Rows of such columns, as a list or as `pack` has compressed it. Raises TypeError, ValueError."""
    rows = unpack(packed) if isinstance(packed, bytes) else packed
    if not isinstance(rows, list) or any(tuple(map(type, row)) != types for row in rows):
        raise TypeError("rows of other columns")
    return rows


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that nobody of ours has written like that: the key it is found under, and why it cannot be read."""

    pk: str
    sk: str
    error: Exception

    @property
    def name(self) -> str:
        return f"{self.pk}/{self.sk}"


def readings(rows: Iterable[TypedItem], read: Callable[[Item], T]) -> Iterator[T | Unreadable]:
    """What `read` makes of each row, one by one: a row that cannot be read spoils no other."""
    for row in rows:
        reading: T | Unreadable
        try:
            reading = read(unmarshal(row))
        except Exception as error:
            reading = Unreadable(row["pk"]["S"], row["sk"]["S"], error)
        yield reading


def readable(readings: Iterable[T | Unreadable], trouble: Trouble | None) -> list[T]:
    """Those that were read. `trouble` is told of the others; without it, the first of them is raised."""
    found: list[T] = []
    for reading in readings:
        if not isinstance(reading, Unreadable):
            found.append(reading)
        elif trouble is None:
            raise reading.error
        else:
            trouble(reading.name, reading.error)
    return found


def text_of(document: Any) -> str:
    """JSON. The same document gives the same text."""
    return _ENCODER.encode(document)


def pack(document: Any) -> bytes:
    """JSON, compressed. The same document gives the same bytes."""
    return zlib.compress(text_of(document).encode(), level=6)


def unpack(packed: bytes) -> Any:
    """The document that `pack` compressed. Raises ValueError for any other bytes."""
    try:
        return cast(Any, json.loads(zlib.decompress(packed)))
    except zlib.error as error:
        raise ValueError("not packed by us") from error
