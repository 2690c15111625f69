"""Write generated files, or find out where they have drifted from the code they are made from."""

from collections.abc import Iterable, Mapping
from pathlib import Path


def drift(wanted: Mapping[Path, str], present: Iterable[Path]) -> list[Path]:
    """Files that are missing, differ, or that nothing makes any more."""
    stale = {
        path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    return sorted(stale | (set(present) - set(wanted)))


def write(wanted: Mapping[Path, str], present: Iterable[Path]) -> list[Path]:
    """Bring the files up to date; answers those that changed."""
    changed = drift(wanted, present)
    for path in changed:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
        else:
            path.unlink()
    return changed
