"""What a client may rely on: every answer is one that the route declares, and a refusal leaves nothing behind."""

import json
from collections.abc import Iterator
from typing import Any

from oms.contracts import answers
from oms.contracts.api import BY_KEY, Route
from oms.contracts.problems import CONTENT_TYPE, TITLES
from pydantic import ValidationError

from ops.docs.refusals import codes_of
from tests.fuzz.backstage import Backstage
from tests.fuzz.given import Given
from tests.fuzz.running import Ran


def http_outcome(ran: Ran) -> str:
    try:
        return str(ran.answer["statusCode"])
    except (KeyError, TypeError):
        return "no answer"


def http_faults(given: Given, ran: Ran, _world: Backstage) -> Iterator[str]:
    """What contradicts the contract."""
    if ran.error is not None:
        yield f"answer: {type(ran.error).__name__} left the handler: {ran.error}"
        return
    if fault := _misshapen(ran.answer):
        yield f"answer: {fault}"
        return
    status, document = ran.answer["statusCode"], json.loads(ran.answer["body"])
    route = _route(given)
    if status >= 500:
        yield f"5xx: {status} {document.get('code')} {ran.lines[-1][:300] if ran.lines else ''}"
    elif status >= 400:
        yield from _refusal(ran, document, route)
    else:
        yield from _success(ran, document, route)
    if given.honest and status == 400:
        yield f"honest: a good request was called wrong: {document}"


def _misshapen(answer: Any) -> str:
    """Why API Gateway could not hand this on; empty where it could."""
    if not isinstance(answer, dict) or not {"statusCode", "headers", "body"} <= answer.keys():
        return f"no answer of a function: {str(answer)[:100]}"
    headers = answer["headers"]
    if not all(
        isinstance(one, str) and one.isascii() and one.isprintable()
        for pair in headers.items()
        for one in pair
    ):
        return f"headers that are none: {headers}"
    if type(answer["statusCode"]) is not int or not isinstance(answer["body"], str):
        return "a status or body of another type"
    if not isinstance(json.loads(answer["body"]), dict):
        return "the body is no object"
    return ""


def _route(given: Given) -> Route | None:
    key = given.event.get("routeKey") if isinstance(given.event, dict) else None
    route = BY_KEY.get(key) if isinstance(key, str) else None
    return route if route and route.function == given.folder else None


def _refusal(ran: Ran, document: dict[str, Any], route: Route | None) -> Iterator[str]:
    code, status = document.get("code"), ran.answer["statusCode"]
    if ran.answer["headers"].get("content-type") != CONTENT_TYPE or document.get("status") != status:
        yield f"problem: it is not said to be one: {ran.answer['headers']}"
    if code not in TITLES or TITLES[code][0] != status:
        yield f"problem: {status} with the code {code}"
    elif route and code not in codes_of(route):
        yield f"problem: {route.operation} does not declare {code}"
    fields = [error.get("field") for error in document.get("errors", [])]
    if code == "invalid_request" and not (fields and all(fields)):
        yield f"problem: no field is named: {document}"
    if ran.changed:
        yield f"refusal: {code} changed what is stored, or sent something"


def _success(ran: Ran, document: dict[str, Any], route: Route | None) -> Iterator[str]:
    if route is None:
        yield "success: of a route that there is not"
        return
    if ran.answer["statusCode"] != route.success:
        yield f"success: {ran.answer['statusCode']} is not declared"
    try:
        getattr(answers, str(route.answer)).model_validate(document)
    except ValidationError as error:
        yield f"success: the answer is not as declared: {error.errors(include_input=False)[:3]}"
    replayed = ran.answer["headers"].get("idempotent-replayed")
    if ran.changed and (route.method == "GET" or replayed):
        yield "success: what only reads or repeats has changed something"
