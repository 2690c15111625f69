"""A reader should hold a room in the head at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, code, name, tree

HANDLER, MODULE, FUNCTION, LONGEST = 15, 250, 25, 50
HANDLERS = [path for path in code() if path.name == "handler.py"]


def lengths(path: Path) -> Iterator[int]:
    """Lines of every function of a module, signature and docstring included."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_there_are_handlers_to_measure() -> None:
    assert len(HANDLERS) > 20


@pytest.mark.parametrize("path", HANDLERS, ids=name)
def test_a_handler_fits_on_fifteen_lines(path: Path) -> None:
    assert lines(path) <= HANDLER


def test_no_module_is_longer_than_two_hundred_and_fifty_lines() -> None:
    assert not {name(path): lines(path) for path in code() if lines(path) > MODULE}


@pytest.mark.parametrize("part", ["shared", "functions", "infra", "ops"])
def test_nine_functions_of_ten_have_twenty_five_lines_or_fewer(part: str) -> None:
    measured = sorted(
        length for path in code() if path.relative_to(ROOT).parts[0] == part for length in lengths(path)
    )
    most = measured[len(measured) * 9 // 10]
    assert most <= FUNCTION, f"nine of ten of {len(measured)} functions have up to {most} lines"
    assert measured[-1] <= LONGEST
