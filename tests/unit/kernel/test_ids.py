"""Ids are derived, so that the same thing has the same id wherever it is asked for."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oms.kernel.ids import effect_key, fulfilment_order_id, is_order_id, order_id, order_of_fulfilment

EXECUTION_NAME = re.compile(r"[0-9A-Za-z_-]{1,80}")
TEXT = st.text(min_size=1, max_size=64)


def test_an_order_id_never_changes() -> None:
    # Stored orders are found by it: were the derivation to change, a repeat would place them again.
    assert order_id("web", "1001") == "ord_vpkg7s3cgi44hrlk2gzuugyhbx"


@given(TEXT, TEXT)
def test_an_order_id_can_name_an_execution_and_is_recognised(channel: str, external: str) -> None:
    found = order_id(channel, external)

    assert EXECUTION_NAME.fullmatch(found)
    assert is_order_id(found)


@given(TEXT, TEXT, TEXT, TEXT)
def test_other_orders_have_other_ids(channel: str, external: str, channel2: str, external2: str) -> None:
    same = (channel, external) == (channel2, external2)

    assert (order_id(channel, external) == order_id(channel2, external2)) is same


def test_channel_and_external_id_do_not_run_into_each_other() -> None:
    assert order_id("web1", "001") != order_id("web", "1001")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ord_",
        "ord_" + "a" * 25,
        "ord_" + "a" * 27,
        "ord_" + "A" * 26,
        "ord_" + "1" * 26,
        "a" * 26,
        "ORD_" + "a" * 26,
        "ord_" + "a" * 25 + "#",
        "ord_ord_" + "a" * 22,
    ],
)
def test_what_has_another_shape_is_no_order_id(text: str) -> None:
    assert not is_order_id(text)


@given(st.integers(1, 10_000))
def test_a_fulfilment_order_leads_back_to_its_order(number: int) -> None:
    order = order_id("web", "1001")

    assert order_of_fulfilment(fulfilment_order_id(order, number)) == order


@pytest.mark.parametrize(
    "text",
    [
        "",
        "f1",
        "-f1",
        "-f-f1",
        "ord_x-f1",
        order_id("web", "1"),
        order_id("web", "1") + "-f",
        order_id("web", "1") + "-f²",
        order_id("web", "1") + "-f" + "9" * 2_000,  # more than a key of DynamoDB holds
    ],
)
def test_what_is_no_fulfilment_order_id_leads_nowhere(text: str) -> None:
    assert order_of_fulfilment(text) is None


@given(TEXT, TEXT, st.integers(1, 9))
def test_an_effect_key_is_a_uuid_and_the_same_for_ever(subject: str, operation: str, attempt: int) -> None:
    key = effect_key(subject, operation, attempt)

    assert UUID(key).version == 5
    assert key == effect_key(subject, operation, attempt)
    assert key != effect_key(subject, operation, attempt + 1)


def test_an_effect_key_is_kept_from_one_release_to_the_next() -> None:
    # The gateway remembers it: another key for the same capture would take the money twice.
    assert effect_key("ord_1", "capture", "f1-1") == "1f7fdaf8-52f7-57c8-998f-3d776c0a53de"
