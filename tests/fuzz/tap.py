"""A forward proxy between functions and AWS that hears what they change there, and lets everything pass.

Tables tell that something has changed, and not who did it: workflows, relay and sweeper write whenever they like.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

from ops.local.ports import LOOPBACK
from tests.running.system import System

_READS: Final = ("Get", "Query", "Scan", "BatchGet", "TransactGet", "List", "Describe")
_TARGET: Final = "x-amz-target"
"""The header that names the operation, in every protocol of AWS that has but one path."""
_OURS: Final = ("connection", "content-length", "transfer-encoding", "proxy-connection")
"""Headers that are about one connection."""
_SHOWN: Final = 400
_SECONDS: Final = 60


@dataclass
class Tap:
    """What has been heard."""

    port: int = 0
    _effects: list[str] = field(default_factory=list)

    def effects(self) -> list[str]:
        """What was changed since the last time: operation and what it was given. What was refused changed nothing."""
        heard, self._effects = self._effects, []
        return heard

    def hear(self, operation: str, body: bytes, status: int) -> None:
        if status < 400 and not operation.startswith(_READS):
            self._effects.append(f"{operation} {body.decode(errors='replace')[:_SHOWN]}")


@contextmanager
def standing() -> Iterator[Tap]:
    """A tap on a free port of this machine."""
    tap = Tap()

    class Between(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status, headers, content = _passed_on(self, body)
            # Before the function has its answer: what it answers itself comes later.
            tap.hear(self.headers.get(_TARGET, f".{self.command}").rpartition(".")[2], body, status)
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Between) as server:
        tap.port = server.server_port
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield tap
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def tapping(system: System, functions: Iterable[str]) -> Iterator[Tap]:
    """A tap that these functions are led through, by the variable that the SDK knows; afterwards they are as before.

    Their requests stay signed for where they go.
    """
    client, before = system.stack.aws("lambda"), {}
    with standing() as tap:
        try:
            for name in functions:
                given = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
                before[name] = given
                led = given | {"HTTP_PROXY": f"http://{LOOPBACK}:{tap.port}"}
                client.update_function_configuration(FunctionName=name, Environment={"Variables": led})
            yield tap
        finally:
            for name, given in before.items():
                client.update_function_configuration(FunctionName=name, Environment={"Variables": given})


def _passed_on(request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    to = urlsplit(request.path)
    upstream = HTTPConnection(to.hostname or "", to.port, timeout=_SECONDS)
    try:
        path = request.path.removeprefix(f"{to.scheme}://{to.netloc}") or "/"
        upstream.request(request.command, path, body, dict(_of_all_the_way(request.headers.items())))
        answer = upstream.getresponse()
        return answer.status, list(_of_all_the_way(answer.getheaders())), answer.read()
    finally:
        upstream.close()


def _of_all_the_way(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in headers if name.lower() not in _OURS)
