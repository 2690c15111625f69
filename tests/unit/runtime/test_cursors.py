"""Cursors: opaque, without rights, and never trusted."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oms.contracts.problems import Problem
from oms.kernel.clock import stamp
from oms.kernel.ids import fulfilment_order_id, order_id
from oms.orders.application.ports import Position
from oms.runtime.api.cursors import decode, encode

from tests.builders import AT, ORDER

CHANNELS = ("web", "marketplace")
POSITIONS = st.builds(
    Position,
    st.sampled_from(CHANNELS),
    st.datetimes(timezones=st.timezones()).map(stamp),
    st.text(min_size=1).map(lambda text: order_id("web", text))
    | st.integers(1, 99).map(lambda number: fulfilment_order_id(ORDER, number)),
)


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(POSITIONS)
def test_a_cursor_leads_back_to_its_position(position: Position) -> None:
    cursor = encode(position)

    assert cursor is not None
    assert decode(cursor, channels=CHANNELS) == position
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# ")


def test_no_position_is_no_cursor() -> None:
    assert encode(None) is None
    assert decode("", channels=CHANNELS) is None


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "!!!",
        "ä",
        "YQ",
        packed([]),
        packed(["web", AT]),
        packed(["web", AT, ORDER, "more"]),
        packed(["web", AT, 7]),
        packed(["web", None, ORDER]),
        packed(["web", AT, ""]),
        packed(["web", AT, "x" * 400]),
        packed(["web", AT, "ord_\ud800"]),
        packed(["web", "tomorrow", ORDER]),
        packed(["web", AT, "ORD#1"]),
        packed({"web": 1, AT: 2, ORDER: 3}),
        packed("abc"),
        packed(7),
        base64.urlsafe_b64encode(b"[" * 7_000).decode(),
        base64.urlsafe_b64encode(b"9" * 5_000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_what_no_listing_handed_out_is_refused_by_name(text: str) -> None:
    with pytest.raises(Problem) as refused:
        decode(text, channels=CHANNELS)

    assert refused.value.code == "cursor_invalid"
    assert [error.field for error in refused.value.errors] == ["query.cursor"]


@given(st.text(max_size=60))
def test_any_text_is_a_position_or_a_problem(text: str) -> None:
    try:
        decode(text, channels=CHANNELS)
    except Problem as problem:
        assert problem.code == "cursor_invalid"


def test_a_cursor_of_another_channel_is_refused() -> None:
    cursor = encode(Position("marketplace", AT, ORDER))
    assert cursor is not None

    with pytest.raises(Problem):
        decode(cursor, channels=("web",))
