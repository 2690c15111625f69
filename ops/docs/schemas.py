"""JSON Schema of every published event, one file each: shared/schemas/<context>/<Type>.json."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oms.contracts.envelope import VERSION
from oms.contracts.events import CONTEXTS, Fact, published

from ops.docs.plain import without_titles

FOLDER = Path(__file__).resolve().parents[2] / "shared/schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(context: str, fact: type[Fact]) -> dict[str, Any]:
    """The schema of the event's EventBridge `detail`."""
    made = published(context, fact).model_json_schema()
    identity = {"$schema": DIALECT, "$id": f"urn:holdfast:event:{context}:{fact.__name__}:{VERSION}"}
    return {**identity, "title": fact.__name__, **without_titles(made)}


def files() -> Mapping[Path, str]:
    """Every schema file and its text."""
    return {
        FOLDER / context / f"{fact.__name__}.json": json.dumps(
            schema(context, fact), indent=2, ensure_ascii=False
        )
        + "\n"
        for context, facts in CONTEXTS.items()
        for fact in facts
    }
