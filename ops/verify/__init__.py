"""Does everything add up? `check` reads a running system and answers for each law of the domain.

The laws are pure functions over `Evidence`, plain rows wherever they come from; `examine` runs them
all. Law 10 (the ledger's export) and law 12 (approvals of refunds) await the features they speak of.
"""

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Final

from oms.kernel.clock import stamp

from ops.stack import Stack
from ops.verify.evidence import Evidence
from ops.verify.money_laws import law_3, law_4
from ops.verify.order_laws import law_5, law_7, law_9
from ops.verify.outbox_laws import law_8
from ops.verify.partner_laws import law_6, law_11
from ops.verify.reading import read
from ops.verify.report import Law, Report, confirmed, found
from ops.verify.stock_laws import law_1, law_2

__all__ = ["AT_REST", "GRACE", "Evidence", "Law", "Report", "check", "examine", "read"]

GRACE: Final = timedelta(minutes=3)
"""What a running system gets to finish what it has begun: the sweeper and the watchdog look every minute."""
AT_REST: Final = timedelta(0)
"""For a system that has come to rest: whatever is still on its way counts as lost."""
_PAUSE_SECONDS: Final = 1.0


def check(
    stack: Stack, *, acknowledged: Iterable[str] = (), grace: timedelta = GRACE, patience: float = 0.0
) -> Report:
    """Read everything and examine it; while a law is broken, read again for up to `patience` seconds.

    `acknowledged`: ids of orders that clients were promised. `grace`: what happened so recently may still
    have consequences on their way. Raises Throttled, httpx.HTTPError.
    """
    promised = set(acknowledged)
    until = time.monotonic() + patience
    report = _report(stack, grace, promised)
    while not report.holds and time.monotonic() < until:
        time.sleep(_PAUSE_SECONDS)
        report = _report(stack, grace, promised)
    return report


def _report(stack: Stack, grace: timedelta, acknowledged: set[str]) -> Report:
    """On a system at work, only what two readings find: a scan of tables that are written to is no snapshot."""
    report = examine(read(stack, grace=grace), acknowledged=acknowledged)
    if report.holds or not grace:
        return report
    return confirmed(report, examine(read(stack, grace=grace), acknowledged=acknowledged))


def examine(evidence: Evidence, *, acknowledged: Iterable[str] = ()) -> Report:
    """Every law on one body of evidence."""
    checks: dict[int, Callable[[Evidence], Law]] = {
        1: law_1,
        2: law_2,
        3: law_3,
        4: law_4,
        5: law_5,
        6: law_6,
        7: partial(law_7, acknowledged=acknowledged),
        8: law_8,
        9: law_9,
        11: law_11,
    }
    laws = [_checked(number, check, evidence) for number, check in checks.items()]
    return Report(stamp(evidence.taken_at), [*_unread(evidence), *laws])


def _checked(number: int, check: Callable[[Evidence], Law], evidence: Evidence) -> Law:
    """A law that meets what no row of ours says cannot be checked. That is no reason not to check the others."""
    try:
        return check(evidence)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return found(number, "cannot be checked", "a row says what none of ours does", [repr(error)])


def _unread(evidence: Evidence) -> list[Law]:
    """Told before the laws where there is one: they were checked without it."""
    unread = [f"{name}: {error}" for name, error in evidence.unreadable.items()]
    return [found(0, "every row can be read", f"{len(unread)} cannot", unread)] if unread else []
