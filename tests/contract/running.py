"""The partner sandbox as a real process."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]


class RunningSandbox:
    """A sandbox process and its control desk."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ops.sandbox", "--port", "0", *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'shared/python'}{os.pathsep}{ROOT}"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        self._desk = httpx.Client(base_url=f"{self.url}/_sandbox", trust_env=False)

    def fault(self, partner: str, fault: str, **more: Any) -> None:
        answer = self._desk.post(
            "/faults", json=[{"partner": partner, "method": "POST", "fault": fault, **more}]
        )
        answer.raise_for_status()

    def effects(self, partner: str) -> list[dict[str, Any]]:
        rows = self._desk.get("/effects").json()[partner]
        assert isinstance(rows, list)
        return rows

    def struck(self, match: str) -> list[dict[str, Any]]:
        rows = self._desk.get("/struck", params={"match": match}).json()
        assert isinstance(rows, list)
        return rows

    def reset(self) -> None:
        self._desk.post("/reset").raise_for_status()

    def stop(self) -> None:
        self._desk.close()
        self._process.terminate()
        self._process.communicate(timeout=10)
