"""How every partner client talks: what it refuses, how long it waits, how it names a failure."""

import subprocess
import sys
from collections.abc import Callable

import httpx
import pytest
from oms.kernel.errors import OutcomeUnknown, PartnerRejected, PartnerUnavailable
from oms.partners.breaker import Breaker
from oms.partners.http import HostRefused, Http

from tests.contract.replies import reply
from tests.contract.running import ROOT, RunningSandbox

BASE = "https://partner.example/api"


def http(handle: Callable[[httpx.Request], httpx.Response], **limits: float) -> Http:
    return Http(BASE, transport=httpx.MockTransport(handle), **limits)  # type: ignore[arg-type]


def raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def handle(request: httpx.Request) -> httpx.Response:
        raise error

    return handle


@pytest.mark.parametrize(
    "url", ["http://partner.example", "ftp://partner.example", "https://", "https://user:pw@partner.example"]
)
def test_a_base_url_that_is_not_plain_https_is_refused(url: str) -> None:
    with pytest.raises(HostRefused):
        Http(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/api/x",
        "http://partner.example/api/x",
        "https://partner.example:8443/api/x",
        "https://partner.example@elsewhere.example/x",
    ],
)
def test_no_request_leaves_for_another_host(url: str) -> None:
    sent: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return reply(200)

    with pytest.raises(HostRefused):
        http(handle).send("GET", url, effect=False, headers={})
    assert sent == []


def test_a_path_cannot_smuggle_in_another_host() -> None:
    with pytest.raises(HostRefused):
        Http("https://partner.example").send("GET", "@elsewhere.example/x", effect=False, headers={})


def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return reply(302, location=f"{BASE}/other")

    with pytest.raises(OutcomeUnknown, match="302"):
        http(handle).send("POST", "/x", effect=True, headers={})
    assert asked == [f"{BASE}/x"]


NOTHING_HAPPENED = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("no route"),
    httpx.PoolTimeout("busy"),
]
UNCLEAR = [
    httpx.ReadTimeout("silence"),
    httpx.WriteTimeout("stuck"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("disconnected"),
]


@pytest.mark.parametrize("error", NOTHING_HAPPENED, ids=repr)
def test_a_request_that_never_left_is_repeatable(error: Exception) -> None:
    with pytest.raises(PartnerUnavailable):
        http(raising(error)).send("POST", "/x", effect=True, headers={})


@pytest.mark.parametrize("error", UNCLEAR, ids=repr)
def test_a_request_without_an_answer_is_unknown_if_it_could_have_had_an_effect(error: Exception) -> None:
    with pytest.raises(OutcomeUnknown):
        http(raising(error)).send("POST", "/x", effect=True, headers={})
    with pytest.raises(PartnerUnavailable):
        http(raising(error)).send("POST", "/x", effect=False, headers={})


@pytest.mark.parametrize("status", [429, 503])
def test_a_partner_that_turns_requests_away_has_done_nothing(status: int) -> None:
    with pytest.raises(PartnerUnavailable, match=str(status)):
        http(lambda _: reply(status)).send("POST", "/x", effect=True, headers={})


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_partner_that_broke_may_have_done_it(status: int) -> None:
    with pytest.raises(OutcomeUnknown, match=str(status)):
        http(lambda _: reply(status)).send("POST", "/x", effect=True, headers={})


def test_an_answer_over_the_cap_is_not_read_to_its_end() -> None:
    with pytest.raises(OutcomeUnknown, match="over 10 bytes"):
        http(lambda _: reply(200, b"x" * 11), max_answer=10).send("POST", "/x", effect=True, headers={})


def test_a_compressed_answer_is_refused_because_the_cap_would_not_hold() -> None:
    answer = reply(200, b"\x1f\x8b", content_encoding="gzip")
    with pytest.raises(PartnerUnavailable, match="compressed"):
        http(lambda _: answer).send("GET", "/x", effect=False, headers={})


def test_an_answer_that_trickles_past_the_deadline_is_given_up() -> None:
    ticks = iter([0.0, 11.0])
    slow = Http(
        BASE,
        transport=httpx.MockTransport(lambda _: reply(200, b"{}")),
        deadline=10.0,
        clock=lambda: next(ticks),
    )
    with pytest.raises(OutcomeUnknown, match=r"10\.0 s"):
        slow.send("POST", "/x", effect=True, headers={})


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a": NaN}', b"\xff", b"[" * 100_000])
def test_an_answer_that_is_no_json_object_is_worthless(body: bytes) -> None:
    answer = http(lambda _: reply(200, body)).send("POST", "/x", effect=True, headers={})
    with pytest.raises(OutcomeUnknown, match="unreadable"):
        answer.json()


def test_messages_name_the_path_but_neither_query_nor_body() -> None:
    client = http(lambda _: reply(503))
    with pytest.raises(PartnerUnavailable) as raised:
        client.send("POST", "/x", effect=True, headers={}, query={"q": "secret"}, content=b"secret")
    assert str(raised.value) == "POST /api/x: 503"


def test_a_server_that_is_not_there_is_unavailable(sandbox: RunningSandbox) -> None:
    client = Http("http://127.0.0.1:9")
    with pytest.raises(PartnerUnavailable):
        client.send("POST", "/x", effect=True, headers={})
    client.close()


def test_proxies_in_the_environment_are_ignored(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    client = Http(sandbox.url)
    assert client.send("GET", "/_sandbox/health", effect=False, headers={}).json() == {"status": "ok"}
    client.close()


def test_httpx_is_loaded_by_the_first_request_only() -> None:
    program = (
        "import sys, oms.partners.stripe, oms.partners.avalara, oms.partners.accertify as a;"
        "a.AccertifyScreening('https://x.example', 'u', 'p');"
        "sys.exit('httpx' in sys.modules)"
    )
    path = str(ROOT / "shared/python")
    assert subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": path}).returncode == 0


class Watch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: Breaker, error: Exception) -> None:
    with pytest.raises(type(error)), breaker:
        raise error


def test_a_breaker_opens_after_failures_in_a_row_and_lets_one_through_after_the_cool_down() -> None:
    watch = Watch()
    breaker = Breaker(failures=2, cool_down=30, clock=watch)
    fail(breaker, PartnerUnavailable("1"))
    fail(breaker, OutcomeUnknown("2"))
    fail(breaker, PartnerUnavailable("circuit open after repeated failures"))
    assert breaker.is_open
    watch.now = 30.0
    fail(breaker, PartnerUnavailable("3"))
    assert breaker.is_open
    watch.now = 60.0
    with breaker:
        pass
    assert not breaker.is_open


def test_a_refusal_proves_that_the_partner_is_there() -> None:
    breaker = Breaker(failures=2, clock=Watch())
    for error in (PartnerUnavailable("1"), PartnerRejected("no"), PartnerUnavailable("2")):
        fail(breaker, error)
    assert not breaker.is_open


def test_an_open_breaker_costs_no_call() -> None:
    breaker = Breaker(failures=1, clock=Watch())
    fail(breaker, PartnerUnavailable("1"))
    reached = []
    with pytest.raises(PartnerUnavailable, match="circuit open"), breaker:
        reached.append(1)
    assert reached == []
