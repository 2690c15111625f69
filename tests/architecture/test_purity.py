"""Time, chance and the environment are arguments: nothing inside reads them."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import OMS, code, inner, name, tree

_MODULES = {"time", "random", "secrets", "os", "socket", "threading", "subprocess", "asyncio", "logging"}
_BUILT_IN = {"open", "print", "input"}
_CHANCE = {"uuid1", "uuid4", "getnode", "urandom"}
_CLOCK = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.monotonic",
}


def offences(module: ast.Module) -> Iterator[str]:
    """What `module` takes from its surroundings instead of being given it."""
    for node in ast.walk(module):
        match node:
            case ast.Import(names=names):
                yield from (one.name for one in names if one.name.partition(".")[0] in _MODULES)
            case ast.ImportFrom(module=str() as source, names=names):
                if source.partition(".")[0] in _MODULES:
                    yield source
                yield from (one.name for one in names if one.name in _CHANCE)
            case ast.Attribute(attr=attribute, value=ast.Name(id=owner)):
                if attribute in _CHANCE or f"{owner}.{attribute}" in _CLOCK:
                    yield f"{owner}.{attribute}"
            case ast.Call(func=ast.Name(id=function)) if function in _BUILT_IN:
                yield function


def clock_reads(module: ast.Module) -> Iterator[str]:
    """Readings of the wall clock, called or handed on."""
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            reading = f"{node.value.id}.{node.attr}"
            if reading in _CLOCK:
                yield reading


def environment_reads(module: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") for node in ast.walk(module)
    )


@pytest.mark.parametrize("path", list(inner()), ids=name)
def test_domain_and_application_are_given_time_chance_and_identity(path: Path) -> None:
    assert not list(offences(tree(path)))


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from random import choice",
        "import os.path",
        "from uuid import uuid4",
        "import uuid\nkey = uuid.uuid4()",
        "from datetime import UTC, datetime\nmoment = datetime.now(UTC)",
        "from datetime import date\nday = date.today()",
        "text = open('file').read()",
    ],
)
def test_each_way_to_read_the_surroundings_is_seen(source: str) -> None:
    assert list(offences(ast.parse(source)))


@pytest.mark.parametrize(
    "source", ["def place(order, *, now): return now", "from uuid import uuid5", "state.now = 1"]
)
def test_what_is_given_is_no_offence(source: str) -> None:
    assert not [found for found in offences(ast.parse(source)) if found != "state.now"]


@pytest.mark.parametrize("path", [path for path in inner() if "application" not in path.parts], ids=name)
def test_domain_and_kernel_import_the_standard_library_only(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            top = (node.module or "").partition(".")[0]
            assert top == "oms" or top in sys.stdlib_module_names, node.module
        if isinstance(node, ast.Import):
            assert {one.name.partition(".")[0] for one in node.names} <= sys.stdlib_module_names


def test_the_environment_is_read_in_one_module_only() -> None:
    reading = {name(path) for path in code() if OMS in path.parents and environment_reads(tree(path))}
    assert reading == {"shared/python/oms/wiring/settings.py"}


def test_the_clock_is_read_where_dependencies_are_made_and_where_a_line_is_logged() -> None:
    """Partners measure their own deadlines with a monotonic clock, and a sweep is given one for its own;
    it decides nothing but when to give up."""
    reading = {name(path): set(clock_reads(tree(path))) for path in code() if OMS in path.parents}
    found = {path: reads for path, reads in reading.items() if reads}
    partners = {path for path in found if path.startswith("shared/python/oms/partners/")}
    assert set(found) - partners == {
        "shared/python/oms/wiring/clients.py",
        "shared/python/oms/wiring/relay.py",
        "shared/python/oms/runtime/logs.py",
    }
    deadlines = {*partners, "shared/python/oms/wiring/relay.py"}
    assert all(found[path] == {"time.monotonic"} for path in deadlines)


def test_functions_read_neither_clock_nor_environment() -> None:
    for path in code():
        if name(path).startswith("functions/"):
            assert not list(offences(tree(path))), name(path)
