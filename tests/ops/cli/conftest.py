"""`oms` against a deployment in memory."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ops.cli import session
from ops.cli.app import main
from tests.ops.cli.desk import Desk

Oms = Callable[..., tuple[int, str, str]]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk()
    monkeypatch.setattr(session, "connect_local", lambda run_dir: desk.stack())
    monkeypatch.setattr(session, "connect_aws", lambda profile, region: desk.stack())
    return desk


@pytest.fixture
def oms(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Oms:
    """Run one command: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--run-dir", str(tmp_path), *arguments])
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return run


@pytest.fixture
def oms_json(oms: Oms) -> Callable[..., Any]:
    """Run one command with --json; stdout must be one JSON document and nothing else."""

    def run(*arguments: str) -> Any:
        code, out, _ = oms(*arguments, "--json")
        assert code == 0
        return json.loads(out)

    return run
