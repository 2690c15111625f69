"""Python values survive DynamoDB, its streams, and being packed."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oms.aws.items import from_stream, marshal, pack, plain, typed, unmarshal, unpack

NAMES = st.text(min_size=1, max_size=8)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(10**37), 10**37) | st.text(max_size=20) | st.binary(max_size=20)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
ITEMS = st.dictionaries(NAMES, VALUES, max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def over_the_stream(value: Any) -> Any:
    """As Lambda receives it: the JSON of a stream record carries bytes in base 64."""
    match value:
        case {"B": bytes() as content}:
            return {"B": base64.b64encode(content).decode()}
        case {"M": dict() as content}:
            return {"M": {name: over_the_stream(one) for name, one in content.items()}}
        case {"L": list() as content}:
            return {"L": [over_the_stream(one) for one in content]}
    return value


@given(ITEMS)
def test_an_item_comes_back_as_it_was_written(item: dict[str, Any]) -> None:
    assert unmarshal(marshal(item)) == item


@given(ITEMS)
def test_an_item_comes_back_from_a_stream_as_it_was_written(item: dict[str, Any]) -> None:
    image = {name: over_the_stream(value) for name, value in marshal(item).items()}

    assert from_stream(image) == item


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (True, {"BOOL": True}),
        (0, {"N": "0"}),
        (-(10**20), {"N": "-100000000000000000000"}),
        ("", {"S": ""}),
        (None, {"NULL": True}),
        (b"\x00", {"B": b"\x00"}),
        ((1, "a"), {"L": [{"N": "1"}, {"S": "a"}]}),
        ({"a": [1]}, {"M": {"a": {"L": [{"N": "1"}]}}}),
    ],
)
def test_each_kind_of_value_has_its_type(value: Any, form: dict[str, Any]) -> None:
    assert typed(value) == form


def test_truth_is_no_number() -> None:
    assert plain(typed(True)) is True
    assert plain(typed(1)) is not True


@pytest.mark.parametrize("value", [1.5, {1, 2}, object(), [0.1], {"price": 19.99}])
def test_what_an_item_never_holds_is_refused_with_its_type(value: Any) -> None:
    with pytest.raises(TypeError, match=r"float|set|object"):
        marshal({"value": value})


def test_a_number_with_a_fraction_is_never_rounded_in_silence() -> None:
    with pytest.raises(ValueError, match=r"1\.5"):
        plain({"N": "1.5"})


@given(JSON)
def test_a_packed_document_comes_back_as_it_was(document: Any) -> None:
    assert unpack(pack(document)) == document


@pytest.mark.parametrize("packed", [b"", b"text", pack({"a": 1})[:-3]])
def test_what_was_not_packed_is_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="not packed"):
        unpack(packed)


@given(st.dictionaries(st.text(max_size=8), st.integers(), min_size=2))
def test_the_same_document_packs_to_the_same_bytes_whatever_its_order(document: dict[str, int]) -> None:
    assert pack(dict(reversed(document.items()))) == pack(document)
