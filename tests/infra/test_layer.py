"""The layer of third-party packages is pinned to the byte, and names no server."""

import re
import tomllib

from infra.layer.__main__ import LOCK, ROOT

_PINNED = re.compile(r"^([a-z0-9-]+)==([^ ]+) \\$", re.MULTILINE)


def _locked() -> dict[str, str]:
    return dict(_PINNED.findall(LOCK.read_text(encoding="utf-8")))


def test_every_package_is_pinned_with_hashes() -> None:
    text = LOCK.read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z])", text.strip())
    assert len(blocks) == len(_locked())
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_lock_names_no_server() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text


def test_it_holds_what_the_functions_ask_for_and_leaves_boto3_to_lambda() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.split(r"[=<>~!]", line)[0] for line in project["dependencies"]}
    assert asked - set(_locked()) == {"boto3"}
