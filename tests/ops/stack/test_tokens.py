"""Tokens are asked for once, and again before they end."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from ops.stack.tokens import CachedToken


@dataclass
class Issuer:
    now: float = 0.0
    asked: int = 0
    seconds: float = 0.0

    def ask(self) -> str:
        self.asked += 1
        time.sleep(self.seconds)
        return f"token-{self.asked}"

    def cached(self) -> CachedToken:
        return CachedToken(self.ask, clock=lambda: self.now)


def test_one_token_serves_every_request_of_nearly_an_hour() -> None:
    issuer = Issuer()
    token = issuer.cached()
    for issuer.now in (0.0, 1_000.0, 2_999.0):
        assert token() == "token-1"
    issuer.now = 3_000.0
    assert token() == "token-2"


def test_many_threads_ask_once() -> None:
    issuer = Issuer(seconds=0.05)
    token = issuer.cached()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: token(), range(64))) == {"token-1"}
    assert issuer.asked == 1  # the others waited


def test_a_refusal_is_not_kept() -> None:
    answers = iter([OSError("no route"), "token"])

    def ask() -> str:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return str(answer)

    token = CachedToken(ask)
    with pytest.raises(OSError, match="no route"):
        token()
    assert token() == "token"


def test_a_token_stays_out_of_logs() -> None:
    issuer = Issuer()
    token = issuer.cached()
    token()
    assert "token-1" not in repr(token)
