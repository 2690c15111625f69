"""Stamps sort as text and lead back to their moment."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oms.kernel.clock import moment, stamp

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=st.timezones())  # noqa: DTZ001


@given(MOMENTS)
def test_a_stamp_leads_back_to_its_moment_within_a_millisecond(at: datetime) -> None:
    assert timedelta(0) <= at - moment(stamp(at)) < timedelta(milliseconds=1)


@given(MOMENTS, MOMENTS)
def test_stamps_sort_as_their_moments_do(first: datetime, second: datetime) -> None:
    assert (stamp(first) < stamp(second)) == (moment(stamp(first)) < moment(stamp(second)))


def test_a_stamp_is_in_utc_whatever_the_zone() -> None:
    at = datetime(2026, 11, 27, 10, 0, 0, 7_999, tzinfo=timezone(timedelta(hours=1)))

    assert stamp(at) == "2026-11-27T09:00:00.007Z"


def test_the_moment_of_a_stamp_is_in_utc() -> None:
    assert moment("2026-11-27T09:00:00.000Z") == datetime(2026, 11, 27, 9, tzinfo=UTC)
    assert moment("2026-11-27T09:00:00.000Z").tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        stamp(datetime(2026, 11, 27))  # noqa: DTZ001
