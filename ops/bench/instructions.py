"""Instructions of a cold start, counted by valgrind: the one figure that a busy machine does not change."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from ops.bench.scratch import environment
from ops.local.synth import ROOT

_COUNT: Final = re.compile(r"I\s+refs:\s+([\d,]+)")
_SECONDS: Final = 300
_HANDLER: Final = "from ops.bench.handlers import handler_of; handler = handler_of('capture/accept_order')"
_PLAIN: Final = "import importlib.util, json, pathlib"
_ORDER: Final = """
import time
from ops.bench.handlers import http_event
from ops.rehearse.sizes import item_bytes
order = {order}
def send(name):
    body = order | {{"external_order_id": name}}
    answer = handler(http_event("POST /v1/orders", body, key=name), None)
    assert answer["statusCode"] == 202, answer
"""


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
    """Runs Python five times under valgrind, on the scratch tables. Raises NoValgrindError."""
    if shutil.which("valgrind") is None:
        raise NoValgrindError("valgrind is not installed")
    variables = environment(endpoint, sandbox)
    start = _count(_PLAIN, variables)
    handler = _count(_HANDLER, variables)
    program = f"{_HANDLER}\n{_program()}"
    once = _count(f"{program}\nsend('first-' + str(time.time_ns()))", variables)
    twice = _count(
        f"{program}\nsend('one-' + str(time.time_ns()))\nsend('two-' + str(time.time_ns()))", variables
    )
    prepared = _count(program, variables)
    return Instructions(
        boto3=_count("import boto3", variables) - _count("pass", variables),
        accept_order=handler - start,
        first_order=once - prepared,
        next_order=twice - once,
    )


def _program() -> str:
    from ops.rehearse.crowd import one_line_order

    return _ORDER.format(order=repr(one_line_order("x", "BENCH")))


def _count(program: str, variables: dict[str, str]) -> int:
    """Instructions of `python -c program`, the interpreter's own start included."""
    path = os.pathsep.join([str(ROOT / "shared" / "python"), str(ROOT)])
    done = subprocess.run(
        ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTHONHASHSEED": "0", **variables},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    found = _COUNT.search(done.stderr)
    if done.returncode or found is None:
        raise RuntimeError(f"under valgrind: {done.stdout[-500:]}{done.stderr[-1500:]}")
    return int(found[1].replace(",", ""))
