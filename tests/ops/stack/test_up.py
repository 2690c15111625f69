"""One launcher at a time, and nothing that runs on purpose is ended by accident."""

import re
from pathlib import Path

import pytest

from ops.local.engine import Endpoint
from ops.stack import NotConnected, connect_local, up
from ops.stack.up import AlreadyUp, require_down, sole_launcher


def _answers_at(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(up, "running", lambda run_dir: Endpoint(url, 1))


def test_a_second_launcher_is_kept_out_until_the_first_has_ended(tmp_path: Path) -> None:
    with sole_launcher(tmp_path), pytest.raises(AlreadyUp, match="another launcher"), sole_launcher(tmp_path):
        pass
    with sole_launcher(tmp_path):
        pass


def test_what_was_left_running_on_purpose_is_not_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _answers_at(monkeypatch, "http://127.0.0.1:4566")
    (tmp_path / "left-running").touch()
    with pytest.raises(AlreadyUp, match=re.escape("http://127.0.0.1:4566")):
        require_down(tmp_path)


def test_what_a_killed_launcher_left_is_nobody_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _answers_at(monkeypatch, "http://127.0.0.1:4566")
    require_down(tmp_path)


def test_a_background_system_that_died_stands_in_nobody_s_way(tmp_path: Path) -> None:
    (tmp_path / "left-running").touch()
    require_down(tmp_path)
    assert not (tmp_path / "left-running").exists()


def test_where_nothing_runs_one_learns_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(NotConnected, match="make run"):
        connect_local(tmp_path)
