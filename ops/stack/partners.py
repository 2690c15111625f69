"""The partner sandbox as a child process, found again by whoever comes later.

As with the engine, the mark in its environment and not a stored process id says what may be ended.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from ops.local.processes import MARK, end, marked, may_outlive_us
from ops.local.synth import ROOT

CREDENTIALS: Final = {
    "stripe_key": "sk_test_local",
    "avalara_account": "local",
    "avalara_licence": "local",
    "accertify_user": "local",
    "accertify_password": "local",
}
"""What the sandbox lets in: anything that is not empty."""
COMMAND: Final = (sys.executable, "-m", "ops.sandbox")
_PATIENCE: Final = 5.0
_START_SECONDS: Final = 20.0
_INHERITED: Final = ("PATH", "LANG", "LC_ALL", "HOME")


class SandboxError(Exception):
    """The sandbox did not start; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running partner sandbox."""

    url: str
    pid: int

    @property
    def partner_urls(self) -> dict[str, str]:
        """Partner -> base URL."""
        return {name: f"{self.url}/{name}" for name in ("stripe", "avalara", "accertify")}


def start_sandbox(run_dir: Path) -> Sandbox:
    """End what an earlier run left and start with no memory, as the local AWS does. Raises SandboxError."""
    folder = _folder(run_dir)
    stop_sandbox(run_dir)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "effects.jsonl").unlink(missing_ok=True)
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(
            [*COMMAND, "--port", "0", "--journal", str(folder / "effects.jsonl")],
            cwd=ROOT,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    may_outlive_us(process)
    try:
        return _note(folder, Sandbox(_first_line(process, folder), process.pid))
    except BaseException:
        stop_sandbox(run_dir)
        raise


def stop_sandbox(run_dir: Path) -> None:
    """End the sandbox of `run_dir`, whoever started it; nothing where none runs."""
    folder = _folder(run_dir)
    end(marked(folder), patience=_PATIENCE)
    (folder / "sandbox.json").unlink(missing_ok=True)


def running_sandbox(run_dir: Path) -> Sandbox | None:
    """The sandbox of `run_dir` that answers; None when there is none."""
    try:
        note = (_folder(run_dir) / "sandbox.json").read_text(encoding="utf-8")
        found = Sandbox(**json.loads(note))
    except (OSError, ValueError, TypeError):
        return None
    return found if _answers(found.url) else None


def _folder(run_dir: Path) -> Path:
    """A folder of its own, so that the engine's clean-up does not take the sandbox for one of its workers."""
    return run_dir.resolve() / "partners"


def _environment(folder: Path) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    path = os.pathsep.join([str(ROOT / "shared" / "python"), str(ROOT)])
    return {**inherited, "PYTHONPATH": path, MARK: str(folder)}


def _first_line(process: subprocess.Popen[bytes], folder: Path) -> str:
    """Its first line is its address; then it must answer there."""
    assert process.stdout is not None
    with process.stdout as first_line:
        url = first_line.readline().decode().strip()  # empty when it ends at once
    deadline = time.monotonic() + _START_SECONDS
    while url and process.poll() is None and time.monotonic() < deadline:
        if _answers(url):
            return url
        time.sleep(0.02)
    log = (folder / "sandbox.log").read_text(encoding="utf-8", errors="replace")
    raise SandboxError(f"the partner sandbox did not start; its log ends:\n{log[-2000:]}")


def _note(folder: Path, sandbox: Sandbox) -> Sandbox:
    half = folder / "sandbox.json.part"
    half.write_text(json.dumps(asdict(sandbox)), encoding="utf-8")
    half.replace(folder / "sandbox.json")
    return sandbox


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + "/_sandbox/health", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False
