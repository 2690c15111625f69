"""Registering locations from the command line."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.ops.cli.conftest import Oms
from tests.ops.cli.desk import Desk

Run = Callable[..., Any]
PLACE = ("--name", "London", "--line1", "1 Dock Road", "--city", "London", "--country", "GB")


def test_a_location_is_registered_once_and_listed(desk: Desk, oms_json: Run) -> None:
    put = ("locations", "put", "LON", *PLACE, "--latitude", "51.5", "--longitude", "-0.1", "--actor", "robin")
    assert [oms_json(*put)["changed"] for _ in range(2)] == [True, False]
    (row,) = oms_json("locations", "list")["locations"]
    assert (row["code"], row["city"], row["latitude"], row["priority"]) == ("LON", "London", 51.5, 100)
    (event,) = desk.locations.events
    assert (event.type, str(event.actor)) == ("LocationRegistered", "staff:robin")


def test_a_location_can_be_described_anew(desk: Desk, oms_json: Run) -> None:
    oms_json("locations", "put", "LON", *PLACE)
    assert oms_json("locations", "put", "LON", *PLACE, "--priority", "5")["changed"]
    (row,) = oms_json("locations", "list")["locations"]
    assert row["priority"] == 5


def test_locations_are_shown_to_people_with_their_address(desk: Desk, oms: Oms) -> None:
    assert "oms locations put" in oms("locations", "list")[1]
    oms("locations", "put", "LON", *PLACE)
    assert "1 Dock Road, London, GB" in oms("locations", "list")[1]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("L N", *PLACE), "code 'L N'"),
        (("LON", *PLACE, "--country", "gb"), "country 'gb'"),
        (("LON", *PLACE, "--latitude", "51.5"), "half a coordinate"),
    ],
)
def test_what_is_no_location_is_refused_and_named(
    desk: Desk, oms: Oms, change: tuple[str, ...], named: str
) -> None:
    code, _, err = oms("locations", "put", *change)
    assert code == 2
    assert named in err
    assert desk.locations.all() == []
