"""A circuit breaker for partners that have a stated fallback (tax, fraud screening)."""

import time
from collections.abc import Callable
from types import TracebackType

from oms.kernel.errors import OutcomeUnknown, PartnerUnavailable


class Breaker:
    """Opens after `failures` failures in a row, for `cool_down` seconds.

    While it is open, entering it raises PartnerUnavailable at once, so that a dead
    partner costs its callers nothing. After the cool-down one failure is enough to open
    it again; one success closes it. It lives in one process: every function instance
    learns for itself, which is what an outage of minutes needs.
    """

    def __init__(
        self, *, failures: int = 5, cool_down: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = failures
        self._cool_down = cool_down
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= self._limit and self._clock() < self._open_until

    def __enter__(self) -> None:
        if self.is_open:
            raise PartnerUnavailable("circuit open after repeated failures")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None or not issubclass(kind, PartnerUnavailable | OutcomeUnknown):
            self._failures = 0  # an answer, even a refusal, proves that the partner is there
            return
        self._failures += 1
        if self._failures >= self._limit:
            self._open_until = self._clock() + self._cool_down
