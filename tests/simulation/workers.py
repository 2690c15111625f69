"""Many runs on several cores. What a worker loads once it keeps, and its garbage collector seldom comes by."""

import gc
import signal
from collections.abc import Iterator, Sequence
from itertools import count
from multiprocessing import get_context
from typing import Final

from tests.simulation.cloud.stage import handlers
from tests.simulation.run import Outcome, simulate

_CHUNK: Final = 8
_COLLECT: Final = 50
"""Runs between two rounds of the garbage collector: a run leaves little that refers to itself."""
_runs: Final = count(1)


def played(seeds: Sequence[int], workers: int) -> Iterator[Outcome]:
    """The run of every seed, as they end."""
    if workers == 1 or len(seeds) == 1:
        _begin()
        yield from map(_play, seeds)
        return
    with get_context("spawn").Pool(workers, _begin_apart) as pool:
        yield from pool.imap_unordered(_play, seeds, chunksize=_CHUNK)


def _begin_apart() -> None:
    """In a process of its own, which its parent ends, and not the terminal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _begin()


def _begin() -> None:
    """Load what all runs share, and leave it out of the garbage collector's rounds from now on."""
    handlers()
    gc.disable()
    gc.collect()
    gc.freeze()


def _play(seed: int) -> Outcome:
    outcome = simulate(seed)
    if next(_runs) % _COLLECT == 0:
        gc.collect()
    return outcome
