"""The project's own files, and their syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OMS = ROOT / "shared/python/oms"
_CODE = ("shared/python/oms", "functions", "infra", "ops")


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that is, or is about to be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(
        sorted(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())
    )


def code() -> Iterator[Path]:
    """Modules that run in production or on an operator's machine; tests are not among them."""
    for path in project_files():
        if path.suffix == ".py" and str(path.relative_to(ROOT)).startswith(_CODE):
            yield path


def inner() -> Iterator[Path]:
    """Modules of the kernel and of every context's domain and application."""
    for path in code():
        parts = path.relative_to(ROOT).parts
        if parts[:3] == ("shared", "python", "oms") and (
            parts[3] == "kernel" or parts[4:5] in (("domain",), ("application",))
        ):
            yield path


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    """The path as a reader of a failure wants to see it."""
    return str(path.relative_to(ROOT))
