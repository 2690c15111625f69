"""Problem details (RFC 9457) with a stable `code` for programs and `errors` that name fields."""

from dataclasses import dataclass
from typing import Any

CONTENT_TYPE = "application/problem+json"

TITLES: dict[str, tuple[int, str]] = {
    "invalid_request": (400, "The request is not valid"),
    "malformed_json": (400, "The body is not JSON"),
    "idempotency_key_missing": (400, "The Idempotency-Key header is missing"),
    "idempotency_key_invalid": (400, "The Idempotency-Key header is not valid"),
    "cursor_invalid": (400, "The cursor is not one of ours"),
    "parameter_missing": (400, "A parameter is missing"),
    "parameter_invalid": (400, "A parameter is not valid"),
    "token_missing": (401, "A bearer token is required"),
    "scope_missing": (403, "The token lacks the scope for this operation"),
    "client_unknown": (403, "The client belongs to no channel"),
    "channel_required": (403, "This client serves every channel and cannot act for one"),
    "not_found": (404, "There is no such resource"),
    "order_already_placed": (409, "The channel placed this order before"),
    "order_already_shipped": (409, "Everything has shipped"),
    "order_not_open": (409, "Nothing is left to ship"),
    "nothing_open": (409, "Nothing is left to ship"),
    "more_than_open": (409, "More than what is open"),
    "line_not_here": (422, "The line is no work of this location"),
    "shipment_id_reused": (422, "The shipment id came before with other content"),
    "stock_would_go_negative": (409, "Stock cannot go below zero"),
    "location_unknown": (422, "There is no such location"),
    "body_too_large": (413, "The body is too large"),
    "content_type_unsupported": (415, "The content type must be application/json"),
    "idempotency_key_reused": (422, "The Idempotency-Key came before with another body"),
    "busy": (503, "Too busy to answer; nothing was stored, repeat the request"),
    "internal_error": (500, "Something failed inside"),
}
"""Every code a client can meet, with its HTTP status and its title."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """`field` as the client wrote it: lines[3].quantity, header.Idempotency-Key, query.cursor."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem(Exception):
    """Ends a request. Raised at the HTTP edge only; the domain answers with values."""

    code: str
    detail: str = ""
    errors: tuple[FieldError, ...] = ()

    @property
    def status(self) -> int:
        return TITLES[self.code][0]

    def body(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "type": f"urn:holdfast:problem:{self.code}",
            "title": TITLES[self.code][1],
            "status": self.status,
            "code": self.code,
        }
        if self.detail:
            document["detail"] = self.detail
        if self.errors:
            document["errors"] = [{"field": error.field, "message": error.message} for error in self.errors]
        return document
