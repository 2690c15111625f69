"""The fuzzer as `make fuzz` runs it, a CI-sized share of it. It replaces what handlers reach, so it runs in processes
of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
_SHARE = 3_000


def fuzz(*arguments: str, hash_seed: str = "0") -> str:
    """What it printed. Fails with all of it where something broke."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "shared/python"), str(ROOT)]),
            "PYTHONHASHSEED": hash_seed,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.timeout(600)
def test_no_handler_breaks_whatever_it_is_given() -> None:
    told = fuzz("--events", str(_SHARE))

    assert f"{_SHARE} events" in told
    assert "violations: 0" in told
    assert "never called" not in told
    assert all(folder in told for folder in CATALOGUE)


def test_a_seed_is_the_same_round_every_time() -> None:
    digests = [
        re.findall(r"digest: (\w+)", fuzz("--seed", "7", "--workers", "1", hash_seed=one))
        for one in ("1", "2")
    ]

    assert digests[0] == digests[1]
    assert len(digests[0]) == 1
