"""The support desk of a replay: it accepts what was held for review and repeats what failed."""

from collections import Counter
from collections.abc import Container
from datetime import UTC, datetime
from typing import Final

from oms.kernel.events import Actor
from oms.support.application.cases import decide
from oms.support.domain.exceptions import Action, ActionNotOffered, Case

from ops.stack import Stack

_STAFF: Final = Actor("staff", "replay")
_ACTIONS: Final = {"FRAUD_REVIEW": Action.ACCEPT, "SHORTAGE": Action.RETRY, "TECHNICAL": Action.RETRY}
_QUEUES: Final = (("support", "OPEN"), ("engineering", "OPEN"), ("engineering", "ESCALATED"))
_MOST_DECISIONS: Final = 3
_PAGE: Final = 200


class Desk:
    """Decides exceptions, and counts its decisions: a replay that needed many was no good day."""

    def __init__(self, stack: Stack) -> None:
        self._cases = stack.support
        self.decisions: Counter[str] = Counter()
        self._of_order: Counter[str] = Counter()

    def clear(self, order_ids: Container[str]) -> None:
        """Decide what waits for one of these orders, at most three times each. Raises Retryable."""
        for owner, state in _QUEUES:
            for case in self._cases.queue(owner, state, limit=_PAGE):
                if case.subject in order_ids and self._of_order[case.subject] < _MOST_DECISIONS:
                    self._decide(case)

    def _decide(self, case: Case) -> None:
        action = _ACTIONS.get(case.kind)
        if action is None:
            return
        decided = decide(
            case.case_id, action, cases=self._cases, now=datetime.now(UTC), actor=_STAFF, reason="replay"
        )
        if decided is not None and not isinstance(decided, ActionNotOffered):
            self._of_order[case.subject] += 1
            self.decisions[f"{case.kind} {action}"] += 1
