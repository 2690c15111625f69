"""Workflows that an outage killed: the watchdog starts a second one, which takes nothing twice."""

import pytest
from oms.support.domain.exceptions import Action, Case

from tests.running.journeys import Journey
from tests.running.stories import long_story
from tests.running.worlds import World

pytestmark = pytest.mark.timeout(900)
_EVERY = 5.0


def _restarted(order: Journey) -> Journey:
    """Wait until the watchdog has started the order's workflow a second time."""

    def look() -> tuple[int, str]:
        order.system.run("capture/watch_orders", everything=True)
        return order.executions().latest(order.order_id)

    order.system.until(look, lambda seen: seen[0] == 2, what="a second workflow", every=_EVERY)
    return order


def _asked_again(order: Journey, first: Case) -> None:
    """Wait until the second workflow has put the question of the first."""
    order.system.until(
        order.open_cases,
        lambda cases: [case.kind for case in cases if case.case_id != first.case_id] == [first.kind],
        what="a new question",
    )


@long_story
def test_an_order_is_assessed_again_without_taking_its_stock_twice(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 2})
    world.system.fault("avalara", "hang", match=order.order_id.replace("_", "-"))
    order.place()
    world.system.until(
        lambda: order.executions().latest(order.order_id), lambda seen: seen[0] == 1, what="a workflow"
    )

    order.abort()
    _restarted(order).reaches("RELEASED")

    assert world.levels(sku) == {"NORTH": (3, 2, 0)}
    order.ship().ends("SHIPPED", paid=3000, shipped=2)
    assert order.money() == [("authorize", 3000), ("capture", 3000)]
    assert order.steps(attempt=2)[-1] == "Complete"


@long_story
def test_an_order_that_waits_for_its_parcels_goes_on_waiting(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 2}).place().reaches("RELEASED")

    order.abort()
    _restarted(order)
    world.system.until(
        lambda: order.steps(attempt=2), lambda steps: steps[-1:] == ["AwaitFulfilment"], what="to wait again"
    )

    assert world.levels(sku) == {"NORTH": (3, 2, 0)}
    assert order.steps(attempt=2) == ["Assess", "Decide", "ReleaseOrder", "AwaitFulfilment"]
    assert len(order.work()) == 1
    order.ship().ends("SHIPPED", paid=3000, shipped=2)
    assert order.money() == [("authorize", 3000), ("capture", 3000)]


@long_story
def test_an_order_that_shipped_in_part_ships_the_rest(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 3}).place().reaches("RELEASED").ship(L1=1).reaches("PARTIALLY_SHIPPED")

    order.abort()
    _restarted(order).ship()

    order.ends("SHIPPED", paid=4200, shipped=3)
    assert world.levels(sku) == {"NORTH": (2, 0, 3)}
    assert order.money() == [("authorize", 4200), ("capture", 1800), ("capture", 2400)]


@long_story
def test_an_order_that_waits_for_a_person_is_asked_about_once(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 2}, mailbox="review").place().reaches("ON_HOLD")
    first = order.stops_with("FRAUD_REVIEW")

    order.abort()
    _asked_again(_restarted(order), first)

    assert first.case_id not in [case.case_id for case in order.open_cases()]
    assert world.levels(sku) == {"NORTH": (3, 2, 0)}
    order.resolve("FRAUD_REVIEW", Action.ACCEPT).reaches("RELEASED").ship()
    order.ends("SHIPPED", paid=3000, shipped=2)
    assert order.money() == [("authorize", 3000), ("capture", 3000)]


@long_story
def test_what_was_paid_beyond_what_the_order_cost_in_the_end_goes_back(world: World) -> None:
    """First the tax engine quotes 4 % of tax; asked again, it is down, and the estimate is nothing."""
    sku = world.stock(NORTH=5)
    order = world.order({sku: 2}, mailbox="review", prepaid=True)
    order.body["ship_to"] |= {"city": "Albany", "region": "NY", "postal_code": "12207", "country": "US"}
    first = order.place().reaches("ON_HOLD").stops_with("FRAUD_REVIEW")
    world.system.fault("avalara", "503", match=order.order_id.replace("_", "-"), times=20)

    order.abort()
    _asked_again(_restarted(order), first)
    order.resolve("FRAUD_REVIEW", Action.ACCEPT).reaches("RELEASED")
    world.system.heal(order.order_id.replace("_", "-"))

    order.ship().ends("SHIPPED", paid=2500, shipped=2)
    assert order.money() == [("capture", 2600), ("refund", 100)]
    assert order.books() == {"psp_clearing": 2500, "product_revenue": -2000, "shipping_revenue": -500}


@long_story
def test_an_order_is_cancelled_although_its_workflow_was_killed(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 2}).place().reaches("RELEASED")

    order.abort().cancel()
    _restarted(order)

    order.ends("CANCELLED", paid=0, cancelled=2)
    assert world.levels(sku) == {"NORTH": (5, 0, 0)}
    assert order.money() == [("authorize", 3000), ("void", 3000)]


@long_story
def test_a_cancellation_that_broke_off_halfway_is_finished(world: World) -> None:
    sku = world.stock(NORTH=5)
    order = world.order({sku: 2}).place().reaches("RELEASED")
    world.system.fault("stripe", "hang", path=f"/v1/payment_intents/{order.reference()}/cancel")

    order.cancel().reaches("CANCELLED").abort()
    _restarted(order)

    order.ends("CANCELLED", paid=0, cancelled=2)
    assert order.money() == [("authorize", 3000), ("void", 3000)]
    assert world.levels(sku) == {"NORTH": (5, 0, 0)}
