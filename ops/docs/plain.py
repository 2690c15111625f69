"""JSON Schema as a person would write it."""

from typing import Any


def without_titles(schema: Any) -> Any:
    """The schema without the titles pydantic makes out of names. A property called `title` stays."""
    if isinstance(schema, list):
        return [without_titles(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: one for name, one in schema.items() if not (name == "title" and isinstance(one, str))}
    return {name: without_titles(one) for name, one in kept.items()}
