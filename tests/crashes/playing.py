"""One order on its way through a flow, with the patience of a client and the hands of support."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import httpx
from oms.support.domain.exceptions import Action
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_fixed

from ops.cli.commands.exceptions import settle
from ops.client import ApiRefused
from tests.crashes.calls import SKU
from tests.crashes.stage import SWEEPER, WATCHDOG, Guard, Stage
from tests.running.journeys import Journey, Standing
from tests.running.system import TESTER, StillWaiting
from tests.running.worlds import World

T = TypeVar("T")
PATIENCE: Final = 150.0
"""Seconds on the stage until something that has not happened counts as lost. Only a case that breaks waits so long."""
_UPKEEP_AFTER: Final = 25.0
"""Seconds of waiting after which sweeper and watchdog look, as they do every minute by their schedules."""
_SUPPORT_EVERY: Final = 2.0
_ALMOST: Final = timedelta(seconds=2)
"""How long before the order is due its guard begins: a clock or two may be ahead."""
_FIRST_PAUSE: Final = 0.15
_LONGEST_PAUSE: Final = 0.8
_ALBANY: Final = {"city": "Albany", "region": "NY", "postal_code": "12207", "country": "US"}
_WAITS: Final = (["AwaitFulfilment"], ["AwaitResolution"])
_SUPPORT: Final = {"TECHNICAL": Action.RETRY, "FRAUD_REVIEW": Action.ACCEPT}
"""What support decides where a fault has led to a stop that the flow has not."""


def _is_unanswered(error: BaseException) -> bool:
    return isinstance(error, httpx.TransportError) or (isinstance(error, ApiRefused) and error.status >= 500)


_ASK_AGAIN: Final = Retrying(
    retry=retry_if_exception(_is_unanswered),
    stop=stop_after_attempt(8),
    wait=wait_fixed(0.3),
    reraise=True,
)
"""As a client does: the same request with the same key, until it is answered."""


@dataclass(frozen=True, slots=True)
class Goods:
    """What is ordered, and how it is paid."""

    units: int = 2
    card: str = "pm_card_visa"
    mailbox: str = "customer"
    prepaid: bool = False
    to_albany: bool = False
    """Where the tax engine quotes 4 %, and the estimate is nothing. Elsewhere they say the same."""


@dataclass(frozen=True)
class Step:
    """Something that is done to an order.

    What is called behind steps that have left the same `trace` in its history is the same; one without
    leaves none.
    """

    name: str
    act: Callable[["Playing"], None] = field(compare=False)
    trace: str | None = None

    @property
    def traces(self) -> tuple[str, ...]:
        return (self.name,) if self.trace is None else (self.trace,) if self.trace else ()


@dataclass(frozen=True)
class Flow:
    """A way that an order takes."""

    name: str
    goods: Goods
    steps: tuple[Step, ...]
    support: Mapping[str, Action] = field(compare=False)
    """Kind of exception -> what support decides where it was not to be expected."""

    def history(self, step: int) -> tuple[str, ...]:
        """All that has been done up to and with the `step`-th step, from 0."""
        return tuple(trace for one in self.steps[: step + 1] for trace in one.traces)


class _Shop(World):
    """SKUs of which no name is the beginning of another."""

    def sku(self) -> str:
        return f"{SKU}{self.system.number():07d}"


class Playing:
    """An order in a flow. Its names are known before anything happens, so that faults can name it."""

    def __init__(self, stage: Stage, flow: Flow) -> None:
        self.stage = stage
        self.flow = flow
        self.world = _Shop(stage.system, flow.name.replace(" ", "-"))
        self.sku = self.world.sku()
        goods = flow.goods
        self.order: Journey = self.world.order(
            {self.sku: goods.units}, card=goods.card, mailbox=goods.mailbox, prepaid=goods.prepaid
        )
        self.order.body["ship_to"] |= _ALBANY if goods.to_albany else {}
        self.decided: list[str] = []
        """Stops that the flow knows nothing of, and what support decided."""
        self.guard: Guard = lambda *_: nullcontext()
        """Surrounds the rounds of sweeper and watchdog that may do something for this order."""
        self._awaited: set[str] = set()
        self._absent = 0.0
        """Seconds that it has spent off the stage."""

    @property
    def key(self) -> str:
        """The order's id without what some partners write differently in it."""
        return self.order.order_id.removeprefix("ord_")

    def names(self) -> tuple[str, ...]:
        """By which requests name the order now: its id, its SKU, the tokens of its workflow's waits."""
        system, order_id = self.stage.system, self.order.order_id
        tokens = [system.stack.orders.token(order_id) or ""]
        tokens += [case.token for case in self.order.open_cases()]
        return (self.key, self.sku, *sorted({token for token in tokens if token}))

    def play(self, around: Callable[[int], AbstractContextManager[None]]) -> None:
        """All steps, `around` each of them. Raises StillWaiting, AssertionError, ApiRefused."""
        with self.stage.places:
            for number, step in enumerate(self.flow.steps):
                with around(number):
                    step.act(self)

    def sleep(self, seconds: float) -> None:
        """Do nothing for long."""
        with self._off_stage():
            time.sleep(max(0.0, seconds))

    @contextmanager
    def _off_stage(self) -> Iterator[None]:
        """Another order may come on the stage meanwhile, and to come back may take as long as the others like."""
        left = time.monotonic()
        self.stage.places.release()
        try:
            yield
        finally:
            self.stage.places.acquire()
            self._absent += time.monotonic() - left

    def _now(self) -> float:
        """A clock that stands while it is off the stage."""
        return time.monotonic() - self._absent

    def runs(
        self, folder: str, *, due: datetime | None = None, first: Callable[[], None] = lambda: None
    ) -> None:
        """A round of the sweeper or the watchdog, once they have something to do for the order; right before it, `first`."""
        with self._off_stage():
            _sleep_until(due - _ALMOST if due else None)
            with self.stage.guarding(self.guard):
                _sleep_until(due)
                self.stage.round(folder, self.key, first)

    def ask(self, request: Callable[[], T]) -> T:
        """A request of the API, made again while it answers that it cannot now."""
        return _ASK_AGAIN.copy()(request)

    def until(self, look: Callable[[], T], settled: Callable[[T], bool], *, what: str) -> T:
        """Look until it is `settled`, while support does its work. Raises StillWaiting."""
        began = self._now()
        upkeep, support, pause = _UPKEEP_AFTER, _SUPPORT_EVERY, _FIRST_PAUSE
        while not settled(seen := look()):
            waited = self._now() - began
            if waited > PATIENCE:
                raise StillWaiting(f"{what}: still {seen}")
            if waited > upkeep:
                upkeep = waited + _UPKEEP_AFTER
                self._look_after()
            if waited > support:
                support = waited + _SUPPORT_EVERY
                self._attend()
            time.sleep(pause)
            pause = min(pause * 1.3, _LONGEST_PAUSE)
        return seen

    def reaches(self, status: str) -> None:
        orders = self.stage.system.stack.orders

        def look() -> str:
            order = orders.load(self.order.order_id)
            return order.headline if order else ""

        self.until(look, lambda seen: seen == status, what=f"{self.order.order_id} to be {status}")

    def is_worked_on(self) -> bool:
        """Whether its workflow is between two waits."""
        attempt, status = self.order.executions().latest(self.order.order_id)
        return status == "RUNNING" and self.order.steps(attempt)[-1:] not in _WAITS

    def stops_with(self, kind: str) -> None:
        """Wait for an open exception of this kind, which support leaves to the flow."""
        self._awaited.add(kind)
        self.until(
            self.order.open_cases,
            lambda cases: any(case.kind == kind for case in cases),
            what=f"{self.order.order_id} to stop with {kind}",
        )

    def decide(self, kind: str, action: Action) -> None:
        self.stops_with(kind)
        self.settle(next(case.case_id for case in self.order.open_cases() if case.kind == kind), action)
        self._awaited.discard(kind)

    def settle(self, case_id: str, action: Action) -> None:
        """As support's own command does: the message of what is tried again is sent again. Raises Told."""
        settle(self.stage.system.stack, case_id, action, reason="decided in a test", actor=TESTER)

    def ends(self, wanted: Standing) -> None:
        """Wait until goods, money, workflow and people are done; each effect was had exactly once."""
        self.reaches(wanted.status)
        what = f"{self.order.order_id} to be {wanted}"
        self.until(self.order.standing, lambda seen: seen == wanted, what=what)
        keys = Counter(row["effect_key"] for row in self.order.effects())
        assert set(keys.values()) <= {1}, f"the gateway acted twice: {keys}"

    def expect(self, kind: str) -> None:
        """Leave exceptions of this kind to the flow from now on."""
        self._awaited.add(kind)

    def _look_after(self) -> None:
        self.decided.append("sweeper and watchdog were asked to look")
        self.runs(SWEEPER)
        self.runs(WATCHDOG)

    def _attend(self) -> None:
        for case in self.order.open_cases():
            action = (_SUPPORT | dict(self.flow.support)).get(case.kind)
            if action is not None and case.kind not in self._awaited:
                self.settle(case.case_id, action)
                self.decided.append(f"{case.kind} {action}: {case.detail}")


def _sleep_until(due: datetime | None) -> None:
    if due:
        time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
