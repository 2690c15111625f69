"""Requests that the published API description says may come, and some it says may not, over HTTP to a running system.

Judged is every answer, and what the functions behind the API did on the way to it: what is refused leaves nothing behind.
"""

import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from oms.contracts.api import ROUTES, Route
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from infra import names
from tests.fuzz.tap import Tap
from tests.running.system import System

ROOT: Final = Path(__file__).resolve().parents[2]
CHECKS: Final = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EDGE: Final = frozenset(names.function_name(route.function) for route in ROUTES)
"""The functions behind the API. Nothing but a request makes them do anything."""
_CLIENTS: Final = {
    "orders": ("web", "web", "marketplace", "operations"),
    "fulfilment": ("warehouse", "operations"),
    "inventory": ("warehouse", "operations"),
}
_MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
_OURS: Final = 0.6
"""How often a path names something that there is: what nobody has is soon refused."""


@dataclass
class Tried:
    """What was sent and what came back."""

    cases: int = 0
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    """(operation, status) -> requests."""
    violations: list[str] = field(default_factory=list)


class Door:
    """Sends cases to the API and judges the answers."""

    def __init__(
        self, system: System, tap: Tap, orders: list[str], work: list[str], *, seed: int = 0
    ) -> None:
        """The functions behind the API are led through `tap`.

        `orders` and `work` are ids that requests may name; what they stand for may be cancelled and shipped.
        """
        self._system, self._tap, self._orders, self._work = system, tap, orders, work
        self._chance = Random(seed)
        self._seed = seed
        self.tried = Tried()

    def knock(self, cases: int, *, told: Callable[[Tried], None] = lambda _: None) -> Tried:
        """Send so many cases, the same number to each operation, half of them as described and half of them not."""
        schema = schemathesis.openapi.from_path(ROOT / "docs/openapi.yaml")
        operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
        operations.sort(key=lambda one: one.path.endswith("/cancel"))  # what is cancelled cannot be shipped
        parts = [(operation, mode) for operation in operations for mode in _MODES]
        for number, (operation, mode) in enumerate(parts):
            end = cases * (number + 1) // len(parts)
            rounds = 0
            while self.tried.cases < end and rounds < _MOST_ROUNDS:
                self._send(operation, mode, end - self.tried.cases, rounds, told)
                rounds += 1
        return self.tried

    def _send(
        self, operation: Any, mode: GenerationMode, count: int, again: int, told: Callable[[Tried], None]
    ) -> None:
        route = next(one for one in ROUTES if one.operation == operation.definition.raw["operationId"])

        @hypothesis.seed(self._seed * 1_000 + again + zlib.crc32(operation.label.encode()))
        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def each(case: Any) -> None:
            self._try(case, route, mode)
            told(self.tried)

        each()

    def _try(self, case: Any, route: Route, mode: GenerationMode) -> None:
        self._name_ours(case)
        if mode is GenerationMode.POSITIVE:
            self._make_plausible(case)
        headers = {"authorization": f"Bearer {self._token(route)}"}
        self._tap.effects()
        response = case.call(base_url=self._system.stack.outputs.api_url, headers=headers)
        self.tried.cases += 1
        self.tried.answers[route.operation, response.status_code] += 1
        for fault in _faults(case, response):
            self._note(case, response, fault)
        effects = self._tap.effects()
        if effects and (kind := _harmless(route, response)):
            self._note(case, response, f"{kind} has changed something: {'; '.join(effects)}")

    def _name_ours(self, case: Any) -> None:
        for name, ids in (("order_id", self._orders), ("fulfilment_order_id", self._work)):
            if name in (case.path_parameters or {}) and self._chance.random() < _OURS:
                case.path_parameters[name] = self._chance.choice(ids)

    def _make_plausible(self, case: Any) -> None:
        """A currency and a place that there are: else nearly everything would be refused for these."""
        body = case.body
        if isinstance(body, dict) and self._chance.random() < _OURS:
            body |= {"currency": "GBP"} if "currency" in body else {}
            body |= {"location": "NORTH"} if "location" in body else {}

    def _token(self, route: Route) -> str:
        client = self._chance.choice(_CLIENTS[route.scope.partition(".")[0]])
        return self._system.stack.api(client).token()

    def _note(self, case: Any, response: Any, fault: str) -> None:
        curl = case.as_curl_command(headers={"authorization": "Bearer …"})
        self.tried.violations.append(f"{fault}\n  {curl}\n  {response.status_code} {response.text[:500]}")


_MOST_ROUNDS: Final = 40
"""A small operation runs out of different cases; another seed has others."""


def _harmless(route: Route, response: Any) -> str:
    """What the request turned out to be, where nothing may come of it."""
    if 400 <= response.status_code < 500:
        return "a refused request"
    if "idempotent-replayed" in response.headers:
        return "a repeated request"
    return "a request that only reads" if route.method == "GET" else ""


def _faults(case: Any, response: Any) -> Iterator[str]:
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        yield from (_in_words(one) for one in group.exceptions)
    except Failure as failure:
        yield _in_words(failure)


def _in_words(failure: BaseException) -> str:
    return f"{type(failure).__name__}: {str(failure)[:500]}"
