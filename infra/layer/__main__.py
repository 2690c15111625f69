"""Build the layer for AWS, without Docker: `python -m infra.layer build`, `python -m infra.layer lock`."""

import argparse
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = Path(__file__).with_name("requirements.lock")
TARGET: Final = ROOT / "build" / "layer"

_PLATFORM: Final = ("--python-platform", "aarch64-manylinux2014", "--python-version", "3.14")
_LAMBDA_HAS: Final = ("boto3",)
_UNUSED: Final = ("bin", "**/__pycache__", "**/*.pyc")


def lock() -> None:
    """Pin what pyproject.toml asks for, with hashes, for the CPU and Python that Lambda runs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [line for line in project["dependencies"] if not line.startswith(_LAMBDA_HAS)]
    _uv(
        "compile", "-", *_PLATFORM, "--generate-hashes", "--no-header", "--no-annotate",
        "--no-emit-index-url", "--output-file", str(LOCK), "--quiet", given="\n".join(wanted),
    )  # fmt: skip


def build(target: Path = TARGET) -> Path:
    """Install exactly the locked wheels below `target`/python and return `target`."""
    shutil.rmtree(target, ignore_errors=True)
    python = target / "python"
    _uv(
        "install", "--target", str(python), *_PLATFORM, "--only-binary", ":all:", "--require-hashes",
        "--no-deps", "--no-compile-bytecode", "--quiet", "--requirements", str(LOCK),
    )  # fmt: skip
    for pattern in _UNUSED:
        for path in list(python.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return target


def _uv(*arguments: str, given: str | None = None) -> None:
    """Raises CalledProcessError; uv has said why by then."""
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "uv", "pip", *arguments], input=given, text=True, check=True, cwd=ROOT
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("build", "lock"))
    if parser.parse_args().what == "lock":
        lock()
    else:
        build()


if __name__ == "__main__":
    main()
