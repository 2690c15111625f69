"""Finding and ending the processes of an earlier run, whatever ended it.

Every process of the engine, and every worker it starts, carries the run's folder in its
environment. That mark, not a stored process id, says what may be ended: ids are reused.
"""

import atexit
import contextlib
import subprocess
from pathlib import Path
from typing import Final

import psutil

MARK: Final = "HOLDFAST_RUN"
_CHILDREN: Final[list[subprocess.Popen[bytes]]] = []


def marked(run_dir: Path) -> list[psutil.Process]:
    """All living processes of the engine of `run_dir`."""
    return [process for process in psutil.process_iter() if _mark(process) == str(run_dir)]


def end(processes: list[psutil.Process], *, patience: float) -> None:
    """Ask, wait up to `patience` seconds, then kill. Returns when all are gone."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, left = psutil.wait_procs(processes, timeout=patience)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=patience)


def may_outlive_us(child: subprocess.Popen[bytes]) -> None:
    """Whoever ends `child`, or nobody: that it was dropped while it ran is no ResourceWarning."""
    _CHILDREN.append(child)


@atexit.register
def _let_go() -> None:
    for child in _CHILDREN:
        if child.poll() is None:
            child.returncode = 0  # it runs on, and nobody here waits for it


def _mark(process: psutil.Process) -> str | None:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return process.environ().get(MARK)
    except (psutil.Error, OSError):
        # Gone meanwhile, or somebody else's: not ours either way.
        return None
