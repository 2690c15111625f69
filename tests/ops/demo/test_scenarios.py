"""The demonstration's own figures."""

from collections import Counter

import pytest
from oms.contracts.requests import AdjustStock, PlaceOrder
from oms.orders.domain.order import STATUSES

from ops.demo.catalogue import LOCATIONS, PRICES, receipts
from ops.demo.scenarios import SCENARIOS, Scenario
from ops.demo.steps import Await


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_every_scenario_is_a_valid_request(scenario: Scenario) -> None:
    body = PlaceOrder.model_validate(scenario.request("demo-1-" + scenario.name.replace(" ", "-")))
    assert {line.sku for line in body.lines} <= PRICES.keys()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_every_ordered_unit_has_an_end(scenario: Scenario) -> None:
    assert scenario.end.shipped + scenario.end.cancelled == sum(scenario.units.values())
    awaited = {step.status for step in scenario.steps if isinstance(step, Await)}
    assert {scenario.end.status, *awaited} <= set(STATUSES)


def test_names_tell_scenarios_apart() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)


def test_the_opening_stock_covers_forty_demonstrations_and_the_shortage_stays_short() -> None:
    stock = Counter[str]()
    for receipt in receipts():
        stock[receipt.sku] += receipt.units
    for scenario in SCENARIOS:
        short = scenario.name == "shortage"
        for sku, units in scenario.units.items():
            assert (stock[sku] < units) is short
            shipped = units if scenario.end.shipped else 0
            assert short or stock[sku] >= 40 * shipped


def test_every_receipt_is_a_valid_adjustment_at_a_known_place_and_has_its_own_key() -> None:
    booked = list(receipts())
    assert {one.location for one in booked} <= {place.code for place in LOCATIONS}
    assert len({one.key for one in booked}) == len(booked)
    for one in booked:
        AdjustStock(sku=one.sku, location=one.location, delta=one.units, kind="receipt")


def test_no_single_location_has_what_two_must_ship() -> None:
    (split,) = [scenario for scenario in SCENARIOS if scenario.name == "two locations"]
    places = {sku: {one.location for one in receipts() if one.sku == sku} for sku in split.units}
    assert not set.intersection(*places.values())
