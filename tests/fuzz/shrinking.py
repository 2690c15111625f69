"""The smallest event that still shows what is wrong, and that can still come from where events come from."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from tests.fuzz.given import Given

Json = Any
Path = tuple[Json, ...]
_MOST_TRIES: Final = 200
_LONG: Final = 12
_CLIENTS_PART: Final = ("body", "headers", "pathParameters", "queryStringParameters")
_GONE: Final = object()


def shrunk(given: Given, shows: Callable[[Given], bool]) -> Given:
    """Leave out and shorten, as long as it still `shows`. Bodies are opened: what is wrong is often inside."""
    best, tries = replace(given, harmless=frozenset(), honest=False), 0
    smaller = _smaller(best)
    while tries < _MOST_TRIES and (event := next(smaller, _GONE)) is not _GONE:
        tries += 1
        candidate = replace(best, event=event)
        if shows(candidate):
            best, smaller = candidate, _smaller(candidate)
    return best


def _smaller(given: Given) -> Iterator[Json]:
    """Events with one thing less, the outer things first."""
    opened = _opened(given.event)
    for path in _paths(opened):
        if _may_change(given, path):
            for less in _less(_at(opened, path)):
                copied = copy.deepcopy(opened)
                _set(copied, path, less)
                yield _closed(copied)


def _may_change(given: Given, path: Path) -> bool:
    """What AWS itself makes of an event stays as AWS makes it."""
    if given.kind == "http" and given.how != "rubbish":
        return len(path) > 1 and path[0] in _CLIENTS_PART
    if given.kind == "queue":
        return len(path) == 2 or (len(path) > 3 and path[2] == "body")
    if given.kind == "stream":
        return len(path) == 2 or (len(path) == 5 and path[3] == "NewImage" and path[4] not in ("pk", "sk"))
    return True


def _less(old: Json) -> Iterator[Json]:
    yield _GONE
    match old:
        case str() if len(old) > _LONG:
            yield old[: len(old) // 2]
            yield old[len(old) // 2 :]
        case list() if len(old) > 1:
            yield old[: len(old) // 2]
            yield old[len(old) // 2 :]


def _paths(document: Json) -> list[Path]:
    found: list[Path] = []
    pending: list[tuple[Path, Json]] = [((), document)]
    while pending:
        path, here = pending.pop(0)
        inner = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
        nearer = [((*path, key), value) for key, value in inner]
        found += [path for path, _ in nearer]
        pending += nearer
    return found


def _at(document: Json, path: Path) -> Json:
    for key in path:
        document = document[key]
    return document


def _set(document: Json, path: Path, value: Json) -> None:
    holder = _at(document, path[:-1])
    if value is _GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value


class _Body(dict[str, Json]):
    """An opened body: {"": document}."""


def _opened(event: Json) -> Json:
    if isinstance(event, list):
        return [_opened(one) for one in event]
    if not isinstance(event, dict):
        return event
    return {key: _open_text(value) if key == "body" else _opened(value) for key, value in event.items()}


def _open_text(value: Json) -> Json:
    try:
        document = json.loads(value)
    except (TypeError, ValueError, RecursionError):
        return value
    return _Body({"": document}) if isinstance(document, dict | list) else value


def _closed(event: Json) -> Json:
    if isinstance(event, _Body):
        return json.dumps(event[""]) if "" in event else ""
    if isinstance(event, list):
        return [_closed(one) for one in event]
    if isinstance(event, dict):
        return {key: _closed(value) for key, value in event.items()}
    return event
