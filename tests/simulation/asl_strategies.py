"""Values for the expressions of the workflow files: mostly such as they expect, and often others."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st

from tests.simulation.asl.scopes import Scope
from tests.workflows.expressions import is_expression, read
from tests.workflows.machines import KINDS, machine


@cache
def expressions() -> list[str]:
    """Every expression of the workflow files, marks included."""
    found = (text for name in KINDS for text in texts(machine(name).document))
    return sorted({text for text in found if is_expression(text)})


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one)


PARSED: Final = ["null", "{", '{"decision": "CONFIRMED"}', "[1, [2]]", '"é"']
VARIABLES: Final = sorted(frozenset[str]().union(*(read(text).variables for text in expressions())))


def keys(path: str) -> list[str]:
    """What the expressions read of `$x` or of `$states.x`."""
    pattern = re.compile(re.escape(path) + r"\.(\w+)")
    return sorted({word for text in expressions() for word in pattern.findall(text)})


leaves = (
    st.none()
    | st.booleans()
    | st.integers(-3, 10**16)
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
    | st.sampled_from([*PARSED, ""])
    | st.text(max_size=3)
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=5,
)
pairs = st.lists(st.lists(st.text(max_size=2), min_size=2, max_size=2), max_size=2)


@cache
def near(path: str) -> st.SearchStrategy[Any]:
    """Texts of the expressions that read `$x.y`; where there is none, numbers and lists."""
    found = re.compile(re.escape(path) + r"\b")
    words = {word for text in expressions() if found.search(text) for word in re.findall(r"'([^']*)'", text)}
    return st.sampled_from(sorted(words)) if words else st.integers(0, 4) | pairs


@st.composite
def likely(draw: st.DrawFn, path: str) -> Any:
    """Something that fits, three times of four."""
    return draw(near(path) if draw(st.integers(0, 3)) else values)


@st.composite
def bound(draw: st.DrawFn, path: str) -> Any:
    """Mostly an object with most of what is read of it; now and then a list of such, or something else."""
    fields = [*keys(path), "tax", "screening"] if keys(path) else []
    if not fields or not draw(st.integers(0, 9)):
        return draw(likely(path))
    made = {key: draw(likely(f"{path}.{key}")) for key in fields if draw(st.integers(0, 5))}
    return made if draw(st.integers(0, 3)) else [made, {"screening": draw(values)}]


BOUND: Final = {name: bound(f"${name}") for name in VARIABLES}
PARTS: Final = {part: bound(f"$states.{part}") for part in ("input", "result", "errorOutput")}
CONTEXTS: Final = st.fixed_dictionaries(
    {"State": st.fixed_dictionaries({"Name": st.just("S"), "RetryCount": st.integers(0, 9)})},
    optional={"Task": st.fixed_dictionaries({"Token": st.text(max_size=3)})},
)


@st.composite
def scopes(draw: st.DrawFn, names: Sequence[str]) -> Scope:
    """Scopes in which any variable and any part of `$states` may be missing, or of the wrong type."""
    variables = {name: draw(BOUND[name]) for name in names if draw(st.integers(0, 6))}
    parts = {name: draw(part) for name, part in PARTS.items() if draw(st.integers(0, 6))}
    return Scope(variables, {**parts, "context": draw(CONTEXTS)})
