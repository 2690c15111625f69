"""The environment is made once, and again only when what it is made of has changed."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from ops import environment


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Instead of running them, keep the commands; the environment stands in a folder of its own."""
    venv, ran = tmp_path / ".venv", list[tuple[str, ...]]()
    venv.mkdir()
    for name, path in (
        ("VENV", venv),
        ("PYTHON", venv / "bin" / "python"),
        ("STAMP", venv / ".installed"),
        ("NOTE", tmp_path / ".run" / "environment.json"),
        ("LOCK", tmp_path / "requirements.lock"),
    ):
        monkeypatch.setattr(environment, name, path)
    (tmp_path / "requirements.lock").write_text(
        "urllib3==2.7.0 \\\n    --hash=sha256:aa\nuv==0.13.9 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n    # via x\n"
    )
    monkeypatch.setattr(environment, "_run", lambda *command: ran.append(tuple(map(str, command))))
    return ran


def test_a_second_run_installs_nothing(commands: list[tuple[str, ...]]) -> None:
    assert environment.main() == 0
    assert len(commands) == 4
    assert environment.main() == 0
    assert len(commands) == 4
    assert json.loads(environment.NOTE.read_text())["action"] == "unchanged"


def test_a_changed_lock_file_is_installed(commands: list[tuple[str, ...]]) -> None:
    environment.main()
    environment.LOCK.write_text(environment.LOCK.read_text() + "\n")
    environment.main()
    assert len(commands) == 8


def test_every_package_comes_with_its_hash_the_installer_first(commands: list[tuple[str, ...]]) -> None:
    environment.main()
    _, installer, packages, project = commands
    assert "--require-hashes" in installer
    assert Path(installer[-1]).read_text() == "uv==0.13.9 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    assert "--require-hashes" in packages
    assert "--no-deps" in project  # nothing that the lock file does not name


def test_what_failed_half_way_is_done_again(
    commands: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*command: str | Path) -> None:
        raise subprocess.CalledProcessError(1, [str(word) for word in command])

    with monkeypatch.context() as broken:
        broken.setattr(environment, "_run", fails)
        assert environment.main() == 1
    assert "failed with exit code 1" in capsys.readouterr().err
    assert environment.main() == 0
    assert commands


def test_the_lock_file_pins_the_installer_and_the_build_backend_and_names_no_host() -> None:
    lock = (environment.ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.search(r"^uv==\S+ \\$", lock, re.MULTILINE)
    assert re.search(r"^setuptools==\S+ \\$", lock, re.MULTILINE)
    assert "://" not in lock
