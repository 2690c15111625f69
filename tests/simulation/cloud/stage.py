"""The deployed handlers on a stage: what they reach of the world is the run's world, whichever is on.

A handler is loaded once and runs in every simulated world. Its clients are stand-ins that ask the world on
the stage; its clock is the world's; its partners are reached through the world's wires.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any, Final, Protocol

from oms.aws.outbox import SHARDS
from oms.inventory.domain.promise import CHUNK

from tests.simulation.coverage import Way, watch

ENVIRONMENT: Final = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "BUS_NAME": "bus",
    "ORDER_CAPTURE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:order-capture",
    "ADMISSION_RATE": "1000",
    "PARTNER_SECRET": "partners",
    "CHANNELS": '{"shop": "web", "warehouse": "warehouse=*"}',
    "STRIPE_URL": "http://127.0.0.1/stripe",
    "AVALARA_URL": "http://127.0.0.1/avalara",
    "ACCERTIFY_URL": "http://127.0.0.1/accertify",
}
SECRET: Final = {
    "stripe_key": "sk_test_simulation",
    "avalara_account": "account",
    "avalara_licence": "licence",
    "accertify_user": "user",
    "accertify_password": "password",
}


class World(Protocol):
    """What a handler can reach."""

    @property
    def visited(self) -> Counter[Way]: ...
    @property
    def defects(self) -> set[str]: ...
    def call(self, service: str, operation: str, request: dict[str, Any]) -> Any: ...
    def moment(self) -> datetime: ...
    def seconds(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...
    def exchange(self, method: str, url: str, headers: Any, query: Any, content: bytes | None) -> Any: ...


_ON_STAGE: list[World] = []


@contextmanager
def on_stage(
    world: World, *, look_back: timedelta, chunk: int = CHUNK, shards: int = SHARDS
) -> Iterator[None]:
    """Let handlers reach `world`. Caches that live as long as a worker begin empty.

    The sweeper looks back no further than `look_back`: a world has no past before its beginning, and to
    find that out again in every run would take most of its time. `chunk`: stock rows per chunk; `shards` of
    an outbox.
    """
    from oms.aws import outbox
    from oms.inventory.application.reserving import reserve
    from oms.runtime import sweeping

    handlers()
    for empty in _worker_caches():
        empty()
    sweeping.LOOK_BACK = look_back
    for module in (outbox, sweeping):
        setattr(module, "SHARDS", shards)  # noqa: B010 - what a module imported is not its own to mypy
    defaults: Any = reserve.__kwdefaults__
    defaults["chunk_size"] = chunk
    _ON_STAGE.append(world)
    try:
        yield
    finally:
        _ON_STAGE.pop()


def here() -> World:
    return _ON_STAGE[-1]


class _Client:
    """A boto3 client of the world on the stage."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        service = self._service
        if operation.startswith("_"):
            raise AttributeError(operation)

        def call(**request: Any) -> Any:
            return _ON_STAGE[-1].call(service, operation, request)

        setattr(self, operation, call)
        return call


class _Clock:
    """Stands where `datetime` stood."""

    @staticmethod
    def now(_zone: Any = UTC) -> datetime:
        return here().moment()


@cache
def handlers() -> dict[str, Callable[[Any, Any], Any]]:
    """Folder -> handler. Loaded once, after everything that they reach has been replaced."""
    os.environ.update(ENVIRONMENT)
    _replace()
    from infra.catalogue import CATALOGUE
    from ops.bench.handlers import handler_of

    loaded = {folder: handler_of(folder) for folder in CATALOGUE}
    watch(_taken)
    return loaded


def _replace() -> None:
    from oms.partners import breaker, http
    from oms.runtime import logs
    from oms.wiring import clients, relay, secrets, watchdog, workflows

    from infra import names

    for context in names.TABLES:
        os.environ[f"{context.upper()}_TABLE"] = context
    os.environ["OUTBOX_TABLES"] = ",".join(names.STREAMED)
    made = cache(_Client)
    for module in (clients, relay, secrets, workflows):
        setattr(module, "client", made)  # noqa: B010 - what a module imported is not its own to mypy
    time = SimpleNamespace(monotonic=_seconds, sleep=lambda seconds: here().sleep(seconds))
    replaced: list[tuple[object, str, object]] = [
        (clients, "datetime", _Clock),
        (relay, "time", time),
        (workflows, "time", time),
        (watchdog, "monotonic", _seconds),
        (http.Http, "_open", lambda _self: _Wire()),
        (logs, "sys", SimpleNamespace(stdout=SimpleNamespace(write=_unread))),
        (logs, "json", SimpleNamespace(dumps=_overheard)),
    ]
    for owner, name, value in replaced:
        setattr(owner, name, value)
    for timed in (http.Http, breaker.Breaker):
        defaults: Any = timed.__init__.__kwdefaults__
        defaults["clock"] = _seconds


def _taken(way: Way) -> None:
    if _ON_STAGE:
        _ON_STAGE[-1].visited[way] += 1


def _seconds() -> float:
    return here().seconds()


def _unread(*_: object) -> None:
    """Nobody reads the logs of a simulated world."""


def _overheard(line: dict[str, Any], **_: object) -> str:
    """But whoever says in them that the product is broken is heard: no weather excuses what no repeat can mend."""
    if line["message"] == "failure" and line["code"] not in _excused():
        here().defects.add(f"{line['function']} failed with {line['error']} at {line['at'][-1]}")
    return ""


@cache
def _excused() -> frozenset[str]:
    """Codes of failures that bad weather brings."""
    from oms.kernel.errors import OutcomeUnknown, Retryable

    kinds: list[type[Retryable] | type[OutcomeUnknown]] = [Retryable, OutcomeUnknown]
    for kind in kinds:
        kinds += kind.__subclasses__()  # the list grows while it is walked, down to the last of them
    return frozenset(kind.code for kind in kinds)


class _Wire:
    """As much of httpx.Client as the partners' clients use."""

    @contextmanager
    def stream(
        self, method: str, url: str, *, headers: Any, params: Any, content: bytes | None
    ) -> Iterator[Any]:
        yield here().exchange(method, url, headers, params, content)


@cache
def _worker_caches() -> list[Callable[[], None]]:
    """What a new worker would not have: every cache of the composition root."""
    import importlib
    import pkgutil

    import oms.wiring

    found = {}
    for module in pkgutil.iter_modules(oms.wiring.__path__):
        loaded = importlib.import_module(f"oms.wiring.{module.name}")
        for value in vars(loaded).values():
            if hasattr(value, "cache_clear"):
                found[id(value)] = value.cache_clear
    return list(found.values())
