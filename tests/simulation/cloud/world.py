"""The whole system in one object: everything deployed, everything it talks to, and the weather."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Final

from botocore.exceptions import ClientError, ReadTimeoutError
from oms.aws.outbox import SHARDS
from oms.inventory.domain.promise import CHUNK

from infra import names
from tests.simulation.agenda import Agenda, Killed
from tests.simulation.asl.effects import Failed, Succeeded
from tests.simulation.asl.interpreter import Machine
from tests.simulation.asl.loading import load_all
from tests.simulation.aws.deployed import create_tables
from tests.simulation.aws.dynamo import SimDynamo
from tests.simulation.cloud.functions import Functions
from tests.simulation.cloud.messages import Bus, Mapping, Queues
from tests.simulation.cloud.partners import Partners
from tests.simulation.cloud.stage import SECRET, on_stage
from tests.simulation.cloud.workflows import Workflows
from tests.simulation.weather import Weather

EPOCH: Final = datetime(2026, 11, 27, 9, tzinfo=UTC)
MORNING: Final = timedelta(minutes=50)
_LONGEST_LAG: Final = 60.0
_PROMPT: Final = (0.001, 0.02)
_SLOW: Final = (0.5, 9.0)
"""Seconds that an AWS call takes."""
_PAUSED: Final = (6.0, 24.0)
"""Seconds for which a process stands still between what it has read and what it makes of it."""
_WRITES: Final = frozenset(("put_item", "update_item", "transact_write_items"))
_READS: Final = frozenset(("get_item", "query", "batch_get_item", "describe_execution", "list_executions"))


@cache
def _machines() -> dict[str, Machine]:
    return load_all()


class World:
    """One run. `chance` decides everything that is not decided by what happened before."""

    def __init__(
        self,
        chance: Random,
        weather: Weather,
        *,
        look_back: timedelta = MORNING,
        chunk: int = CHUNK,
        shards: int = SHARDS,
    ) -> None:
        self.chance, self.weather = chance, weather
        self._on_stage = on_stage(self, look_back=look_back, chunk=chunk, shards=shards)
        self.agenda = Agenda()
        self.dynamo = SimDynamo(now=self.seconds, lag=self._lag)
        create_tables(self.dynamo)
        self.functions = Functions(self.agenda, chance, weather)
        self.workflows = Workflows(self.agenda, chance, self.functions, _machines(), self.time, weather)
        self.visited = self.workflows.visited
        self.queues = Queues(self.agenda, chance, weather, self.functions)
        self.bus = Bus(self.agenda, chance, weather, self.queues)
        self.partners = Partners(chance, weather, self.agenda)
        self.mappings = {table: self._mapping(table) for table in names.STREAMED}
        self.watched: Callable[[], None] | None = None
        self.defects: set[str] = set()
        """What handlers said that no weather excuses."""
        self.upkeep_off_until = 0.0
        """Until then no schedule calls its function."""
        self.called: dict[str, float] = {}
        """Function -> when its schedule has last called it."""
        self._services = {
            "dynamodb": self.dynamo, "events": self.bus, "stepfunctions": self.workflows, "secretsmanager": self,
        }  # fmt: skip

    @contextmanager
    def running(self) -> Iterator[None]:
        """Handlers reach this world; nothing of it is left afterwards."""
        with self._on_stage:
            try:
                yield
            finally:
                self.agenda.close()
                # All of it refers to the world and the world to it: only the garbage collector would find that.
                vars(self).clear()

    def seconds(self) -> float:
        return self.agenda.now

    def time(self) -> datetime:
        return EPOCH + timedelta(seconds=self.agenda.now)

    def moment(self) -> datetime:
        """What a clock says where it is asked: that of a process may be wrong."""
        process = self.agenda.current
        skew = self.functions.skews.get(process, 0.0) if process else 0.0
        return self.time() + timedelta(seconds=skew)

    def sleep(self, seconds: float) -> None:
        self.agenda.pause(seconds)

    def exchange(self, method: str, url: str, headers: Any, query: Any, content: bytes | None) -> Any:
        return self.partners.exchange(self.agenda.pause, method, url, headers, query, content)

    def get_secret_value(self, **_: Any) -> Any:
        return {"SecretString": json.dumps(SECRET)}

    def call(self, service: str, operation: str, request: dict[str, Any]) -> Any:
        """An AWS call of whoever runs now. A process may be interrupted, refused or misled here."""
        act: Callable[..., Any] = getattr(self._services[service], operation)
        if self.agenda.current is None:
            return act(**request)
        if operation in _WRITES and self.weather.meets("process_paused", self.agenda.now):
            self.agenda.pause(self.chance.uniform(*_PAUSED))
        slow = self.weather.meets("slow_call", self.agenda.now)
        self.agenda.pause(self.chance.uniform(*(_SLOW if slow else _PROMPT)))
        rough = self.agenda.now < self.weather.calm
        if rough:
            self._before(service, operation)
        answer = act(**request)
        if operation in _READS:
            return answer
        if rough:
            answer = self._after(service, operation, act, request, answer)
        if service == "dynamodb":
            self.notice()
        return answer

    def settle(self, until: float) -> None:
        """Let time pass."""
        self.agenda.run(until)

    def _before(self, service: str, operation: str) -> None:
        now = self.agenda.now
        if self.weather.meets("crash_before_call", now):
            raise Killed
        if self.weather.meets("throttle", now):
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, operation)
        if operation == "transact_write_items" and self.weather.meets("transaction_conflict", now):
            reasons = [{"Code": "TransactionConflict", "Message": "somebody else is at it"}]
            error = {"Error": {"Code": "TransactionCanceledException", "Message": "cancelled"}}
            raise ClientError(error | {"CancellationReasons": reasons}, operation)  # type: ignore[arg-type]

    def _after(self, service: str, operation: str, act: Any, request: dict[str, Any], answer: Any) -> Any:
        """A write has taken effect. What becomes of its answer?"""
        now = self.agenda.now
        if self.weather.meets("crash_after_commit", now):
            self.notice()
            raise Killed
        if self.weather.meets("lost_acknowledgement", now):
            self.notice()
            self.agenda.pause(self.chance.uniform(0.1, 2.0))
            # The SDK asks a second time. A transaction carries a token by which AWS knows it again.
            if operation != "transact_write_items":
                answer = act(**request)
        if self.weather.meets("lost_for_good", now):
            self.notice()
            self.agenda.pause(10.0)
            raise ReadTimeoutError(endpoint_url=f"https://{service}")
        return answer

    def notice(self) -> None:
        """Let the mappings look at what was written, and whoever watches every write."""
        if self.watched:
            self.watched()
        for mapping in self.mappings.values():
            mapping.notice()

    def _mapping(self, table: str) -> Mapping:
        return Mapping(self.agenda, self.weather, self.functions, self.dynamo.stream(table))

    def _lag(self) -> float:
        if self.weather.meets("stale_index", self.agenda.now):
            return self.chance.uniform(0, _LONGEST_LAG)
        return 0.0

    def every(self, seconds: float, folder: str, event: dict[str, Any]) -> None:
        """A schedule."""

        def again() -> None:
            if self.agenda.now >= self.upkeep_off_until:
                self.called[folder] = self.agenda.now
                self.functions.invoke(folder, event, _ignored)
            self.every(seconds, folder, event)

        self.agenda.after(seconds, again)


def _ignored(_: Succeeded | Failed) -> None:
    """Nobody waits for a scheduled function."""
