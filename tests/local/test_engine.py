"""The engine starts anywhere, leaves nothing behind, and survives being killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ops.local import Engine, EngineBusyError, EngineError, running
from ops.local.processes import MARK, end, marked
from ops.local.synth import ROOT

_LAUNCHER = """
import sys, time
from pathlib import Path
from ops.local import Engine
print(Engine(Path(sys.argv[1]), port=0).start().url, flush=True)
time.sleep(600)
"""


@pytest.fixture
def run_dir(tmp_path: Path) -> Iterator[Path]:
    """A folder for runs whose processes end with the test, also when it fails."""
    yield tmp_path
    end(marked(tmp_path), patience=2)


def _killed_launcher(run_dir: Path) -> str:
    """Start an engine from another process, kill that process, and return where the engine listened."""
    path = os.pathsep.join([str(ROOT / "shared" / "python"), str(ROOT)])
    launcher = subprocess.Popen(
        [sys.executable, "-c", _LAUNCHER, str(run_dir)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert launcher.stdout is not None
    url = launcher.stdout.readline().strip()
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    return url


def test_a_stopped_engine_leaves_no_process_and_no_note(run_dir: Path) -> None:
    engine = Engine(run_dir, port=0)
    endpoint = engine.start()
    assert engine.healthy()
    assert [process.pid for process in marked(run_dir)] == [endpoint.pid]
    engine.stop()
    assert marked(run_dir) == []
    assert not psutil.pid_exists(endpoint.pid)
    assert running(run_dir) is None


def test_it_listens_on_this_machine_only(engine: Engine) -> None:
    assert engine.endpoint is not None
    listening = [
        c for c in psutil.Process(engine.endpoint.pid).net_connections("inet") if c.status == "LISTEN"
    ]
    assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}


def test_a_taken_port_is_left_alone_and_another_one_used(run_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with Engine(run_dir, port=port) as engine:
            assert engine.url != f"http://127.0.0.1:{port}"
            assert engine.healthy()


def test_a_killed_engine_starts_again(run_dir: Path) -> None:
    engine = Engine(run_dir, port=0)
    first = engine.start()
    os.kill(first.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(first.pid)] if psutil.pid_exists(first.pid) else [], timeout=5)
    assert not engine.healthy()
    engine.stop()
    with Engine(run_dir, port=0) as again:
        assert again.healthy()


def test_what_a_killed_run_left_is_ended_by_the_next(run_dir: Path) -> None:
    left = _killed_launcher(run_dir)
    endpoint = running(run_dir)
    assert endpoint is not None
    assert endpoint.url == left
    with Engine(run_dir, port=0) as engine:
        assert engine.endpoint is not None
        assert [process.pid for process in marked(run_dir)] == [engine.endpoint.pid]
        assert not psutil.pid_exists(endpoint.pid)


def test_workers_that_outlive_their_engine_are_ended_too(run_dir: Path) -> None:
    orphan = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], env={**os.environ, MARK: str(run_dir)}
    )
    try:
        with Engine(run_dir, port=0):
            assert not psutil.pid_exists(orphan.pid)
    finally:
        orphan.kill()
        orphan.wait()


def test_a_run_does_not_touch_the_engine_of_another_checkout(engine: Engine, run_dir: Path) -> None:
    with Engine(run_dir, port=0):
        assert engine.healthy()
    assert engine.healthy()


def test_two_runs_of_one_checkout_exclude_each_other(run_dir: Path) -> None:
    with Engine(run_dir, port=0) as first:
        with pytest.raises(EngineBusyError, match=first.url):
            Engine(run_dir, port=0).start()
        assert first.healthy()


def test_an_engine_that_is_left_can_be_found_and_is_ended_by_the_next_start(run_dir: Path) -> None:
    endpoint = Engine(run_dir, port=0)
    left = endpoint.start()
    endpoint.leave()
    assert running(run_dir) == left
    with Engine(run_dir, port=0) as engine:
        assert engine.endpoint is not None
        assert engine.endpoint.pid != left.pid


def test_functions_see_nothing_of_this_machines_environment(
    run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_SECRET_OF_THE_HOST", "1")
    with Engine(run_dir, port=0, environment={"FOR_FUNCTIONS": "yes"}) as engine:
        assert engine.endpoint is not None
        seen = psutil.Process(engine.endpoint.pid).environ()
    assert "HOLDFAST_SECRET_OF_THE_HOST" not in seen
    assert seen["FOR_FUNCTIONS"] == "yes"
    assert seen["AUTH"] == "true"


def test_an_engine_that_cannot_start_says_why(run_dir: Path) -> None:
    engine = Engine(run_dir, port=0, environment={"GATEWAY_PORT": "none"})
    began = time.monotonic()
    with pytest.raises(EngineError, match="log ends"):
        engine.start(timeout=20)
    assert time.monotonic() - began < 20
    assert marked(run_dir) == []
