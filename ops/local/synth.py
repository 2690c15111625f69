"""Synthesis, skipped when nothing it depends on has changed."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_APP: Final = (ROOT / "infra", ROOT / "cdk.json")
_SOURCES: Final = ("functions", "shared", "statemachines")
_PACKAGES: Final = ("aws-cdk-lib", "cdk-nag", "constructs")
App = Callable[[Path, Path], None]
_SKIPPED: Final = {"__pycache__", "schemas", ".mypy_cache"}


class SynthError(Exception):
    """The app refused; the message is what it printed."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """A cloud assembly on disk."""

    path: Path
    cached: bool
    seconds: float


def synthesise(run_dir: Path, *, root: Path = ROOT, app: App | None = None) -> Assembly:
    """The assembly for the local stage, from the cache in `run_dir` when nothing changed.

    `app` writes an assembly of the checkout `root` to a folder; by default the CDK app does.

    Raises SynthError. Killed half-way, it leaves nothing the next call would take for whole.
    """
    began = time.perf_counter()
    target = run_dir / "assembly"
    stamp = target / "digest"
    digest = _digest(root)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        return Assembly(target, cached=True, seconds=time.perf_counter() - began)
    run_dir.mkdir(parents=True, exist_ok=True)
    half = run_dir / "assembly.part"
    for folder in (half, target):
        shutil.rmtree(folder, ignore_errors=True)
    (app or run_app)(half, root)
    (half / "digest").write_text(digest, encoding="utf-8")
    half.rename(target)
    return Assembly(target, cached=False, seconds=time.perf_counter() - began)


def run_app(outdir: Path, root: Path, *, timeout: float = 180.0) -> None:
    """Run the CDK app in a process of its own. Raises SynthError."""
    command = [sys.executable, "-m", "infra.app", "-c", "stage=local", "-o", str(outdir), "--root", str(root)]
    path = os.pathsep.join([str(ROOT / "shared" / "python"), str(ROOT)])
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise SynthError(f"synthesis was not done after {timeout:.0f} s") from late
    if done.returncode != 0:
        raise SynthError(f"synthesis failed:\n{done.stdout}{done.stderr}".rstrip())


def _digest(root: Path) -> str:
    """Changes when any file or package that the assembly is made of changes."""
    sum_ = hashlib.sha256()
    for package in _PACKAGES:
        sum_.update(f"{package}={version(package)}\n".encode())
    for path in _files((*_APP, *(root / source for source in _SOURCES))):
        sum_.update(f"{path}\n".encode())
        sum_.update(hashlib.sha256(path.read_bytes()).digest())
    return sum_.hexdigest()


def _files(sources: Iterable[Path]) -> Iterator[Path]:
    for source in sources:
        if source.is_file():
            yield source
        for path in sorted(source.rglob("*")):
            if path.is_file() and not _SKIPPED.intersection(path.parts):
                yield path
