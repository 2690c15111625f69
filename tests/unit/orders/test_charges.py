"""What the parcels of an order charge together: exactly what the order costs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oms.contracts.snapshots import LineSnapshot, OrderSnapshot
from oms.orders.domain.capture import Boxes, Taxes

from tests.builders import a_snapshot
from tests.unit.orders.warehouse import Warehouse, a_parcel

LOCATIONS = ("LON", "MAN", "GLA")


@st.composite
def orders(draw: st.DrawFn) -> tuple[OrderSnapshot, Taxes, Boxes]:
    """Any order with discounts, its tax, and any way to divide it among three locations."""
    lines: list[LineSnapshot] = []
    taxes: dict[int, int] = {}
    boxes: dict[str, list[tuple[int, int]]] = {location: [] for location in LOCATIONS}
    for number in range(1, draw(st.integers(1, 5)) + 1):
        split = draw(st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any))
        price, quantity = draw(st.integers(0, 99_999)), sum(split)
        discount = draw(st.integers(0, price * quantity))
        lines.append(LineSnapshot(number, f"L{number}", f"SKU-{number}", quantity, price, discount))
        taxes[number] = draw(st.integers(0, 20_000))
        for location, units in zip(LOCATIONS, split, strict=True):
            if units:
                boxes[location].append((number, units))
    snapshot = a_snapshot(
        lines=tuple(lines),
        shipping=draw(st.integers(0, 999)),
        prices_include_tax=draw(st.booleans()),
    )
    quote = Taxes(taxes, draw(st.integers(0, 99)), estimated=False)
    return snapshot, quote, {location: work for location, work in boxes.items() if work}


def parcels(boxes: Boxes, data: st.DataObject) -> list[tuple[str, dict[int, int]]]:
    """Any parcels that empty the locations, in any order."""
    single = [
        (place, number) for place, lines in boxes.items() for number, units in lines for _ in range(units)
    ]
    single = data.draw(st.permutations(single))
    sent: list[tuple[str, dict[int, int]]] = []
    for place, number in single:
        if not sent or sent[-1][0] != place or data.draw(st.booleans()):
            sent.append((place, {}))
        sent[-1][1][number] = sent[-1][1].get(number, 0) + 1
    return sent


@settings(max_examples=60, deadline=None)
@given(orders(), st.data())
def test_however_an_order_is_divided_into_parcels_it_costs_the_same_to_the_penny(
    drawn: tuple[OrderSnapshot, Taxes, Boxes], data: st.DataObject
) -> None:
    snapshot, taxes, boxes = drawn
    warehouse = Warehouse.released(snapshot, boxes, taxes)

    for index, (place, units) in enumerate(parcels(boxes, data)):
        warehouse.sent(place, a_parcel(f"p{index}", units))

    charges = warehouse.charges
    tax = sum(taxes.lines.values()) + taxes.shipping
    assert sum(each.product for each in charges) == snapshot.goods
    assert sum(each.tax for each in charges) == tax
    assert [each.shipping for each in charges] == [snapshot.shipping] + [0] * (len(charges) - 1)
    total = snapshot.goods + snapshot.shipping + (0 if snapshot.prices_include_tax else tax)
    assert sum(each.total for each in charges) == warehouse.order.shipped_total == total
    assert [each.final for each in charges] == [False] * (len(charges) - 1) + [True]
    assert min(each.total for each in charges) >= 0


def test_three_parcels_of_one_unit_charge_an_odd_price_whole() -> None:
    warehouse = Warehouse.released(
        a_snapshot((3, 333), shipping=0), taxes=Taxes({1: 100}, 0, estimated=False)
    )

    charged = [warehouse.sent("LON", a_parcel(f"p{n}", {1: 1})) for n in range(3)]

    assert [(each.product, each.tax, each.total) for each in charged] == [
        (333, 33, 366),
        (333, 33, 366),
        (333, 34, 367),
    ]


def test_shipping_and_its_tax_are_charged_with_the_first_parcel_only() -> None:
    taxes = Taxes({1: 40}, 7, estimated=False)
    warehouse = Warehouse.released(a_snapshot((2, 100), shipping=499), taxes=taxes)

    first, second = (warehouse.sent("LON", a_parcel(f"p{n}", {1: 1})) for n in range(2))

    assert (first.shipping, first.shipping_tax, first.tax, first.total) == (499, 7, 27, 626)
    assert (second.shipping, second.shipping_tax, second.tax, second.total) == (0, 0, 20, 120)


@pytest.mark.parametrize(("included", "total"), [(True, 699), (False, 746)])
def test_tax_is_added_only_where_prices_do_not_contain_it(included: bool, total: int) -> None:
    snapshot = a_snapshot((2, 100), prices_include_tax=included)
    warehouse = Warehouse.released(snapshot, taxes=Taxes({1: 40}, 7, estimated=False))

    charge = warehouse.sent("LON", a_parcel("p1", {1: 2}))

    assert (charge.product, charge.tax, charge.total) == (200, 47, total)


def test_a_shipment_names_its_lines_by_number_sku_units_amount_and_tax() -> None:
    warehouse = Warehouse.released(
        a_snapshot((2, 1999), (1, 500), prepaid=True), taxes=Taxes({1: 800, 2: 100}, 0, estimated=True)
    )

    charge = warehouse.sent("LON", a_parcel("box_7", {2: 1, 1: 1}))

    assert charge.lines == [[1, "SKU-1", 1, 1999, 400], [2, "SKU-2", 1, 500, 100]]
    assert (charge.shipment_id, charge.location, charge.prepaid) == ("f1-box_7", "LON", True)


def test_two_locations_may_call_their_parcels_alike() -> None:
    boxes: Boxes = {"LON": [(1, 1)], "MAN": [(1, 1)]}
    warehouse = Warehouse.released(a_snapshot((2, 100)), boxes)

    ids = [warehouse.sent(place, a_parcel("1", {1: 1})).shipment_id for place in ("LON", "MAN")]

    assert ids == ["f1-1", "f2-1"]


def test_what_is_cancelled_is_never_charged() -> None:
    warehouse = Warehouse.released(
        a_snapshot((3, 100), shipping=50), taxes=Taxes({1: 30}, 5, estimated=False)
    )
    warehouse.sent("LON", a_parcel("p1", {1: 1}))

    cancelled = warehouse.cancel()

    assert cancelled is not None
    assert cancelled.fact.shipped_total == warehouse.order.shipped_total == 100 + 50 + 10 + 5
