"""The partner sandbox as a process that comes and goes."""

import json
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ops.local.processes import marked
from ops.stack import partners
from ops.stack.partners import SandboxError, running_sandbox, start_sandbox, stop_sandbox
from ops.stack.up import take_down


@pytest.fixture
def run_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    stop_sandbox(tmp_path)


def test_it_starts_is_found_and_stops(run_dir: Path) -> None:
    assert running_sandbox(run_dir) is None
    started = start_sandbox(run_dir)
    assert started.url.startswith("http://127.0.0.1:")
    assert running_sandbox(run_dir) == started
    assert started.partner_urls["stripe"] == f"{started.url}/stripe"
    stop_sandbox(run_dir)
    assert running_sandbox(run_dir) is None
    assert not psutil.pid_exists(started.pid)


def test_a_start_ends_what_a_killed_launcher_left_and_forgets_its_effects(run_dir: Path) -> None:
    first = start_sandbox(run_dir)
    (run_dir / "partners" / "sandbox.json").unlink()  # killed before it was written
    (run_dir / "partners" / "effects.jsonl").write_text('"reset"\n')
    second = start_sandbox(run_dir)
    assert not psutil.pid_exists(first.pid)
    with urllib.request.urlopen(second.url + "/_sandbox/effects", timeout=5) as answer:
        assert json.load(answer)["stripe"] == []
    assert (run_dir / "partners" / "effects.jsonl").read_text() == ""


def test_the_engine_s_clean_up_does_not_take_it_for_a_worker(run_dir: Path) -> None:
    start_sandbox(run_dir)
    assert marked(run_dir.resolve()) == []


def test_taking_everything_down_ends_it(run_dir: Path) -> None:
    started = start_sandbox(run_dir)
    take_down(run_dir)
    assert not psutil.pid_exists(started.pid)


def test_a_note_that_points_to_nobody_is_no_sandbox(run_dir: Path) -> None:
    (run_dir / "partners").mkdir()
    for note in ('{"url": "http://127.0.0.1:1", "pid": 1}', "{}", "half"):
        (run_dir / "partners" / "sandbox.json").write_text(note)
        assert running_sandbox(run_dir) is None


def test_one_that_does_not_start_says_why(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partners, "COMMAND", (sys.executable, "-c", "raise SystemExit('no port')"))
    with pytest.raises(SandboxError, match="no port"):
        start_sandbox(run_dir)
    assert marked(run_dir.resolve() / "partners") == []
