"""Stock on hand, availability and locations: what every store of stock must do."""

from oms.inventory.application import availability, levels_for, locations, register_location
from oms.inventory.application.outcomes import Adjusted, AdjustmentConflict, AdjustmentRefused
from oms.inventory.domain.adjustment import Adjustment

from tests.contract.inventory.desk import ACTOR, NOW, Desk, somewhere


def test_receipts_and_corrections_change_what_can_be_sold(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    expected = Adjustment("a1", "MUG", "LON", -2, "correction", "count")
    answer = desk.adjust("MUG", "LON", -2, name="a1", kind="correction", reason="count")
    assert answer == Adjusted(expected, available=3)
    level = desk.level("LON", "MUG")
    assert (level.available, level.received, level.adjusted) == (3, 5, -2)
    assert desk.audit.violations() == []


def test_an_adjustment_happens_once(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.adjust("MUG", "LON", 3, name="a1")
    again = desk.adjust("MUG", "LON", 3, name="a1")
    assert again == Adjusted(Adjustment("a1", "MUG", "LON", 3, "receipt"), available=8, replayed=True)
    assert desk.adjust("MUG", "LON", 4, name="a1") == AdjustmentConflict(
        Adjustment("a1", "MUG", "LON", 3, "receipt")
    )
    assert desk.level("LON", "MUG").available == 8


def test_an_id_that_was_used_for_one_sku_stores_nothing_for_another(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5), ("LON", "CUP", 5)])
    desk.adjust("MUG", "LON", 3, name="a1")
    told = len(desk.events())
    assert desk.adjust("CUP", "LON", 3, name="a1") == AdjustmentConflict(
        Adjustment("a1", "MUG", "LON", 3, "receipt")
    )
    assert desk.level("LON", "CUP").available == 5
    assert len(desk.events()) == told


def test_an_adjustment_id_may_hold_any_character(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    for name in ("a:b", "a#b", "a%3Ab", "ä"):
        assert isinstance(desk.adjust("MUG", "LON", 1, name=name), Adjusted)
    assert desk.level("LON", "MUG").available == 9


def test_a_correction_never_takes_what_is_promised(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    desk.reserve("o1", [("LON", "MUG", 4)])
    answer = desk.adjust("MUG", "LON", -2, name="a1", kind="correction")
    assert answer == AdjustmentRefused("below_zero")
    assert desk.adjust("CUP", "LON", -1, name="a1", kind="correction") == AdjustmentRefused("below_zero")
    assert desk.level("LON", "MUG").available == 1


def test_adjustments_that_make_no_sense_are_refused(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5)])
    assert desk.adjust("MUG", "LON", 0, name="a1") == AdjustmentRefused("nothing_to_adjust")
    assert desk.adjust("MUG", "LON", -1, name="a1") == AdjustmentRefused("receipt_must_add")
    assert desk.adjust("MUG", "NOWHERE", 1, name="a1") == AdjustmentRefused("unknown_location")


def test_availability_tells_every_location_of_a_sku(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5), ("BER", "MUG", 3), ("BER", "CUP", 1)])
    assert [(level.location, level.available) for level in availability(desk.levels, "MUG")] == [
        ("BER", 3),
        ("LON", 5),
    ]
    assert availability(desk.levels, "NONE") == []


def test_levels_for_sourcing_are_those_that_exist(desk: Desk) -> None:
    desk.stock([("LON", "MUG", 5), ("BER", "CUP", 1)])
    levels = levels_for(desk.levels, desk.locations, ["MUG", "CUP", "MUG", "NONE"])
    assert [(level.location, level.sku) for level in levels] == [("BER", "CUP"), ("LON", "MUG")]


def test_a_location_is_described_and_described_anew(desk: Desk) -> None:
    first = somewhere("LON", latitude=51.5, longitude=-0.1)
    assert register_location(desk.locations, first, now=NOW, actor=ACTOR)
    assert not register_location(desk.locations, first, now=NOW, actor=ACTOR)
    moved = somewhere("LON", latitude=51.6, longitude=-0.1)
    assert register_location(desk.locations, moved, now=NOW, actor=ACTOR)
    register_location(desk.locations, somewhere("BER"), now=NOW, actor=ACTOR)
    assert locations(desk.locations) == [somewhere("BER"), moved]
