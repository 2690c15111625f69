"""That a refusal which leaves something behind is seen, also where it does so only once; and nobody else is blamed."""

from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from oms.contracts.api import ROUTES
from schemathesis import GenerationMode

from tests.fuzz.over_http import Door
from tests.fuzz.tap import Tap, standing

PLACE = next(route for route in ROUTES if route.operation == "placeOrder")
LIST = next(route for route in ROUTES if route.operation == "listOrders")
REFUSED, TAKEN = 409, 201


class Store:
    """Takes every row once, as DynamoDB does on condition."""

    def __init__(self) -> None:
        self.rows: set[bytes] = set()

    def status(self, operation: str, row: bytes) -> int:
        if not operation.endswith("PutItem"):
            return 200
        status = 400 if row in self.rows else 200
        self.rows.add(row)
        return status


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def port(store: Store) -> Iterator[int]:
    class Aws(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            row = self.rfile.read(int(self.headers["content-length"]))
            self.send_response_only(store.status(self.headers["x-amz-target"], row))
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

    with HTTPServer(("127.0.0.1", 0), Aws) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def tap() -> Iterator[Tap]:
    with standing() as tap:
        yield tap


class Case:
    """A request that a function answers with `status`, after it has asked AWS for `operations`."""

    path_parameters = body = None

    def __init__(self, tap: Tap, port: int, status: int, *operations: str, **headers: str) -> None:
        self._tap, self._aws, self._operations = tap, f"127.0.0.1:{port}", operations
        self._answer = SimpleNamespace(status_code=status, text="", headers=headers)

    def call(self, **_: Any) -> Any:
        for operation in self._operations:
            connection = HTTPConnection("127.0.0.1", self._tap.port)
            target = {"x-amz-target": f"DynamoDB_20120810.{operation}", "host": self._aws}
            connection.request("POST", f"http://{self._aws}/", b'{"pk": "REQUEST#web#k"}', target)
            assert connection.getresponse().read() == b"{}"
            connection.close()
        return self._answer

    def validate_response(self, *_: Any, **__: Any) -> None:
        """Nothing is wrong with the answer itself."""

    def as_curl_command(self, **_: Any) -> str:
        return "curl"


@pytest.fixture
def door(tap: Tap) -> Door:
    api = SimpleNamespace(token=lambda: "t")
    stack = SimpleNamespace(outputs=SimpleNamespace(api_url="http://api.invalid"), api=lambda _: api)
    system: Any = SimpleNamespace(stack=stack)
    return Door(system, tap, [], [])


def faults(door: Door, case: Any, route: Any = PLACE) -> list[str]:
    door._try(case, route, GenerationMode.NEGATIVE)
    return door.tried.violations


def test_a_refusal_that_stores_a_row_only_the_first_time_is_a_violation(
    door: Door, tap: Tap, port: int
) -> None:
    (fault,) = faults(door, Case(tap, port, REFUSED, "GetItem", "PutItem"))

    assert fault.startswith('a refused request has changed something: PutItem {"pk": "REQUEST#web#k"}')


def test_a_refusal_that_read_or_was_refused_its_write_is_none(
    door: Door, tap: Tap, port: int, store: Store
) -> None:
    store.rows.add(b'{"pk": "REQUEST#web#k"}')

    assert faults(door, Case(tap, port, REFUSED, "GetItem", "Query", "PutItem")) == []


def test_what_was_changed_before_a_refusal_is_not_the_refusals(door: Door, tap: Tap, port: int) -> None:
    faults(door, Case(tap, port, TAKEN, "PutItem"))
    Case(tap, port, TAKEN, "UpdateItem").call()

    assert faults(door, Case(tap, port, REFUSED, "GetItem")) == []


def test_neither_a_repeat_nor_a_read_changes_anything(door: Door, tap: Tap, port: int) -> None:
    repeat = Case(tap, port, TAKEN, "UpdateItem", **{"idempotent-replayed": "true"})

    faults(door, repeat)
    faults(door, Case(tap, port, 200, "UpdateItem"), LIST)

    assert [fault.partition(" has")[0] for fault in door.tried.violations] == [
        "a repeated request",
        "a request that only reads",
    ]
