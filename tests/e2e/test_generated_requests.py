"""What docs/openapi.yaml promises holds for requests that nobody thought of; a CI-sized share of `make fuzz-http`."""

import pytest

from tests.fuzz.over_http import EDGE, Door
from tests.fuzz.tap import tapping
from tests.running.system import System
from tests.running.worlds import World

_SHARE = 162
_OPERATIONS = 9


@pytest.mark.timeout(600)
def test_every_answer_is_as_the_description_says_and_no_refusal_changes_anything(
    system: System, world: World
) -> None:
    sku = world.stock(NORTH=100)
    held = world.order({sku: 1}, mailbox="review").place()
    released = world.order({sku: 20}).place().reaches("RELEASED")
    orders, work = [held.order_id, released.order_id], [one["fulfilment_order_id"] for one in released.work()]

    with tapping(system, EDGE) as tap:
        tried = Door(system, tap, orders, work).knock(_SHARE)

    assert tried.violations == []
    assert tried.cases == _SHARE
    assert len({operation for operation, _ in tried.answers}) == _OPERATIONS
    assert {status // 100 for _, status in tried.answers} == {2, 4}
