"""A whole Holdfast on the local AWS for one test session: engine, partner sandbox, stacks, locations."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock
from typing import Any, Final, TypeVar

import httpx
from oms.inventory.application.locating import register_location
from oms.inventory.domain.location import Location
from oms.kernel.events import Actor

from infra import names
from ops.local import Engine, launch
from ops.local.aws import client
from ops.local.processes import marked
from ops.stack import Stack
from ops.stack.partners import CREDENTIALS, Sandbox, start_sandbox, stop_sandbox

T = TypeVar("T")
Json = dict[str, Any]
TESTER: Final = Actor("staff", "tester")
PATIENCE: Final = 240.0
"""Seconds until something that has not happened counts as lost. Only a failing test waits so long."""
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 0.5
_WAIT_SCALE: Final = 0.25
"""Workflows retry four times as fast as they would on AWS; what they retry stays the same."""
_SOON: Final = 10
"""Seconds a message stays hidden that `commit_tax` has failed on. Its effect is keyed, so early repeats are harmless."""

NORTH: Final = Location(
    "NORTH", "North", "1 Mill Lane", "Leeds", "LS1 1AA", "GB", latitude=53.8, longitude=-1.55, priority=10
)
SOUTH: Final = Location(
    "SOUTH", "South", "2 Quay Road", "Poole", "BH15 1AA", "GB", latitude=50.72, longitude=-1.98, priority=20
)


class StillWaiting(AssertionError):
    """It did not happen in time; the message says what was seen last."""


class System:
    """What tests need of a running Holdfast. Safe to use from many threads."""

    def __init__(self, stack: Stack, sandbox: Sandbox) -> None:
        self.stack = stack
        self._desk = httpx.Client(base_url=f"{sandbox.url}/_sandbox", trust_env=False, timeout=30)
        self._over = Event()
        self._count = 0
        self._lock = Lock()
        self._running = Lock()
        self._began: dict[str, float] = {}

    def number(self) -> int:
        """A number that nobody else has got."""
        with self._lock:
            self._count += 1
            return self._count

    def until(
        self, look: Callable[[], T], settled: Callable[[T], bool], *, what: str, every: float = _LONGEST_PAUSE
    ) -> T:
        """Look at growing intervals, up to `every` seconds, until it is `settled`; answer what was seen.

        Raises StillWaiting.
        """
        deadline = time.monotonic() + PATIENCE
        pause = _FIRST_PAUSE
        while not settled(seen := look()):
            if time.monotonic() >= deadline or self._over.wait(pause):
                raise StillWaiting(f"{what}: still {seen}")
            pause = min(pause * 1.3, every)
        return seen

    def fault(self, partner: str, fault: str, **more: Any) -> None:
        """Let a partner misbehave once (or `times`), see `ops.sandbox.faults`. Name an order by `match`."""
        row = {"partner": partner, "fault": fault, **more}
        self._desk.post("/faults", json=[row]).raise_for_status()

    def struck(self, match: str) -> list[Json]:
        """Requests to partners that met a fault with this `match`, oldest first."""
        rows: list[Json] = self._desk.get("/struck", params={"match": match}).json()
        return rows

    def heal(self, match: str | None = None) -> None:
        """Let partners behave again; with `match` only towards those it names."""
        query = {} if match is None else {"match": match}
        self._desk.delete("/faults", params=query).raise_for_status()

    def faults_left(self, match: str) -> list[Json]:
        """Faults for this `match` that nobody has met yet."""
        return [row for row in self._desk.get("/faults").json() if row["match"] == match]

    def effects(self, partner: str) -> list[Json]:
        """What took effect at a partner, as the partner has it."""
        rows: list[Json] = self._desk.get("/effects").json()[partner]
        return rows

    def run(self, folder: str, **event: Any) -> None:
        """Run a function that a schedule runs otherwise. Who asks while it runs shares the next run."""
        asked = time.monotonic()
        with self._running:
            if self._began.get(folder, 0.0) < asked:
                self._began[folder] = time.monotonic()
                answer = self.stack.aws("lambda").invoke(
                    FunctionName=names.function_name(folder), Payload=json.dumps(event)
                )
                assert "FunctionError" not in answer, answer["Payload"].read()

    def queued(self) -> int:
        """Messages in all queues of consumers, waiting or being worked on."""
        sqs, wanted = self.stack.aws("sqs"), ["ApproximateNumberOfMessages"]
        wanted.append("ApproximateNumberOfMessagesNotVisible")
        return sum(
            int(value)
            for url in self.stack.outputs.queues.values()
            for value in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"].values()
        )

    def end(self) -> None:
        """Let nobody wait any longer, and give connections back."""
        self._over.set()
        self._desk.close()
        self.stack.close()


@contextmanager
def started(run_dir: Path) -> Iterator[System]:
    """Everything up and seeded; afterwards everything down again, or an error."""
    clients: list[Any] = []
    try:
        sandbox = start_sandbox(run_dir)
        launched = launch(
            run_dir,
            partner_urls=sandbox.partner_urls,
            partner_credentials=CREDENTIALS,
            engine=Engine(run_dir, port=0, wait_scale=_WAIT_SCALE),
        )
        url = launched.engine.url

        def make_client(service: str) -> Any:
            clients.append(client(service, url))
            return clients[-1]

        system = System(Stack(launched.outputs, make_client, is_local=True, sandbox_url=sandbox.url), sandbox)
        try:
            _prepare(system)
            yield system
        finally:
            system.end()
            launched.engine.stop()
            for one in clients:
                one.close()
    finally:
        stop_sandbox(run_dir)
    left = [*marked(run_dir.resolve()), *marked(run_dir.resolve() / "partners")]
    assert left == [], "processes are left"


def _prepare(system: System) -> None:
    for location in (NORTH, SOUTH):
        register_location(system.stack.locations, location, now=datetime.now(UTC), actor=TESTER)
    system.stack.aws("sqs").set_queue_attributes(
        QueueUrl=system.stack.outputs.queues["commit-tax"], Attributes={"VisibilityTimeout": str(_SOON)}
    )
