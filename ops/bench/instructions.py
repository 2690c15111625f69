"""Instructions of a cold start, counted by valgrind: the one figure that a busy machine does not change."""

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Final

from ops.bench.handlers import http_event
from ops.bench.scratch import environment
from ops.local.synth import ROOT
from ops.rehearse.crowd import one_line_order

_COUNT: Final = re.compile(r"I\s+refs:\s+([\d,]+)")
_SECONDS: Final = 300
_FOLDER: Final = ROOT / "functions" / "capture" / "accept_order"
_HANDLER: Final = f"import sys; sys.path.insert(0, {str(_FOLDER)!r}); from handler import handler"
_ORDER: Final = "assert handler({event!r}, None)['statusCode'] == 202"


class NoValgrindError(Exception):
    """Instructions cannot be counted here; nothing else depends on it."""


@dataclass(frozen=True, slots=True)
class Instructions:
    """In instructions. Each is what Python needs beyond starting up at all."""

    boto3: int
    accept_order: int
    first_order: int
    next_order: int

    def text(self) -> list[str]:
        def line(name: str, count: int) -> str:
            return f"{name:<34} {count / 1e6:8.1f} M  {count / self.boto3:5.2f} x import boto3"

        return [
            line("import boto3", self.boto3),
            line("import accept_order", self.accept_order),
            line("its first order, client and all", self.first_order),
            line("its next order", self.next_order),
        ]


def count_instructions(endpoint: str, sandbox: str) -> Instructions:
    """Runs Python five times under valgrind, on tables that `scratch` has made. Raises NoValgrindError."""
    if shutil.which("valgrind") is None:
        raise NoValgrindError("valgrind is not installed")
    variables = environment(endpoint, sandbox)
    _run([], _HANDLER, variables)  # compiles what is not compiled yet: that is not what is counted
    start = _count("pass", variables)
    imported = _count(_HANDLER, variables)
    once = _count(_program(1), variables)
    return Instructions(
        boto3=_count("import boto3", variables) - start,
        accept_order=imported - start,
        first_order=once - imported,
        next_order=_count(_program(2), variables) - once,
    )


def _program(orders: int) -> str:
    """Import the handler and place `orders` new orders."""
    names = [f"instructions-{time.time_ns():x}-{number}" for number in range(orders)]
    events = [http_event("POST /v1/orders", one_line_order(name, "BENCH"), key=name) for name in names]
    return "\n".join([_HANDLER, *(_ORDER.format(event=event) for event in events)])


def _count(program: str, variables: dict[str, str]) -> int:
    """Instructions of `python -c program`, the interpreter's own start included."""
    tool = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    found = _COUNT.search(_run(tool, program, variables))
    if found is None:
        raise RuntimeError("valgrind printed no count")
    return int(found[1].replace(",", ""))


def _run(tool: list[str], program: str, variables: dict[str, str]) -> str:
    """What it printed as errors. Raises RuntimeError where it failed."""
    path = os.pathsep.join([str(ROOT / "shared" / "python"), str(ROOT)])
    done = subprocess.run(
        [*tool, sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTHONHASHSEED": "0", **variables},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(tool)}: {done.stdout[-500:]}{done.stderr[-1500:]}")
    return done.stderr
