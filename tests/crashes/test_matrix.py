"""A share of the crash matrix: every kind of call that two flows make breaks off once. All of it: `make crash-matrix`."""

from pathlib import Path
from typing import Final

import pytest

from tests.crashes.flows import FLOWS
from tests.crashes.matrix import Outcome
from tests.crashes.rehearsal import Choice, rehearse
from tests.crashes.stage import FUNCTIONS, staged

pytestmark = pytest.mark.timeout(600)
_FLOWS: Final = tuple(flow for flow in FLOWS if flow.name in ("shipped", "cancelled after release"))
_AT_ONCE: Final = 6
_NOT_IN_THEM: Final = {
    f"holdfast-{name}"
    for name in ("hold-order", "await-resolution", "park-dead-letter", "sweep-outbox", "watch-orders")
}


class _Nobody:
    def begins(self, what: str, total: int) -> None: ...
    def advances(self) -> None: ...
    def hears(self, outcome: Outcome) -> None: ...


def test_whichever_call_breaks_off_the_order_reaches_its_end_and_the_laws_hold(tmp_path: Path) -> None:
    with staged(tmp_path, at_once=_AT_ONCE) as stage:
        report = rehearse(stage, Choice(_FLOWS, share=True), _Nobody())

    assert report.failures() == []
    called = {one.case.call.function for one in report.outcomes}
    assert set(FUNCTIONS) - called == set(report.never_called) == _NOT_IN_THEM
