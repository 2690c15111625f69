"""The laws, once everything that the cases have begun is over."""

import time
from datetime import timedelta
from typing import Final

from ops.verify import check
from tests.crashes.stage import SWEEPER, WATCHDOG, Stage

_PATIENCE: Final = 200.0
"""The sweeper waits a minute and a half before it does a stream's work, and the watchdog a minute."""


def broken_laws(stage: Stage) -> list[str]:
    """What does not add up in the end; sweeper and watchdog look as long as something does not."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        violations = check(stage.system.stack, grace=timedelta(0)).violations
        if not violations or time.monotonic() > deadline:
            return violations
        with stage.rounds:
            stage.run(SWEEPER)
            stage.run(WATCHDOG, everything=True)
        time.sleep(2)
