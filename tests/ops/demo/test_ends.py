"""When an order is at its end."""

from dataclasses import replace

import pytest

from ops.demo.ends import End, Standing, differences

SHIPPED = Standing(
    status="SHIPPED",
    shipped=1,
    cancelled=2,
    owed=1_672,
    kept=1_672,
    held=0,
    unearned=0,
    reserved=0,
    money_moving=False,
    workflow="SUCCEEDED",
    waits_for_people=(),
)
END = End("SHIPPED", shipped=1, cancelled=2)


def test_an_order_at_its_end_differs_in_nothing() -> None:
    assert differences(SHIPPED, END) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"status": "RELEASED"}, "status is RELEASED, not SHIPPED"),
        ({"shipped": 0}, "units shipped is 0, not 1"),
        ({"cancelled": 0}, "units cancelled is 0, not 2"),
        ({"kept": 0}, "money kept is 0, not 1672"),
        ({"kept": 3_344}, "money kept is 3344, not 1672"),
        ({"held": 5}, "money held is 5, not 0"),
        ({"unearned": 5}, "prepaid money not earned is 5, not 0"),
        ({"reserved": 2}, "units reserved is 2, not 0"),
        ({"money_moving": True}, "money is still moving"),
        ({"workflow": "RUNNING"}, "workflow is RUNNING, not SUCCEEDED"),
        ({"waits_for_people": ("CAPTURE_FAILED",)}, "waits for a person: CAPTURE_FAILED"),
    ],
)
def test_whatever_is_missing_is_named(change: dict[str, object], told: str) -> None:
    assert differences(replace(SHIPPED, **change), END) == [told]  # type: ignore[arg-type]
