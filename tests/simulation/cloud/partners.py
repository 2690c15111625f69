"""The partners of the sandbox, without a network between."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from ops.sandbox.accertify import Accertify
from ops.sandbox.avalara import Avalara
from ops.sandbox.replies import Call, Reply
from ops.sandbox.store import Store
from ops.sandbox.stripe import Stripe
from tests.simulation.agenda import Agenda
from tests.simulation.weather import Weather

_READ_SECONDS = 5.0
_LATE, _VERY_LATE = 60.0, 240.0
_DOWN, _FLAPPING = (20.0, 300.0), (4.0, 40.0)
"""Seconds for which a partner refuses whatever it is asked."""
_BY_TURNS = "avalara"
"""In a failover there and gone by turns: who assesses an order twice finds another tax the second time."""


@dataclass(frozen=True, slots=True)
class Answered:
    """As much of httpx.Response as the partners' clients read."""

    status_code: int
    body: bytes
    headers: Any

    def iter_raw(self) -> Iterator[bytes]:
        yield self.body


class Partners:
    def __init__(self, chance: Random, weather: Weather, agenda: Agenda) -> None:
        self._chance, self._weather, self._agenda = chance, weather, agenda
        self._down_until: dict[str, float] = {}
        self.keeps_waiting: list[Callable[[str, bytes], None]] = []
        """Who hears of requests, by address and content, that are on their way for longer than anybody waits."""
        store = Store()
        self.stripe, self.avalara, self.accertify = Stripe(store), Avalara(store), Accertify(store)

    def exchange(
        self, pause: Callable[[float], None], method: str, url: str, headers: Any, query: Any, content: Any
    ) -> Answered:
        """One request. Raises httpx errors as the network would."""
        pause(self._chance.uniform(0.02, 0.3))
        if self._meets("partner_hang"):
            pause(_READ_SECONDS)
            raise httpx.ReadTimeout("nothing came")
        if self._meets("partner_commits_late"):
            late = self._chance.uniform(_READ_SECONDS, _VERY_LATE if self._weather.failover else _LATE)
            self._agenda.after(late, lambda: self._arrive(method, url, headers, query, content))
            for hear in self.keeps_waiting:
                hear(url, content or b"")
            pause(_READ_SECONDS)
            raise httpx.ReadTimeout("nothing came, and it is still on its way")
        if self._down(urlsplit(url).path) or self._meets("partner_5xx"):
            status = self._chance.choice((500, 502, 503, 429))
            return Answered(status, b"{}", {})
        answer = self._answer(method, url, headers, query, content)
        if self._meets("partner_commit_then_timeout"):
            pause(_READ_SECONDS)
            raise httpx.ReadTimeout("it took effect, and nothing came")
        pause(self._chance.uniform(0.01, 0.1))
        return answer

    def _down(self, path: str) -> bool:
        partner = path.split("/")[1]
        if partner == _BY_TURNS and self._weather.by_turns(self._agenda.now):
            return True
        if self._meets("partner_down"):
            lasting = _FLAPPING if self._weather.failover else _DOWN
            self._down_until[partner] = self._agenda.now + self._chance.uniform(*lasting)
        return self._agenda.now < self._down_until.get(partner, 0.0)

    def _arrive(self, method: str, url: str, headers: Any, query: Any, content: Any) -> None:
        self._answer(method, url, headers, query, content)

    def _meets(self, fault: str) -> bool:
        return self._weather.meets(fault, self._agenda.now)

    def _answer(self, method: str, url: str, headers: Any, query: Any, content: Any) -> Answered:
        parts = urlsplit(url)
        name, slash, path = parts.path.removeprefix("/").partition("/")
        text = urlencode(query) if query else parts.query
        sent = {key.lower(): value for key, value in headers.items()}
        partner: Any = getattr(self, name)
        reply: Reply = partner.answer(Call(method, slash + path, sent, text, content or b""))
        return Answered(reply.status, _encoded(reply.body), {})


def _encoded(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()
