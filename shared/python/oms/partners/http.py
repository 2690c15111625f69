"""One way to call a partner over HTTP, and one reading of everything that can go wrong.

What happened                                        call with an effect    read-only call
no connection, 429, 503                              PartnerUnavailable     PartnerUnavailable
time-out after sending, dropped connection,
other 5xx, redirect, oversized or unreadable answer  OutcomeUnknown         PartnerUnavailable
2xx, 4xx                                             the answer, for the client to read

Nothing is retried here: retries belong to the workflow or the queue that called.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from oms.kernel.errors import OutcomeUnknown, PartnerRejected, PartnerUnavailable

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
MEGABYTE = 1_000_000
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_NOTHING_HAPPENED = (429, 503)


class HostRefused(ValueError):
    """The URL leads to a host, port or scheme that the configuration does not allow."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx or 4xx answer. `effect` says whether the request could have changed something."""

    status: int
    body: bytes
    effect: bool
    call: str
    """Method and path, for messages; never the query or a body."""

    @property
    def ok(self) -> bool:
        return self.status < 300

    def json(self) -> dict[str, Any]:
        """The JSON object in the body, decimals as Decimal. See `read` for errors."""
        return self.read(_json_object)

    def read(self, parse: Callable[[bytes], T]) -> T:
        """`parse(body)`; what it cannot read makes the answer worthless, see the table above."""
        try:
            return parse(self.body)
        except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError) as error:
            raise self.worthless(f"unreadable answer ({type(error).__name__})") from error

    def worthless(self, why: str) -> OutcomeUnknown | PartnerUnavailable:
        """The error to raise when this answer cannot be trusted."""
        return _unclear(self.effect, f"{self.call}: {why}")

    def rejected(self, why: str) -> PartnerRejected:
        """The error to raise when the partner calls the request wrong."""
        return PartnerRejected(f"{self.call}: {self.status} {why}")


class Http:
    """A client bound to one partner's base URL; it never talks to another host.

    `connect` and `read` are seconds per step, `deadline` seconds for the whole exchange
    (checked whenever bytes arrive), `max_answer` bytes. TLS is required except on loopback.
    Proxies and credentials from the environment are ignored.
    """

    def __init__(
        self,
        base_url: str,
        *,
        connect: float = 2.0,
        read: float = 5.0,
        deadline: float = 10.0,
        max_answer: int = MEGABYTE,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._origin = _allowed_origin(base_url)
        self._connect, self._read, self._deadline = connect, read, deadline
        self._max_answer = max_answer
        self._transport = transport
        self._clock = clock
        self._client: httpx.Client | None = None

    def send(
        self,
        method: str,
        path: str,
        *,
        effect: bool,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """One request to `path` under the base URL.

        `effect` is True when repeating the request could do something twice.
        Raises PartnerUnavailable, OutcomeUnknown (see the table above), HostRefused.
        """
        url = self._url(path)
        call = f"{method} {urlsplit(url).path}"
        status, body = self._exchange(method, url, effect, call, headers, query, content)
        if status in _NOTHING_HAPPENED:
            raise PartnerUnavailable(f"{call}: {status}")
        if not (200 <= status < 300 or 400 <= status < 500):
            raise _unclear(effect, f"{call}: {status}")
        return Answer(status, body, effect, call)

    def close(self) -> None:
        """Give the connections back."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _url(self, path: str) -> str:
        url = path if "://" in path else self._base + path
        if _allowed_origin(url) != self._origin:
            raise HostRefused(f"{urlsplit(url).netloc} is not {urlsplit(self._base).netloc}")
        return url

    def _exchange(
        self,
        method: str,
        url: str,
        effect: bool,
        call: str,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None,
        content: bytes | None,
    ) -> tuple[int, bytes]:
        import httpx

        give_up_at = self._clock() + self._deadline
        sent = {"Accept-Encoding": "identity", **headers}  # a compressed answer could outgrow the cap
        try:
            with self._open().stream(method, url, headers=sent, params=query, content=content) as response:
                return response.status_code, self._body(response, effect, call, give_up_at)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.LocalProtocolError,
            httpx.UnsupportedProtocol,
        ) as error:
            raise PartnerUnavailable(f"{call}: {type(error).__name__}") from error
        except httpx.RequestError as error:
            raise _unclear(effect, f"{call}: {type(error).__name__}") from error

    def _body(self, response: httpx.Response, effect: bool, call: str, give_up_at: float) -> bytes:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _unclear(effect, f"{call}: compressed answer, not asked for")
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > self._max_answer:
                raise _unclear(effect, f"{call}: answer over {self._max_answer} bytes")
            if self._clock() > give_up_at:
                raise _unclear(effect, f"{call}: no complete answer in {self._deadline} s")
        return bytes(body)

    def _open(self) -> httpx.Client:
        if self._client is None:
            import httpx

            self._client = httpx.Client(
                timeout=httpx.Timeout(self._read, connect=self._connect),
                follow_redirects=False,
                trust_env=False,
                transport=self._transport,
            )
        return self._client


def _allowed_origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host or parts.username or parts.password:
        raise HostRefused("a partner URL needs a host and carries no credentials")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise HostRefused(f"{host} needs https")
    return parts.scheme, host, parts.port


def _unclear(effect: bool, message: str) -> OutcomeUnknown | PartnerUnavailable:
    return OutcomeUnknown(message) if effect else PartnerUnavailable(message)


def _json_object(body: bytes) -> dict[str, Any]:
    value = json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
