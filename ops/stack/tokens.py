"""Access tokens, asked for once and kept until shortly before they expire."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

_KEEP_SECONDS = 50 * 60
"""Tokens live for an hour; a request never starts with one that ends on its way."""


@dataclass
class CachedToken:
    """`ask` fetches a token. Safe to call from many threads: one of them asks."""

    ask: Callable[[], str]
    clock: Callable[[], float] = time.monotonic
    _token: str = field(default="", repr=False)
    _until: float = 0.0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def __call__(self) -> str:
        """Raises what `ask` raises."""
        with self._lock:
            if not self._token or self.clock() >= self._until:
                self._token = self.ask()
                self._until = self.clock() + _KEEP_SECONDS
            return self._token
