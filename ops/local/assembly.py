"""Reading a cloud assembly: its stacks in order, and the files they need."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Final

from ops.local.aws import ACCOUNT, REGION

BUCKET: Final = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The oldest time a zip file knows: the same files give the same bytes."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file or folder that a template refers to by its key in the asset bucket."""

    key: str
    path: Path

    def body(self) -> bytes:
        """What is uploaded: the file, or the folder as a zip file."""
        return _zipped(self.path) if self.path.is_dir() else self.path.read_bytes()


@dataclass(frozen=True)
class Stack:
    """One stack of an assembly."""

    name: str
    template_path: Path
    termination_protection: bool

    @cached_property
    def template(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.template_path.read_text(encoding="utf-8"))
        return loaded


def stacks(assembly: Path) -> list[Stack]:
    """All stacks, each after those it depends on."""
    artifacts = _artifacts(assembly, "aws:cloudformation:stack")
    graph = {name: [d for d in a.get("dependencies", []) if d in artifacts] for name, a in artifacts.items()}
    return [_stack(assembly, name, artifacts[name]) for name in TopologicalSorter(graph).static_order()]


def assets(assembly: Path) -> list[Asset]:
    """Code and layers, each once. Templates are not among them: they are pruned before upload."""
    found: dict[str, Asset] = {}
    for artifact in _artifacts(assembly, "cdk:asset-manifest").values():
        manifest = json.loads((assembly / artifact["properties"]["file"]).read_text(encoding="utf-8"))
        for file in manifest.get("files", {}).values():
            path = assembly / file["source"]["path"]
            if path.name.endswith(".template.json"):
                continue
            for destination in file["destinations"].values():
                found[destination["objectKey"]] = Asset(destination["objectKey"], path)
    return list(found.values())


def template_key(body: bytes) -> str:
    return f"templates/{hashlib.sha256(body).hexdigest()}.json"


def _artifacts(assembly: Path, type_: str) -> dict[str, Any]:
    manifest = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
    return {name: a for name, a in manifest["artifacts"].items() if a["type"] == type_}


def _stack(assembly: Path, name: str, artifact: dict[str, Any]) -> Stack:
    properties = artifact["properties"]
    return Stack(
        name=properties.get("stackName", name),
        template_path=assembly / properties["templateFile"],
        termination_protection=bool(properties.get("terminationProtection", False)),
    )


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _LONG_AGO)
            info.external_attr = 0o644 << 16
            archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
