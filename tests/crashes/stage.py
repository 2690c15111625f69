"""A running Holdfast whose functions reach AWS through the proxy, and where nothing happens by schedule."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, Semaphore
from typing import Any, Final

from oms.aws.items import marshal
from oms.aws.outbox import SHARDS, buckets_between
from oms.runtime.sweeping import LOOK_BACK, MARK, RIPE

from infra import names
from infra.catalogue import CATALOGUE
from ops.local.ports import LOOPBACK, free_port
from tests.crashes.proxy import Proxy, standing_between
from tests.running.system import System, started

FUNCTIONS: Final = tuple(sorted(names.function_name(folder) for folder in CATALOGUE))
SWEEPER: Final = "relay/sweep_outbox"
WATCHDOG: Final = "capture/watch_orders"
_MOST_PUTS: Final = 25
_HIDDEN_SECONDS: Final = "5"
"""How long a message stays hidden that a consumer has failed on. Repeats that come early are harmless."""


Guard = Callable[[str, str], AbstractContextManager[None]]
"""Surrounds a round. Is told the folder of the function, and the key of the order for which it looks."""


@dataclass
class Stage:
    """Where flows are played."""

    system: System
    proxy: Proxy
    places: Semaphore
    """As many as orders may be on their way at once; who only waits for minutes gives his up."""
    rounds: Lock = field(default_factory=Lock)
    """Held while the sweeper or the watchdog looks."""
    guards: list[Guard] = field(default_factory=list)
    """Of those who wait for a round: somebody else's may do for their orders what theirs was to do."""

    def chill(self, function: str) -> None:
        """Let a function begin anew: a worker that is warm does not ask again for what it keeps."""
        client = self.system.stack.aws("lambda")
        same = client.get_function_configuration(FunctionName=function)["Timeout"]
        client.update_function_configuration(FunctionName=function, Timeout=same)

    @contextmanager
    def guarding(self, guard: Guard) -> Iterator[None]:
        """Meanwhile `guard` surrounds every round."""
        self.guards.append(guard)
        try:
            yield
        finally:
            self.guards.remove(guard)

    def round(self, folder: str, asker: str, first: Callable[[], None]) -> None:
        """A round of the sweeper or the watchdog, and nobody else's meanwhile; right before it, `first`."""
        with self.rounds, ExitStack() as held:
            first()
            for guard in tuple(self.guards):
                held.enter_context(guard(folder, asker))
            self.run(folder)

    def run(self, folder: str, **event: Any) -> bool:
        """Run a function that a schedule runs otherwise; whether it ended well. Hold `rounds` meanwhile."""
        answer = self.system.stack.aws("lambda").invoke(
            FunctionName=names.function_name(folder), Payload=json.dumps(event)
        )
        return "FunctionError" not in answer


@contextmanager
def staged(run_dir: Path, *, at_once: int) -> Iterator[Stage]:
    """Everything up, the proxy between, the schedules off; room for `at_once` orders."""
    port = free_port()
    with (
        started(run_dir) as system,
        standing_between(system.stack.outputs.endpoint, port, run_dir / "proxy.log") as proxy,
    ):
        _lead_through(system, f"http://{LOOPBACK}:{port}")
        for folder in (SWEEPER, WATCHDOG):
            system.stack.aws("events").disable_rule(Name=f"{names.function_name(folder)}-every-minute")
        for consumer, url in system.stack.outputs.queues.items():
            if not consumer.endswith("-dlq"):
                system.stack.aws("sqs").set_queue_attributes(
                    QueueUrl=url, Attributes={"VisibilityTimeout": _HIDDEN_SECONDS}
                )
        _prove_the_past(system)
        yield Stage(system, proxy, Semaphore(at_once))


def _lead_through(system: System, url: str) -> None:
    """A forward proxy, by the variable that the SDK knows: requests stay signed for where they go.

    Partners are called past it: their clients take nothing from the environment.
    """
    client = system.stack.aws("lambda")
    for name in FUNCTIONS:
        given = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        client.update_function_configuration(
            FunctionName=name, Environment={"Variables": given | {"HTTP_PROXY": url}}
        )


def _prove_the_past(system: System) -> None:
    """Note that no event is missing from before the stage was there, or each look of the sweeper would be long."""
    now = datetime.now(UTC)
    past = buckets_between(now - LOOK_BACK, now - RIPE)
    for context in names.STREAMED:
        table = system.stack.outputs.tables[context]
        marks = [{"pk": MARK, "sk": f"{MARK}#{bucket}", "proven": SHARDS} for bucket in past]
        puts = [{"PutRequest": {"Item": marshal(mark)}} for mark in marks]
        for start in range(0, len(puts), _MOST_PUTS):
            system.stack.aws("dynamodb").batch_write_item(
                RequestItems={table: puts[start : start + _MOST_PUTS]}
            )
