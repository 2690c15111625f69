"""docs/openapi.yaml is made from the contracts, is valid, and leaves out nothing a client can meet."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from oms.contracts import requests
from oms.contracts.api import ROUTES, Route
from oms.contracts.problems import TITLES, Problem
from openapi_spec_validator import OpenAPIV31SpecValidator

from ops.docs import openapi, parts
from ops.docs.refusals import codes_of
from ops.docs.writing import drift, write

DOCUMENT: dict[str, Any] = yaml.safe_load(openapi.FILE.read_text(encoding="utf-8"))
RUNTIME = openapi.ROOT / "shared/python/oms/runtime"
REFUSING = openapi.ROOT / "shared/python/oms/orders/domain"


def operation(route: Route) -> dict[str, Any]:
    made: dict[str, Any] = DOCUMENT["paths"][route.path][route.method.lower()]
    return made


def resolved(node: Any) -> Any:
    """`node`, or what it refers to."""
    if not (isinstance(node, dict) and "$ref" in node):
        return node
    found: Any = DOCUMENT
    for name in node["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def declared_codes(route: Route) -> dict[str, str]:
    """Problem code to the status under which the operation declares it."""
    codes = {}
    for status, response in operation(route)["responses"].items():
        content = resolved(response)["content"].get("application/problem+json")
        for code in content["schema"]["allOf"][1]["properties"]["code"]["enum"] if content else ():
            codes[code] = status
    return codes


def codes_raised(folder: Path) -> Iterator[str]:
    """Codes written out where a problem is raised or a refusal is made."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                first = node.args[0]
                if node.func.id in ("Problem", "ShipmentRefused", "CancellationRefused"):
                    yield from (str(one.value) for one in ast.walk(first) if isinstance(one, ast.Constant))


def test_the_document_is_what_the_contracts_make() -> None:
    assert not drift({openapi.FILE: openapi.text()}, [openapi.FILE]), "run python -m ops.docs openapi"


def test_a_file_that_differs_is_missing_or_is_left_over_has_drifted(tmp_path: Path) -> None:
    same, other, missing, left = (tmp_path / name for name in ("same", "other", "missing", "left"))
    for path, text in ((same, "a"), (other, "b"), (left, "c")):
        path.write_text(text)
    wanted = {same: "a", other: "a", missing: "a"}
    assert drift(wanted, tmp_path.iterdir()) == sorted([other, missing, left])
    write(wanted, list(tmp_path.iterdir()))
    assert not drift(wanted, tmp_path.iterdir())
    assert not left.exists()


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_the_validator_refuses_a_document_with_a_fault() -> None:
    broken = {**DOCUMENT, "paths": {"/v1/orders": {"post": {"responses": {"200": {}}}}}}
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_the_document_has_every_route_and_no_other() -> None:
    declared = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}
    assert declared == {(route.method, route.path) for route in ROUTES}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_an_operation_shows_its_scope_its_body_and_its_answer(route: Route) -> None:
    made = operation(route)
    assert made["operationId"] == route.operation
    assert made["security"] == [{"oauth": [route.full_scope]}]
    body = made.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    assert body == ({"$ref": f"#/components/schemas/{route.body}"} if route.body else None)
    answer = made["responses"][str(route.success)]["content"]["application/json"]["schema"]
    assert answer == {"$ref": f"#/components/schemas/{route.answer}"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_an_operation_takes_its_path_query_and_header_parameters(route: Route) -> None:
    taken = {(one["in"], one["name"]) for one in map(resolved, operation(route).get("parameters", []))}
    assert taken == {
        *(("path", name) for name in route.path_parameters),
        *(("query", name) for name in route.query),
        *([("header", "Idempotency-Key")] if route.idempotent_by_header else []),
    }


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_an_operation_declares_its_problem_codes_under_their_status(route: Route) -> None:
    assert declared_codes(route) == {code: str(Problem(code).status) for code in codes_of(route)}


def test_every_problem_code_is_declared_by_an_operation() -> None:
    assert {code for route in ROUTES for code in declared_codes(route)} == set(TITLES)


def test_every_code_the_edge_and_the_orders_refuse_with_is_a_known_problem() -> None:
    raised = {*codes_raised(RUNTIME), *codes_raised(REFUSING)}
    assert raised
    assert raised <= set(TITLES)


def test_a_new_order_is_answered_with_its_location_and_a_replay_says_so() -> None:
    placed = operation(next(route for route in ROUTES if route.operation == "placeOrder"))
    assert set(placed["responses"]["202"]["headers"]) == {"Location", "Idempotent-Replayed"}


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.body], ids=lambda route: route.operation
)
def test_the_example_of_a_body_is_a_body_the_operation_accepts(route: Route) -> None:
    getattr(requests, str(route.body)).model_validate(parts.EXAMPLES[route.operation])


def test_every_scope_of_the_document_is_one_an_operation_needs() -> None:
    offered = DOCUMENT["components"]["securitySchemes"]["oauth"]["flows"]["clientCredentials"]["scopes"]
    assert set(offered) == {route.full_scope for route in ROUTES}
