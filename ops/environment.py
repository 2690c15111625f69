"""Make .venv what requirements.lock says. Standard library only: it runs before anything is installed.

    python3 ops/environment.py

Every package is checked against its hash, the installer included. A stamp with the lock file's own hash
says what is installed, and is written last: killed half-way, the next run does it again.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".installed"
NOTE = ROOT / ".run" / "environment.json"
"""How long it took, for those who tell where the time went."""
OLDEST = (3, 11)


def main() -> int:
    """0 when the environment is right, 1 with a message when it cannot be made so."""
    if sys.version_info < OLDEST:
        return _refuse("Holdfast needs Python 3.11 or newer: make PYTHON=python3.12 …")
    began = time.monotonic()
    NOTE.parent.mkdir(exist_ok=True)
    with (NOTE.parent / "environment.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        wanted = _digest()
        action = "unchanged"
        if not STAMP.is_file() or STAMP.read_text() != wanted:
            action = "synchronised" if _works() else "made"
            _say(
                f"The environment .venv is being {action} …"
                + (" (a minute or two)" if action == "made" else "")
            )
            try:
                _install()
            except subprocess.CalledProcessError as failed:
                return _refuse(
                    f"`{' '.join(map(str, failed.cmd[:4]))} …` failed with exit code {failed.returncode}"
                )
            STAMP.write_text(wanted)
    seconds = time.monotonic() - began
    NOTE.write_text(json.dumps({"action": action, "seconds": seconds, "at": time.time()}))
    if action != "unchanged":
        _say(f"The environment was {action} in {seconds:.1f} s.")
    return 0


def _digest() -> str:
    """Changes with the lock file, the project's own metadata and the Python that runs it."""
    sum_ = hashlib.sha256(sys.version.encode())
    for file in (LOCK, ROOT / "pyproject.toml"):
        sum_.update(file.read_bytes())
    return sum_.hexdigest()


def _works() -> bool:
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0


def _install() -> None:
    if not _works():
        _run(sys.executable, "-m", "venv", "--clear", VENV)
    installer = VENV / "bin" / "uv"
    if not installer.exists():
        _run(PYTHON, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "-r", _installer_only())
    uv = (installer, "pip", "install", "-q", "--python", PYTHON)
    # Compiled once here, or every worker of the local AWS would compile boto3 anew: a second each.
    _run(*uv, "--compile-bytecode", "--require-hashes", "-r", LOCK)
    _run(*uv, "--no-deps", "--no-build-isolation", "-e", ROOT)


def _installer_only() -> Path:
    """The lock file's entry for the installer, as a file of its own."""
    lines = LOCK.read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("uv=="))
    entry = [lines[start]]
    for line in lines[start + 1 :]:
        if not line.startswith("    --hash"):
            break
        entry.append(line)
    path = NOTE.parent / "installer.txt"
    path.write_text("\n".join(entry).removesuffix("\\") + "\n")
    return path


def _run(*command: str | Path) -> None:
    environment = dict(os.environ)
    if "PIP_INDEX_URL" in environment:  # who has a package index of his own has it for both installers
        environment.setdefault("UV_DEFAULT_INDEX", environment["PIP_INDEX_URL"])
    subprocess.run([str(word) for word in command], check=True, env=environment)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _refuse(text: str) -> int:
    _say(text)
    return 1


if __name__ == "__main__":
    sys.exit(main())
