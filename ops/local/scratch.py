"""Where the engine's workers unpack their layers: thousands of small files, so in memory where there is room."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")  # noqa: S108  (a folder of our own in it)
_ROOM: Final = 2 * 1024**3
"""Bytes of memory that must be free for it."""


def make_scratch(run_dir: Path) -> Path:
    """An empty temporary folder for one engine of `run_dir`."""
    clear_scratch(run_dir)
    folder = _in_memory(run_dir) if _is_roomy() else _on_disk(run_dir)
    folder.mkdir(mode=0o700)
    return folder


def clear_scratch(run_dir: Path) -> None:
    """Remove what an engine of `run_dir` left. Its processes must have ended."""
    for folder in (_on_disk(run_dir), _in_memory(run_dir)):
        shutil.rmtree(folder, ignore_errors=True)


def _on_disk(run_dir: Path) -> Path:
    return run_dir / "tmp"


def _in_memory(run_dir: Path) -> Path:
    return _MEMORY / f"holdfast-{os.getuid()}-{hashlib.sha256(str(run_dir).encode()).hexdigest()[:12]}"


def _is_roomy() -> bool:
    return _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
