"""docs/openapi.yaml: the route table, the request and answer models and the problem codes as OpenAPI 3.1."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from oms.contracts import answers, requests
from oms.contracts.api import ROUTES, SCOPE_SERVER, SCOPES, Route
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ops.docs import parts
from ops.docs.plain import without_titles
from ops.docs.refusals import codes_of, refusals, shared

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs/openapi.yaml"
_REFERENCE = "#/components/schemas/{model}"


def text() -> str:
    """The document as it stands in the file."""
    head = "# Made by `python -m ops.docs openapi` from oms.contracts. Do not edit.\n"
    return head + yaml.dump(document(), Dumper=Plain, sort_keys=False, allow_unicode=True, width=110)


class Plain(yaml.SafeDumper):
    """YAML as a person would write it: no anchors, long texts as blocks."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True

    def represent_text(self, text: str) -> yaml.Node:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Plain.add_representer(str, Plain.represent_text)


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Holdfast order management",
            "version": tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
                "version"
            ],
            "description": parts.DESCRIPTION,
        },
        "servers": [parts.SERVER],
        "tags": [{"name": name} for name in dict.fromkeys(_tag(route) for route in ROUTES)],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"oauth": parts.security(_scopes())},
            "parameters": dict(parts.PARAMETERS),
            "headers": dict(parts.HEADERS),
            "responses": shared(),
            "schemas": {**_schemas(), **parts.SCHEMAS},
        },
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = operation(route)
    return paths


def operation(route: Route) -> dict[str, Any]:
    """One route of the table as an OpenAPI operation."""
    made: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [_tag(route)],
        "security": [{"oauth": [route.full_scope]}],
    }
    if parameters := _parameters(route):
        made["parameters"] = parameters
    if route.body:
        made["requestBody"] = {"required": True, "content": {"application/json": _body(route)}}
    made["responses"] = {str(route.success): _success(route), **refusals(codes_of(route))}
    return made


def _parameters(route: Route) -> list[dict[str, Any]]:
    wanted = [*route.path_parameters, *route.query]
    if route.idempotent_by_header:
        wanted.append("Idempotency-Key")
    return [{"$ref": f"#/components/parameters/{name}"} for name in wanted]


def _body(route: Route) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": _reference(route.body)}
    if route.operation in parts.EXAMPLES:
        content["example"] = parts.EXAMPLES[route.operation]
    return content


def _success(route: Route) -> dict[str, Any]:
    made: dict[str, Any] = {
        "description": parts.SUCCESS[route.success],
        "content": {"application/json": {"schema": _reference(route.answer)}},
    }
    if named := parts.ANSWERED_WITH.get(route.operation, ()):
        made["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in named}
    return made


def _schemas() -> dict[str, Any]:
    bodies = [getattr(requests, name) for name in _named(route.body for route in ROUTES)]
    results = [getattr(answers, name) for name in _named(route.answer for route in ROUTES)]
    models: list[type[BaseModel]] = [*bodies, *results]
    _, made = models_json_schema([(model, "validation") for model in models], ref_template=_REFERENCE)
    schemas: dict[str, Any] = without_titles(made["$defs"])
    return schemas


def _scopes() -> dict[str, str]:
    return {f"{SCOPE_SERVER}/{name}": meaning for name, meaning in SCOPES.items()}


def _tag(route: Route) -> str:
    return route.path.split("/")[2]


def _named(names: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def _reference(name: str | None) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=name)}
