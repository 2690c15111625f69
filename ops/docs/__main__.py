"""`python -m ops.docs openapi|schemas`; with `--check` nothing is written and drift is an error."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from ops.docs import openapi, schemas
from ops.docs.writing import drift, write


def generated(what: str) -> tuple[Mapping[Path, str], list[Path]]:
    """The files of one kind of document, and those that are there now."""
    if what == "openapi":
        return {openapi.FILE: openapi.text()}, [openapi.FILE] if openapi.FILE.exists() else []
    return schemas.files(), sorted(schemas.FOLDER.glob("*/*.json"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("openapi", "schemas"))
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file has drifted")
    arguments = parser.parse_args()
    wanted, present = generated(arguments.what)
    changed = drift(wanted, present) if arguments.check else write(wanted, present)
    for path in changed:
        sys.stdout.write(f"{'has drifted' if arguments.check else 'written'}: {path.name}\n")
    if arguments.check and changed:
        sys.exit(f"run python -m ops.docs {arguments.what}")


if __name__ == "__main__":
    main()
