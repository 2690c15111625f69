"""From a fresh clone to the first order: what somebody waits who has just found Holdfast."""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from ops.local.synth import ROOT

_PATIENCE: Final = 600
_FIRST: Final = re.compile(r"first order confirmed (\d+\.\d) s after the start: .*")


def from_a_fresh_clone() -> list[str]:
    """Clones what is committed, makes its .venv and starts it there, as `make run` does. The packages come
    from wherever this machine gets them, so the first figure says as much of the network as of Holdfast."""
    with tempfile.TemporaryDirectory(prefix="holdfast-fresh-") as folder:
        clone = Path(folder) / "holdfast"
        began = time.perf_counter()
        trouble = _run("git", "clone", "--quiet", str(ROOT), str(clone)) or _run(
            sys.executable, "ops/environment.py", cwd=clone
        )
        made = time.perf_counter() - began
        if trouble:
            return [f"not measured: {trouble}"]
        bench = subprocess.run(
            [".venv/bin/python", "-m", "ops.bench", "--only", "first"],
            cwd=clone, capture_output=True, text=True, timeout=_PATIENCE, check=False,
        )  # fmt: skip
        found = _FIRST.search(bench.stdout)
        if not found:
            return [f"not measured: {(bench.stderr or bench.stdout)[-300:]}"]
        total = made + float(found[1])
        return [f"first order {total:.1f} s after `make run`: clone and .venv {made:.1f}, then", found[0]]


def _run(*command: str, cwd: Path | None = None) -> str:
    """The end of what it said where it failed; empty where it did not."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    return (done.stderr or done.stdout or "it failed")[-300:] if done.returncode else ""
