"""Playing a scenario through the HTTP API, as the channels and the warehouse do."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from oms.kernel.errors import HoldfastError
from oms.kernel.events import Actor
from oms.support.application.cases import decide
from oms.support.domain.exceptions import Case

from ops.client import ApiRefused
from ops.demo.ends import Standing, differences, standing
from ops.demo.scenarios import Scenario
from ops.demo.steps import Await, Cancel, PlaceAgain, Resolve, Ship, Step
from ops.demo.waiting import Patience, StillWaiting
from ops.local.tokens import TokenRefusedError
from ops.stack import Stack

Json = dict[str, Any]
_STAFF = Actor("staff", "demonstration")
_AT_ONCE = 2
"""Orders in flight. Each one more would start one more cold worker of every function."""


class Unexpected(Exception):
    """The system answered, but not as it should."""


@dataclass(slots=True)
class Played:
    """What became of one scenario. `problem` is empty where it reached its end."""

    scenario: Scenario
    order_id: str = ""
    seconds: float = 0.0
    problem: str = ""
    standing: Standing | None = None
    timeline: list[Json] = field(default_factory=list)

    @property
    def reached(self) -> bool:
        return not self.problem


def play_all(
    stack: Stack,
    scenarios: Sequence[Scenario],
    run: str,
    *,
    on_played: Callable[[Played], None],
    seconds: float = 60.0,
) -> list[Played]:
    """Play them side by side; `run` makes this run's order numbers its own. Answers in the order given.

    `seconds` is how long each may wait for one thing. Interrupted, it waits for nothing any more.
    """
    interrupted = Event()
    patience = Patience(seconds, sleep=lambda pause: _sleep(interrupted, pause))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        futures = [pool.submit(Player(stack, scenario, run, patience).play) for scenario in scenarios]
        try:
            for future in as_completed(futures):
                on_played(future.result())
        except BaseException:
            interrupted.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [future.result() for future in futures]


def tell_timelines(stack: Stack, played: Sequence[Played]) -> None:
    """What happened to each, read when everything is at rest. Raises ApiRefused."""
    for one in played:
        if one.order_id:
            api = stack.api(one.scenario.channel)
            one.timeline = api.timeline(one.order_id)["entries"]


def _sleep(interrupted: Event, pause: float) -> None:
    if interrupted.wait(pause):
        raise StillWaiting("interrupted")


class Player:
    """One order on its way."""

    def __init__(self, stack: Stack, scenario: Scenario, run: str, patience: Patience) -> None:
        self._stack = stack
        self._scenario = scenario
        self._patience = patience
        self._channel = stack.api(scenario.channel)
        self._number = f"{run}-{scenario.name.replace(' ', '-')}"
        self._played = Played(scenario)
        self._parcels = 0

    def play(self) -> Played:
        """Raises nothing that the system can cause: what went wrong is in the answer."""
        began = time.monotonic()
        try:
            self._play()
        except (Unexpected, StillWaiting, ApiRefused, TokenRefusedError, LookupError) as wrong:
            self._played.problem = str(wrong)
        except (httpx.HTTPError, BotoCoreError, ClientError, HoldfastError) as failed:
            self._played.problem = f"{type(failed).__name__}: {failed}"
        self._played.seconds = time.monotonic() - began
        return self._played

    def _play(self) -> None:
        request = self._scenario.request(self._number)
        self._played.order_id = self._channel.place(request, key=self._number)["order_id"]
        for step in self._scenario.steps:
            self._do(step)
        self._wait_for_end()

    def _do(self, step: Step) -> None:
        match step:
            case Await(status):
                self._wait_for(status)
            case Ship():
                self._ship(step)
            case Cancel(code):
                self._channel.cancel(self._played.order_id, code=code)
            case Resolve():
                self._resolve(step)
            case PlaceAgain():
                self._place_again()

    def _wait_for(self, status: str) -> None:
        order_id = self._played.order_id
        self._patience.until(
            lambda: self._channel.order(order_id)["status"],
            lambda seen: seen == status,
            what=f"waiting for {status}",
        )

    def _wait_for_end(self) -> None:
        end, order_id = self._scenario.end, self._played.order_id

        def look() -> list[str]:
            self._played.standing = standing(self._stack, order_id)
            return differences(self._played.standing, end)

        self._patience.until(look, lambda left: not left, what="waiting for its end")

    def _ship(self, step: Ship) -> None:
        work = [one for one in self._order()["fulfilment_orders"] if one["state"] == "OPEN"]
        if len(work) != step.parcels:
            raise Unexpected(f"{len(work)} locations have work, not {step.parcels}")
        for one in work:
            self._stack.api("warehouse").ship(one["fulfilment_order_id"], self._parcel(step))

    def _parcel(self, step: Ship) -> Json:
        self._parcels += 1
        lines = [{"line_id": line, "quantity": units} for line, units in step.units.items()]
        parcel = {
            "shipment_id": f"parcel_{self._parcels}",
            "carrier": "Example Parcels",
            "tracking_number": f"EX{self._parcels:08d}",
        }
        return parcel | ({"lines": lines} if lines else {})

    def _resolve(self, step: Resolve) -> None:
        case = self._open_case(step.kind)
        decided = decide(
            case.case_id,
            step.action,
            cases=self._stack.support,
            now=datetime.now(UTC),
            actor=_STAFF,
            reason="decided in the demonstration",
        )
        if not isinstance(decided, Case):
            raise Unexpected(f"{step.kind} does not take {step.action}")

    def _open_case(self, kind: str) -> Case:
        order_id = self._played.order_id
        found = self._patience.until(
            lambda: [case for case in self._stack.support.of_subject(order_id) if case.is_open],
            lambda open_: any(case.kind == kind for case in open_),
            what=f"waiting for the exception {kind}",
        )
        return next(case for case in found if case.kind == kind)

    def _place_again(self) -> None:
        request = self._scenario.request(self._number)
        again = self._channel.send("POST", "/v1/orders", body=request, key=self._number)
        replayed = again.headers.get("idempotent-replayed") == "true"
        if not (again.is_success and replayed and again.json()["order_id"] == self._played.order_id):
            raise Unexpected(f"the repeated request was answered {again.status_code}")
        other = {**request, "shipping": request["shipping"] + 1}
        refused = self._channel.send("POST", "/v1/orders", body=other, key=self._number)
        if refused.status_code != httpx.codes.UNPROCESSABLE_ENTITY:
            raise Unexpected(f"the same key with another body was answered {refused.status_code}")

    def _order(self) -> Json:
        return self._channel.order(self._played.order_id)
