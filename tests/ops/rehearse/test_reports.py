"""When a rehearsal counts as passed, and that its report can be read by people and programs."""

import json
from dataclasses import replace

import pytest

from ops.rehearse import HotSkuReport, LargeOrderReport
from ops.rehearse.crowd import Latencies
from ops.verify.report import Law, Report

LAWS = Report("2026-11-27T09:00:00.000Z", [Law(1, "stock is conserved", True, "1 stock row")])
BROKEN = Report("2026-11-27T09:00:00.000Z", [Law(1, "stock is conserved", False, "1 stock row", ["gone"])])
RACE = HotSkuReport(
    sku="HOT", stock=500, buyers=700, clients=32, accepted=700, sold=500, refused=200, oversold=0, stranded=0,
    unsettled=0, shortages=200, cancelled=200, placed_seconds=10.0, settled_seconds=50.0,
    latencies=Latencies(1, 2, 3), laws=LAWS,
)  # fmt: skip
LARGE = LargeOrderReport(
    order_id="ord_x", lines=2000, status="SHIPPED", workflow="SUCCEEDED", accepted_seconds=0.2,
    released_seconds=2.0, shipped_seconds=3.0, completed_seconds=4.0, request_bytes=181_171,
    largest_items={"orders EVENT": 11_361}, chunks=21, history_events=18, history_largest_payload=44_558, laws=LAWS,
)  # fmt: skip


def test_a_race_passes_when_exactly_the_stock_was_sold_and_nothing_is_left_hanging() -> None:
    assert RACE.holds


@pytest.mark.parametrize(
    "change",
    [
        {"sold": 501, "refused": 199, "cancelled": 199},
        {"sold": 499, "refused": 201, "cancelled": 201},
        {"refused": 199},
        {"cancelled": 199},
        {"oversold": 1},
        {"stranded": 1},
        {"unsettled": 1},
        {"laws": BROKEN},
    ],
    ids=str,
)
def test_a_race_fails_for_anything_else(change: dict[str, object]) -> None:
    assert not replace(RACE, **change).holds  # type: ignore[arg-type]


def test_a_race_with_enough_for_everybody_sells_to_everybody() -> None:
    assert replace(RACE, stock=900, sold=700, refused=0, shortages=0, cancelled=0).holds


def test_a_large_order_passes_when_it_was_shipped_and_its_workflow_ended() -> None:
    assert LARGE.holds
    assert not replace(LARGE, status="RELEASED").holds
    assert not replace(LARGE, workflow="RUNNING").holds
    assert not replace(LARGE, laws=BROKEN).holds


def test_reports_become_json_and_text() -> None:
    for report in (RACE, LARGE):
        document = json.loads(json.dumps(report.to_json()))
        assert document["holds"] is True
        assert document["laws"]["laws"][0]["number"] == 1
    assert "sold 500, refused 200" in "\n".join(RACE.text())
    assert "21 reservation chunks" in "\n".join(LARGE.text())
