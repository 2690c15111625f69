"""Where CPU time and memory go: the engine, its Lambda workers, the sandbox, this client, everybody else."""

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

import psutil

from ops.local.processes import marked

_WORKER: Final = "_worker.py"
_SAMPLE_SECONDS: Final = 2.0
MB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU seconds of each party in a span of `elapsed` seconds."""

    engine: float
    workers: float
    sandbox: float
    client: float
    everybody: float
    elapsed: float

    @property
    def foreign_cores(self) -> float:
        """Cores that others kept busy on average."""
        own = self.engine + self.workers + self.sandbox + self.client
        return max(0.0, self.everybody - own) / self.elapsed

    def per(self, orders: int) -> str:
        """CPU milliseconds per order, by party."""
        shares = {
            name: 1000 * getattr(self, name) / max(1, orders) for name in ("engine", "workers", "client")
        }
        return ", ".join(f"{name} {share:.1f}" for name, share in shares.items())


class CpuMeter:
    """CPU time since it was made. Processes that came and went in between are missed; few do."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir.resolve()
        self._began = time.perf_counter()
        self._before = self._times()
        self._busy = _busy()

    def read(self) -> Cpu:
        spent: dict[str, float] = defaultdict(float)
        for key, seconds in self._times().items():
            spent[key[0]] += seconds - self._before.get(key, 0.0)
        return Cpu(
            engine=spent["engine"],
            workers=spent["workers"],
            sandbox=spent["sandbox"],
            client=spent["client"],
            everybody=_busy() - self._busy,
            elapsed=time.perf_counter() - self._began,
        )

    def _times(self) -> dict[tuple[str, int], float]:
        found = {}
        for party, process in parties(self._run_dir):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                found[party, process.pid] = times.user + times.system
        return found


class MemoryMeter:
    """The most memory that the stack has taken while it runs. PSS: shared pages are counted once."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir.resolve()
        self._stop = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self.peak: dict[str, float] = defaultdict(float)
        """Party -> MB; `workers` all together."""
        self.workers = 0
        self.one_worker: list[tuple[float, float]] = []
        """(RSS, PSS) in MB of each worker at the last look."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def look(self) -> None:
        """Take one sample."""
        now: dict[str, float] = defaultdict(float)
        workers = []
        for party, process in parties(self._run_dir):
            with contextlib.suppress(psutil.Error):
                memory = process.memory_full_info()
                now[party] += memory.pss / MB
                if party == "workers":
                    workers.append((memory.rss / MB, memory.pss / MB))
        now["stack"] = now["engine"] + now["workers"]
        for party, size in now.items():
            self.peak[party] = max(self.peak[party], size)
        self.workers = max(self.workers, len(workers))
        self.one_worker = workers or self.one_worker

    def _watch(self) -> None:
        while not self._stop.wait(_SAMPLE_SECONDS):
            self.look()


def parties(run_dir: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Every living process of the stack in `run_dir`, and this one."""
    yield "client", psutil.Process()
    for process in marked(run_dir):
        with contextlib.suppress(psutil.Error):
            yield ("workers" if _WORKER in " ".join(process.cmdline()) else "engine"), process
    for process in marked(run_dir / "partners"):
        yield "sandbox", process


def _busy() -> float:
    """CPU seconds that all cores have worked since the machine started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))
