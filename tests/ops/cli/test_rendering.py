"""Pages for people."""

import io
from typing import Any

from rich.console import Console, RenderableType

from ops.cli.rendering.exceptions import case_document, case_page
from ops.cli.rendering.laws import laws_page
from ops.cli.rendering.orders import elapsed, order_page, timeline_page
from ops.cli.rendering.running import (
    played_document,
    played_page,
    pruned_page,
    seconds_page,
    serving_document,
    serving_page,
    summary_page,
)
from ops.demo.playing import Played
from ops.demo.scenarios import SCENARIOS
from tests.ops.cli.desk import TIMELINE, Desk, order_view


def _text(page: RenderableType) -> str:
    file = io.StringIO()
    Console(file=file, width=120).print(page, soft_wrap=True)
    return file.getvalue()


def test_a_timeline_counts_from_the_first_entry_in_the_unit_a_person_would_use() -> None:
    text = _text(timeline_page(TIMELINE))
    assert "0.42 s  Payment authorized." in text
    assert "2.0 h  LON shipped" in text
    assert "client:warehouse" in text


def test_spans_change_their_unit_with_their_length() -> None:
    assert [elapsed(seconds) for seconds in (0.004, 59.994, 90, 7_200)] == [
        "0.00 s",
        "59.99 s",
        "1.5 min",
        "2.0 h",
    ]


def test_a_reason_stands_behind_its_sentence_unless_the_sentence_has_it() -> None:
    entry = {**TIMELINE[0], "text": "Payment declined.", "reason": "insufficient_funds"}
    assert "Payment declined. (insufficient_funds)" in _text(timeline_page([entry]))
    entry = {**TIMELINE[0], "text": "Waits for support: no stock", "reason": "no stock"}
    assert "(no stock)" not in _text(timeline_page([entry]))


def test_brackets_from_outside_are_text_and_no_markup() -> None:
    entry = {**TIMELINE[0], "text": "A [red]note[/red] of a client"}
    assert "[red]note[/red]" in _text(timeline_page([entry]))


def test_an_order_page_shows_goods_money_work_and_what_it_waits_for() -> None:
    payment = {"state": "PARTIALLY_CAPTURED", "currency": "GBP", "authorized": 3_830, "captured": 1_500}
    payment |= {"refunded": 0, "voided": 0, "held": 2_330}
    text = _text(
        order_page(
            {
                "order": order_view(tax_estimated=True),
                "payment": payment,
                "exceptions": [{"kind": "SHIPMENT_OVERDUE", "case_id": "ord_x.1"}],
                "unreadable_exceptions": [],
                "workflow": [{"execution": "arn:execution", "status": "RUNNING"}],
                "timeline": TIMELINE,
            }
        )
    )
    for part in (
        "26.97 GBP", "6.38 GBP estimated", "PARTIALLY_SHIPPED", "LON", "held 23.30 GBP", "SHIPMENT_OVERDUE", "RUNNING",
    ):  # fmt: skip
        assert part in text


def test_an_exception_page_says_what_a_retry_does() -> None:
    desk = Desk()
    dead = case_document(desk.case("DEAD_LETTER", subject="queue", message="{}", token=""))
    assert "the message goes to its queue again" in _text(case_page(dead))
    waiting = case_document(desk.case("SHORTAGE"))
    assert "the order's workflow goes on" in _text(case_page(waiting))
    asked = case_document(desk.case("FRAUD_REVIEW", subject="ord_y"))
    assert "on RETRY" not in _text(case_page(asked))


def test_a_broken_law_shows_some_of_its_violations_and_counts_the_rest() -> None:
    law: dict[str, Any] = {"number": 1, "name": "stock", "figures": "9 = 9", "holds": True, "violations": []}
    broken = law | {"holds": False, "violations": [f"row {number}" for number in range(8)]}
    skipped = law | {"checked": False}
    text = _text(laws_page({"laws": [law, broken, skipped]}))
    assert "yes" in text
    assert "NO" in text
    assert "not checked" in text
    assert "row 4" in text
    assert "row 5" not in text
    assert "and 3 more" in text


def test_an_order_that_missed_its_end_stands_out() -> None:
    played = Played(SCENARIOS[0], order_id="ord_a", problem="after 60 s still RECEIVED")
    document = played_document(played)
    assert "NOT AT ITS END: after 60 s still RECEIVED" in _text(played_page(document))
    assert "0 of 1 orders" in _text(summary_page([document]))


def test_addresses_are_shown_whole_and_no_secret_with_them() -> None:
    document = serving_document(Desk().stack())
    text = _text(serving_page(document))
    assert document["list_executions"] in text
    assert "s3cret" not in text + str(document)


def test_what_was_left_out_is_told_with_its_reason() -> None:
    one = {"stack": "s", "type": "AWS::Events::Archive", "logical_id": "A", "reason": "there is none"}
    assert "AWS::Events::Archive A (there is none)" in _text(pruned_page([one]))
    assert "Nothing" in _text(pruned_page([]))


def test_seconds_add_up() -> None:
    assert "3.50" in _text(seconds_page({"synth": 2.25, "deploy": 1.25}))
