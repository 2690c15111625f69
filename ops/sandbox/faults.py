"""Faults on demand: what partners do on their bad days.

A fault: {"partner": "stripe", "method": "POST", "path": "/v1/payment_intents", "fault": …,
"times": 1, "match": "…"}. `path` is a glob (`/v1/payment_intents/*/capture`); `method` and
`path` default to any; `match` is a substring of the request, body or query, decoded, or of the
id of the order that the request speaks of. A request meets the first fault that matches it, so
a `pass` before another fault lets as many requests through. What struck is noted.

The request is served:
  pass                  as if there were no fault
Nothing takes effect:
  500, 503, 429         answers with that status
  hang                  reads the request, answers nothing for 30 s
  redirect              302 to another host
  drop_before           drops the connection
  stale                 answers an empty list (a search index that lags)
The request takes effect, its answer is lost:
  timeout_after_commit  answers nothing for 30 s
  500_after_commit      answers 500
  drop_after            drops the connection in mid-answer
  malformed             answers half a document
  oversized             answers 10 MB
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HANG_SECONDS = 30.0
_BEFORE_THE_EFFECT = frozenset(("500", "503", "429", "hang", "redirect", "drop_before", "stale"))
_AFTER_THE_EFFECT = frozenset(
    ("timeout_after_commit", "500_after_commit", "drop_after", "malformed", "oversized")
)
_NO_FAULT = "pass"
FAULTS = _BEFORE_THE_EFFECT | _AFTER_THE_EFFECT | {_NO_FAULT}
_TEN_MEGABYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    partner: str
    fault: str
    method: str = "*"
    path: str = "*"
    times: int = 1
    match: str = ""

    def __post_init__(self) -> None:
        if self.fault not in FAULTS:
            raise ValueError(f"unknown fault {self.fault!r}")

    def hits(self, method: str, path: str, text: str) -> bool:
        prefix = f"/{self.partner}"
        return (
            path.startswith(prefix)
            and fnmatchcase(method, self.method)
            and fnmatchcase(path.removeprefix(prefix), self.path)
            and self.match in text
        )


@dataclass(frozen=True, slots=True)
class Struck:
    """A request that met a fault; `path` is the partner's own."""

    partner: str
    method: str
    path: str
    fault: str
    match: str


class FaultyApp:
    """Wraps the sandbox; each request meets the first fault that matches it.

    `order_behind` names the order that a request (its path, body and query) speaks of without naming it.
    """

    def __init__(self, app: ASGIApp, *, order_behind: Callable[[str], str]) -> None:
        self._app = app
        self._order_behind = order_behind
        self.faults: list[Fault] = []
        self.struck: list[Struck] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_sandbox"):
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        text = unquote_plus(body.decode(errors="replace") + "\n" + scope["query_string"].decode())
        text += "\n" + self._order_behind(scope["path"] + "\n" + text)
        fault = self._take(scope["method"], scope["path"], text)
        if fault in _AFTER_THE_EFFECT:
            await self._app(scope, _once(body), _nowhere)
        if fault == _NO_FAULT:
            await self._app(scope, _once(body), send)
        else:
            await _misbehave(fault, receive, send)

    def _take(self, method: str, path: str, text: str) -> str:
        for index, fault in enumerate(self.faults):
            if fault.hits(method, path, text):
                left = replace(fault, times=fault.times - 1)
                self.faults[index : index + 1] = [left] if left.times > 0 else []
                own = path.removeprefix(f"/{fault.partner}")
                self.struck.append(Struck(fault.partner, method, own, fault.fault, fault.match))
                return fault.fault
        return _NO_FAULT


async def _misbehave(fault: str, receive: Receive, send: Send) -> None:
    match fault:
        case "hang" | "timeout_after_commit":
            await _silence(receive)
            await _answer(send, 504, b"")
        case "drop_before" | "drop_after":
            await _start(send, 200, length=1_000)
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
        case "redirect":
            await _answer(send, 302, b"", location=b"https://elsewhere.example/")
        case "malformed":
            await _answer(send, 200, b'{"id": "pi_')
        case "oversized":
            await _answer(send, 200, b'{"padding": "' + b"x" * _TEN_MEGABYTES + b'"}')
        case "stale":
            await _answer(send, 200, b'{"object": "search_result", "data": [], "has_more": false}')
        case _:
            await _answer(send, int(fault[:3]), b'{"error": {"type": "api_error", "code": "sandbox_fault"}}')


async def _silence(receive: Receive) -> None:
    """Until the client hangs up, or long enough."""

    async def hang_up() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    with suppress(TimeoutError):
        await asyncio.wait_for(hang_up(), HANG_SECONDS)


async def _read(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


def _once(body: bytes) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


async def _nowhere(message: Message) -> None:
    """Where lost answers go."""


async def _answer(send: Send, status: int, body: bytes, location: bytes | None = None) -> None:
    await _start(send, status, length=len(body), location=location)
    await send({"type": "http.response.body", "body": body})


async def _start(send: Send, status: int, *, length: int, location: bytes | None = None) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(length).encode())]
    if location is not None:
        headers.append((b"location", location))
    await send({"type": "http.response.start", "status": status, "headers": headers})
