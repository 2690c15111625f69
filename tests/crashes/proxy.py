"""Microburst between the functions and the local AWS, as a process of its own."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from ops.local.ports import LOOPBACK

Json = dict[str, Any]
_START_SECONDS: Final = 30.0
_MOST_NOTES: Final = 2_000


class Proxy:
    """Its control desk. A request meets the first rule that matches it; one without effect lets it pass."""

    def __init__(self, url: str) -> None:
        self._desk = httpx.Client(base_url=f"{url}/_microburst", trust_env=False, timeout=30)

    def add(self, rules: Sequence[Json]) -> list[int]:
        """Rules behind all others; answers their numbers."""
        answer = self._desk.patch("/rules", json=list(rules)).raise_for_status()
        return [int(rule["id"]) for rule in answer.json()]

    def remove(self, bodies: Sequence[str]) -> None:
        """Every rule with one of these expressions for bodies."""
        self._desk.request("DELETE", "/rules", json=[{"body": one} for one in bodies]).raise_for_status()

    def replace_all(self, rules: Sequence[Json]) -> list[int]:
        answer = self._desk.post("/rules", json=list(rules)).raise_for_status()
        self._desk.delete("/fired").raise_for_status()
        return [int(rule["id"]) for rule in answer.json()]

    def struck(self, number: int) -> int:
        """How often a rule has struck."""
        rules = self._desk.get("/rules").json()
        return next(int(rule["fired_count"]) for rule in rules if rule["id"] == number)

    def notes(self) -> list[Json]:
        """The requests that met a rule since all rules were replaced, oldest first."""
        found: list[Json] = self._desk.get("/fired", params={"limit": _MOST_NOTES}).json()
        assert len(found) < _MOST_NOTES, "the proxy has forgotten requests"
        return found

    def wait(self) -> None:
        """Until it answers. Raises httpx.TransportError."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._desk.get("/health").raise_for_status()
                return
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def close(self) -> None:
        self._desk.close()


@contextmanager
def standing_between(upstream: str, port: int, log: Path) -> Iterator[Proxy]:
    """A proxy on `port` in front of `upstream`, ended afterwards."""
    command = ["-m", "microburst", "--upstream", upstream, "--host", LOOPBACK, "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command, "--no-resign"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    proxy = Proxy(f"http://{LOOPBACK}:{port}")
    try:
        proxy.wait()
        yield proxy
    finally:
        proxy.close()
        process.kill()  # it keeps nothing, and would wait for connections that nobody closes
        process.wait()
