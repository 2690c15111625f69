"""HTTP: from an API Gateway event (payload format 2.0) to a call, and back to an answer.

The gateway has already checked the token and its scope. Both are checked again here: a route
added by hand must not become a hole.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from oms.contracts.api import ALL_CHANNELS, BY_KEY, Route
from oms.contracts.problems import CONTENT_TYPE, FieldError, Problem
from oms.contracts.requests import MAX_BODY_BYTES
from oms.kernel.errors import Retryable
from oms.kernel.events import Actor
from oms.runtime.logs import failure, log

Body = TypeVar("Body", bound=BaseModel)
_MAX_IDEMPOTENCY_KEY = 128
_MAX_PARAMETER = 256
_MAX_ERRORS = 20


@dataclass(frozen=True, slots=True)
class Request:
    """One call by an authenticated client. `channel` is `*` for clients that serve all channels."""

    route: Route
    channel: str
    actor: Actor
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes

    def body(self, model: type[Body]) -> Body:
        """The validated body. Raises Problem, naming every field that is wrong."""
        content_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type != "application/json":
            raise Problem(
                "content_type_unsupported", errors=(FieldError("header.Content-Type", "is not JSON"),)
            )
        try:
            document = json.loads(self.raw)
        except (ValueError, RecursionError) as error:  # also a number of more digits than Python reads
            raise Problem("malformed_json", "The body cannot be parsed as JSON.") from error
        try:
            return (
                model.model_validate_json(self.raw)
                if isinstance(document, dict)
                else model.model_validate(document)
            )
        except ValidationError as error:
            raise _invalid(error) from error

    def idempotency_key(self) -> str:
        """The client's key. Raises Problem where it is missing or not printable ASCII of 1 to 128 characters."""
        key = self.headers.get("idempotency-key", "")
        named = (
            FieldError("header.Idempotency-Key", f"needs 1 to {_MAX_IDEMPOTENCY_KEY} printable characters"),
        )
        if not key:
            raise Problem("idempotency_key_missing", errors=named)
        if len(key) > _MAX_IDEMPOTENCY_KEY or not (key.isascii() and key.isprintable()) or " " in key:
            raise Problem("idempotency_key_invalid", errors=named)
        return key

    def one_channel(self) -> str:
        """The channel to act for. Raises Problem for a client that serves them all."""
        if self.channel == ALL_CHANNELS:
            raise Problem("channel_required")
        return self.channel

    def may_see(self, channel: str) -> bool:
        return self.channel in (ALL_CHANNELS, channel)

    def parameter(self, name: str, *, allowed: tuple[str, ...] = ()) -> str:
        """A required query parameter. Raises Problem where it is missing, not one of `allowed`, or cannot be a name."""
        value = self.query.get(name, "")
        if not value:
            raise Problem("parameter_missing", errors=(FieldError(f"query.{name}", "is required"),))
        if len(value) > _MAX_PARAMETER:
            error = FieldError(f"query.{name}", f"is longer than {_MAX_PARAMETER} characters")
            raise Problem("parameter_invalid", errors=(error,))
        if not value.isprintable():
            error = FieldError(f"query.{name}", "has characters that cannot be printed")
            raise Problem("parameter_invalid", errors=(error,))
        if allowed and value not in allowed:
            raise Problem(
                "parameter_invalid", errors=(FieldError(f"query.{name}", f"is none of {', '.join(allowed)}"),)
            )
        return value

    def limit(self, *, default: int = 50, most: int = 100) -> int:
        """The page size. Raises Problem where it is not a number from 1 to `most`."""
        text = self.query.get("limit", str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= most):
            raise Problem(
                "parameter_invalid", errors=(FieldError("query.limit", f"is not a number from 1 to {most}"),)
            )
        return int(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """A success. `body` has the shape the route's answer model names."""

    body: Mapping[str, Any]
    status: int | None = None
    headers: Mapping[str, str] | None = None


Operation = Callable[[Request], Answer]
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def http_api(operations: Mapping[str, Operation], *, clients: Callable[[], Mapping[str, str]]) -> Handler:
    """A Lambda handler that serves `operations` (by operationId). `clients` maps client ids to channels."""

    @wraps(http_api)
    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        key = str(_object(event).get("routeKey", ""))
        try:
            request = _request(_object(event), clients())
            answer = operations[request.route.operation](request)
            log(
                "served", operation=request.route.operation, actor=str(request.actor), channel=request.channel
            )
            return _response(answer.status or request.route.success, answer.body, answer.headers)
        except Problem as problem:
            log("refused", route=key, code=problem.code)
            return _response(problem.status, problem.body(), {"content-type": CONTENT_TYPE})
        except Exception as error:
            failure(key, error)
            passing = isinstance(error, Retryable)
            broken = Problem("busy" if passing else "internal_error")
            headers = {"content-type": CONTENT_TYPE} | ({"retry-after": "1"} if passing else {})
            return _response(broken.status, broken.body(), headers)

    return handler


def _request(event: dict[str, Any], clients: Mapping[str, str]) -> Request:
    route = BY_KEY.get(str(event.get("routeKey", "")))
    if route is None:
        raise Problem("not_found")
    client, channel = _caller(event, route, clients)
    return Request(
        route=route,
        channel=channel,
        actor=Actor("client", client),
        path=_texts(event.get("pathParameters")),
        query=_texts(event.get("queryStringParameters")),
        headers={name.lower(): value for name, value in _texts(event.get("headers")).items()},
        raw=_raw(event),
    )


def _caller(event: dict[str, Any], route: Route, clients: Mapping[str, str]) -> tuple[str, str]:
    authorizer = _object(_object(event.get("requestContext")).get("authorizer"))
    claims = _object(_object(authorizer.get("jwt")).get("claims"))
    if not claims:
        raise Problem("token_missing")
    if route.full_scope not in str(claims.get("scope", "")).split():
        raise Problem("scope_missing", f"The operation needs {route.full_scope}.")
    name = clients.get(str(claims.get("client_id", "")))
    if name is None:
        raise Problem("client_unknown")
    client, _, channel = name.partition("=")
    return client, channel or client


def _raw(event: dict[str, Any]) -> bytes:
    text = event.get("body") or ""
    if not isinstance(text, str):
        raise Problem("malformed_json", "The body is not text.")
    if len(text) > 2 * MAX_BODY_BYTES:
        raise Problem("body_too_large", f"At most {MAX_BODY_BYTES} bytes.")
    try:
        raw = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, UnicodeEncodeError, ValueError) as error:
        raise Problem("malformed_json", "The body is not valid text.") from error
    if len(raw) > MAX_BODY_BYTES:
        raise Problem("body_too_large", f"At most {MAX_BODY_BYTES} bytes.")
    return raw


def _object(part: Any) -> dict[str, Any]:
    """A part of the event. What is missing, or no object, has nothing in it: that ends as a refusal, not as a defect."""
    return part if isinstance(part, dict) else {}


def _texts(part: Any) -> dict[str, str]:
    return {name: value for name, value in _object(part).items() if isinstance(value, str)}


def _invalid(error: ValidationError) -> Problem:
    errors = tuple(
        FieldError(_field(detail["loc"]), str(detail["msg"]).removeprefix("Value error, "))
        for detail in error.errors(include_url=False, include_input=False, include_context=False)[
            :_MAX_ERRORS
        ]
    )
    return Problem("invalid_request", errors=errors)


def _field(location: tuple[int | str, ...]) -> str:
    name = ""
    for part in location:
        name += f"[{part}]" if isinstance(part, int) else f".{part}"
    return name.lstrip(".") or "body"


def _response(
    status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store", **(headers or {})},
        "body": json.dumps(body, separators=(",", ":"), ensure_ascii=False),
    }
