"""Lists of orders and of work: page by page, oldest first, never another channel's."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import pytest
from oms.kernel.clock import stamp
from oms.kernel.ids import order_id
from oms.orders.application.cancellation import cancel_lines
from oms.orders.application.ports import Position
from oms.orders.application.shipping import record_shipment

from tests.builders import NOW, ORDER, SYSTEM, a_snapshot, later, placed, released
from tests.contract.orders.conftest import Store
from tests.unit.orders.warehouse import a_parcel

T = TypeVar("T")
MOST_PAGES = 20


def walk(page: Callable[[Position | None], tuple[Sequence[T], Position | None]]) -> list[list[T]]:
    """Every page of a listing."""
    pages, after = [], None
    for _ in range(MOST_PAGES):
        found, after = page(after)
        pages.append(list(found))
        if after is None:
            return pages
    raise AssertionError("the listing does not end")


def ids_by_status(orders: Store, channel: str, status: str, limit: int) -> list[list[str]]:
    pages = walk(lambda after: orders.by_status(channel, status, limit=limit, after=after))
    return [[order.order_id for order in page] for page in pages]


def work_of(orders: Store, channel: str, location: str, limit: int = 10) -> list[str]:
    pages = walk(lambda after: orders.by_location(channel, location, limit=limit, after=after))
    return [one.fulfilment_order_id for page in pages for one in page]


@pytest.fixture
def five(orders: Store) -> list[str]:
    """Five received orders, one second apart; ids in the order they were placed."""
    ids = []
    for number in range(5):
        snapshot = a_snapshot((1, 100), external=f"n{number}", placed_at=stamp(later(number)))
        ids.append(placed(orders, snapshot, at=later(number)).order_id)
    return ids


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_pages_hold_every_order_once_oldest_first(orders: Store, five: list[str], limit: int) -> None:
    pages = ids_by_status(orders, "web", "RECEIVED", limit)

    assert [order_id for page in pages for order_id in page] == five
    assert all(len(page) <= limit for page in pages)


def test_orders_placed_in_the_same_moment_are_all_listed(orders: Store) -> None:
    ids = {placed(orders, a_snapshot((1, 100), external=f"n{number}")).order_id for number in range(4)}

    pages = ids_by_status(orders, "web", "RECEIVED", 3)

    assert {order_id for page in pages for order_id in page} == ids


def test_another_channels_orders_are_never_listed(orders: Store, five: list[str]) -> None:
    other = placed(orders, a_snapshot(channel="marketplace")).order_id

    assert ids_by_status(orders, "marketplace", "RECEIVED", 10) == [[other]]
    assert ids_by_status(orders, "web", "RECEIVED", 10) == [five]


def test_an_order_is_listed_under_its_headline_of_now(orders: Store, five: list[str]) -> None:
    cancel_lines(five[1], orders=orders, now=NOW, actor=SYSTEM)

    assert ids_by_status(orders, "web", "RECEIVED", 10) == [[five[0], *five[2:]]]
    assert ids_by_status(orders, "web", "CANCELLED", 10) == [[five[1]]]
    assert ids_by_status(orders, "web", "SHIPPED", 10) == [[]]


def test_a_list_can_end_at_a_moment(orders: Store, five: list[str]) -> None:
    until = stamp(later(2) + timedelta(milliseconds=1))

    found, _ = orders.by_status("web", "RECEIVED", limit=10, after=None, until=until)

    assert [order.order_id for order in found] == five[:3]


def test_a_list_that_ends_at_a_moment_has_pages_too(orders: Store, five: list[str]) -> None:
    pages = walk(
        lambda after: orders.by_status("web", "RECEIVED", limit=2, after=after, until=stamp(later(4)))
    )

    assert [order.order_id for page in pages for order in page] == five[:4]


def test_the_work_of_a_location_is_what_is_still_open_there(orders: Store) -> None:
    released(orders, boxes={"LON": [(1, 2)], "MAN": [(2, 1)]})
    assert work_of(orders, "web", "LON") == [f"{ORDER}-f1"]
    assert work_of(orders, "web", "MAN") == [f"{ORDER}-f2"]

    record_shipment(f"{ORDER}-f1", a_parcel("p1"), orders=orders, now=NOW, actor=SYSTEM)

    assert work_of(orders, "web", "LON") == []
    assert work_of(orders, "web", "MAN") == [f"{ORDER}-f2"]


def test_work_that_is_called_off_leaves_the_list(orders: Store) -> None:
    released(orders)
    cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)

    assert work_of(orders, "web", "LON") == []


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_the_pages_of_work_hold_everything_once(orders: Store, limit: int) -> None:
    ids = []
    for number in range(5):
        released(orders, a_snapshot((1, 100), external=f"n{number}"))
        ids.append(f"{order_id('web', f'n{number}')}-f1")

    assert sorted(work_of(orders, "web", "LON", limit)) == sorted(ids)
    assert len(work_of(orders, "web", "LON", limit)) == len(ids)


def test_work_of_another_channel_is_never_listed(orders: Store) -> None:
    released(orders, a_snapshot(channel="marketplace"))

    assert work_of(orders, "web", "LON") == []
    assert len(work_of(orders, "marketplace", "LON")) == 1
