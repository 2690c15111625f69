"""Bringing Holdfast up on the local AWS, and taking it down again."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.local.aws import client
from ops.local.engine import DEFAULT_PORT, Engine, clean, running
from ops.local.launch import Launched, launch
from ops.stack.connected import Stack
from ops.stack.partners import CREDENTIALS, Sandbox, start_sandbox, stop_sandbox

Say = Callable[[str], None]


class AlreadyUp(Exception):
    """This checkout has a local AWS already; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Up:
    """What was brought up."""

    run_dir: Path
    launched: Launched
    sandbox: Sandbox
    stack: Stack
    seconds: dict[str, float]
    """Where the time went: sandbox, synth, engine, deploy, outputs."""

    def alive(self) -> bool:
        """Whether the local AWS still answers."""
        return running(self.run_dir) is not None

    def leave(self) -> None:
        """Let it run on after this process ends, until somebody takes it down."""
        self.launched.engine.leave()
        _left(self.run_dir).touch()

    def down(self) -> None:
        """Stop all of it."""
        self.stack.close()
        self.launched.engine.stop()
        stop_sandbox(self.run_dir)


@contextmanager
def sole_launcher(run_dir: Path) -> Iterator[None]:
    """Keep a second launcher of this checkout out, and a first one from ending what runs in the background.

    The operating system frees the lock however its holder ends. Raises AlreadyUp.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    with (run_dir / "launcher.lock").open("w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyUp(_advice(run_dir)) from None
        yield


def bring_up(run_dir: Path, *, say: Say, port: int = DEFAULT_PORT) -> Up:
    """Start the partner sandbox and the local AWS, and put Holdfast on it. Hold `sole_launcher` meanwhile.

    Ends first what an earlier launcher left when it was killed. Raises SandboxError, SynthError,
    EngineError, DeploymentError; nothing is left running then.
    """
    began = time.perf_counter()
    try:
        sandbox = start_sandbox(run_dir)
        seconds = {"sandbox": time.perf_counter() - began}
        say(f"partner sandbox at {sandbox.url}")
        launched = launch(
            run_dir,
            partner_urls=sandbox.partner_urls,
            partner_credentials=CREDENTIALS,
            on_progress=say,
            engine=Engine(run_dir, port=port),
        )
    except BaseException:
        stop_sandbox(run_dir)
        raise
    url = launched.engine.url
    stack = Stack(
        launched.outputs, lambda service: client(service, url), is_local=True, sandbox_url=sandbox.url
    )
    return Up(run_dir, launched, sandbox, stack, seconds | launched.seconds)


def take_down(run_dir: Path) -> bool:
    """Stop whatever of `run_dir` is running, whoever started it; False where there was nothing.

    A launcher in the foreground notices and ends by itself.
    """
    _left(run_dir).unlink(missing_ok=True)
    was_up = clean(run_dir)
    stop_sandbox(run_dir)
    return was_up


def require_down(run_dir: Path) -> None:
    """Raises AlreadyUp where a local AWS of `run_dir` was left running on purpose. Hold `sole_launcher`.

    One that a killed launcher left is nobody's any more: the next start ends it.
    """
    if _left(run_dir).exists() and running(run_dir):
        raise AlreadyUp(_advice(run_dir))
    _left(run_dir).unlink(missing_ok=True)


def _left(run_dir: Path) -> Path:
    return run_dir / "left-running"


def _advice(run_dir: Path) -> str:
    found = running(run_dir)
    if found is None:
        return f"another launcher is at work in {run_dir}: wait for it, or end it with Ctrl-C"
    return f"the local AWS is up already at {found.url}: use it (`oms demo`, `oms status`), or stop it with `oms down`"
