"""The engine: MiniStack as a child process in a group of its own.

A run may be killed at any moment: the next one finds what it left, by the mark in the
processes' environment, and ends it first. Two runs of one checkout exclude each other by
a file lock, which the operating system releases however its holder ends.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from ops.local.ports import LOOPBACK, free_port, is_free
from ops.local.processes import MARK, end, marked, may_outlive_us
from ops.local.scratch import clear_scratch, make_scratch

DEFAULT_PORT: Final = 4566
_ENGINE: Final = """
import runpy, sys
sys.setswitchinterval(0.0005)
runpy.run_module("ministack", run_name="__main__", alter_sys=True)
"""
"""The engine serves every request of every function from one process: a thread that has something to say to
a function must not wait Python's usual five milliseconds behind one that computes."""
_HEALTH: Final = "/_ministack/health"
_ATTEMPTS: Final = 3
_INHERITED: Final = ("PATH", "LANG", "LC_ALL")


class EngineError(Exception):
    """The engine did not start. The message holds the end of its log."""


class EngineBusyError(EngineError):
    """Another run of this checkout is up."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a running engine listens."""

    url: str
    pid: int
    """Leader of the engine's process group."""


class Engine:
    """One MiniStack per run folder. Use as a context manager, or call `start` and `stop`.

    `wait_scale` shortens the waits of workflows (1 = real time); `environment` adds variables,
    which the functions see too.
    """

    def __init__(
        self,
        run_dir: Path,
        *,
        port: int = DEFAULT_PORT,
        wait_scale: float = 1.0,
        environment: dict[str, str] | None = None,
    ) -> None:
        self._run_dir = run_dir.resolve()
        self._port = port
        self._extra = {"SFN_WAIT_SCALE": str(wait_scale), **(environment or {})}
        self._scratch = self._run_dir
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self.endpoint: Endpoint | None = None

    @property
    def url(self) -> str:
        """Raises EngineError when the engine is not running."""
        if self.endpoint is None:
            raise EngineError("the engine is not running")
        return self.endpoint.url

    def start(self, *, timeout: float = 30.0) -> Endpoint:
        """Clean up after an earlier run and start; takes the next free port if the wanted one is taken.

        Raises EngineBusyError, EngineError.
        """
        self._run_dir.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(self._run_dir)
        try:
            self._clean()
            self._scratch = make_scratch(self._run_dir)
            for attempt in range(_ATTEMPTS):
                port = self._port if attempt == 0 and self._port and is_free(self._port) else free_port()
                if self._spawn(port, time.monotonic() + timeout):
                    return self._note(port)
            raise EngineError(f"the engine found no port; its log ends:\n{self._log_tail()}")
        except BaseException:
            self.stop()
            raise

    def stop(self, *, patience: float = 5.0) -> None:
        """End the engine and all its workers; does nothing when it is not running."""
        if self._process is not None:
            _end_group(self._process, patience)
            self._process = None
        if self._lock is not None:
            # Also what has left the group.
            self._clean(patience=patience)
            self._lock.close()
            self._lock = None
        self.endpoint = None

    def leave(self) -> Endpoint:
        """Let the engine run on after this process ends. `running` finds it, the next start ends it."""
        endpoint = self.endpoint
        if endpoint is None or self._lock is None:
            raise EngineError("the engine is not running")
        self._lock.close()
        if self._process is not None:
            may_outlive_us(self._process)
        self._lock = self._process = self.endpoint = None
        return endpoint

    def healthy(self) -> bool:
        """Whether the engine answers."""
        return self.endpoint is not None and _answers(self.endpoint.url)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _spawn(self, port: int, deadline: float) -> bool:
        """Start on `port` and wait until it answers; False when another took the port first."""
        with (self._run_dir / "engine.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _ENGINE],
                cwd=self._run_dir,
                env=self._environment(port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                if "already in use" in self._log_tail():
                    return False
                raise EngineError(f"the engine ended at once; its log ends:\n{self._log_tail()}")
            if _answers(f"http://{LOOPBACK}:{port}"):
                return True
            time.sleep(0.02)
        raise EngineError(f"the engine does not answer; its log ends:\n{self._log_tail()}")

    def _environment(self, port: int) -> dict[str, str]:
        """Clean, because whatever the engine has in its environment the functions have too."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return {
            **inherited,
            "HOME": str(self._run_dir),
            "TMPDIR": str(self._scratch),
            "BIND_HOST": LOOPBACK,
            "GATEWAY_PORT": str(port),
            "MINISTACK_HOST": "localhost",
            "AUTH": "true",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
            "PYTHONDONTWRITEBYTECODE": "1",
            MARK: str(self._run_dir),
            **self._extra,
        }

    def _clean(self, *, patience: float = 5.0) -> None:
        clean(self._run_dir, patience=patience)

    def _note(self, port: int) -> Endpoint:
        assert self._process is not None
        self.endpoint = Endpoint(url=f"http://{LOOPBACK}:{port}", pid=self._process.pid)
        note = self._run_dir / "engine.json"
        half = note.with_suffix(".part")
        half.write_text(json.dumps(asdict(self.endpoint)), encoding="utf-8")
        half.replace(note)
        return self.endpoint

    def _log_tail(self) -> str:
        log = self._run_dir / "engine.log"
        return log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else ""


def clean(run_dir: Path, *, patience: float = 5.0) -> bool:
    """End what any engine of `run_dir` left running and remove what it left lying; whether something ran."""
    living = marked(run_dir.resolve())
    end(living, patience=patience)
    (run_dir / "engine.json").unlink(missing_ok=True)
    clear_scratch(run_dir.resolve())
    return bool(living)


def running(run_dir: Path) -> Endpoint | None:
    """The engine of `run_dir` that answers, started by whichever process; None when there is none."""
    note = run_dir.resolve() / "engine.json"
    try:
        endpoint = Endpoint(**json.loads(note.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return endpoint if _answers(endpoint.url) else None


def _lock(run_dir: Path) -> IO[str]:
    handle = (run_dir / "engine.lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        up = running(run_dir)
        where = f" at {up.url}" if up else ""
        raise EngineBusyError(f"another run of {run_dir} is up{where}: stop it first") from None
    return handle


def _end_group(process: subprocess.Popen[bytes], patience: float) -> None:
    for signal_ in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal_)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + _HEALTH, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False
