"""Stripe's surface: authentication, idempotency, parameters, listings.

Effects: {"kind": "authorize|capture|void|refund", "effect_key", "order_id", "amount" (minor units),
"currency", "reference" (the intent)}. A prepaid charge is one `capture`. The effect key is the
metadata's where the request carries one, else the Idempotency-Key.
"""

import re
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

from ops.sandbox import stripe_intents as intents
from ops.sandbox.forms import nested
from ops.sandbox.replies import Call, Refused, Reply
from ops.sandbox.store import Row, Store

API_VERSION = "2026-10-28.endive"
_INTENT = re.compile(r"/v1/payment_intents/(pi_\w+)")
_CAPTURE = re.compile(r"/v1/payment_intents/(pi_\w+)/capture")
_CANCEL = re.compile(r"/v1/payment_intents/(pi_\w+)/cancel")
_REFUND = re.compile(r"/v1/refunds/(re_\w+)")
_REFERENCE = re.compile(r"\bpi_[0-9a-f]{24}\b")
_SEARCH = re.compile(r"metadata\['(\w+)'\]:'([^']*)'")
_KNOWN = {
    "create": frozenset(
        (
            "amount",
            "automatic_payment_methods",
            "capture_method",
            "confirm",
            "currency",
            "description",
            "metadata",
            "off_session",
            "payment_method",
            "payment_method_options",
        )
    ),
    "capture": frozenset(("amount_to_capture", "final_capture", "metadata")),
    "cancel": frozenset(("cancellation_reason",)),
    "refund": frozenset(("amount", "metadata", "payment_intent", "reason")),
}


class Stripe:
    """Answers calls from a store; everything it does is in there."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def waiting(self) -> list[str]:
        """References of the payments whose customers have to act."""
        return [row["id"] for row in self._store.all("stripe.intents") if row["status"] == "requires_action"]

    def payments_of(self, order_id: str) -> list[Row]:
        """The payments of one order."""
        return [
            row for row in self._store.all("stripe.intents") if row["metadata"].get("order_id") == order_id
        ]

    def authenticate(self, reference: str, *, passed: bool) -> None:
        """A customer has acted. KeyError for a payment that does not wait."""
        if reference not in self.waiting():
            raise KeyError(reference)
        intents.authenticate(self._store, self._intent(reference), passed=passed)

    def answer(self, call: Call) -> Reply:
        try:
            _authenticate(call)
            return self._read(call) if call.method == "GET" else self._once(call)
        except Refused as refused:
            return Reply(refused.status, refused.body)

    def effects(self) -> list[Row]:
        return self._store.all("stripe.effects")

    def _once(self, call: Call) -> Reply:
        """Run a POST once per Idempotency-Key; what ran is replayed, even a decline."""
        key = call.headers.get("idempotency-key", "")
        if len(key) > 255:
            raise intents.refusal(400, "idempotency_key_too_long", "at most 255 characters")
        fingerprint = sha256(call.path.encode() + b"\n" + call.body).hexdigest()
        seen = self._store.get("stripe.keys", key) if key else None
        if seen is not None:
            return _replayed(seen, fingerprint)
        reply, executed = self._executed(call, key)
        if key and executed:
            row = {"fingerprint": fingerprint, "status": reply.status, "body": reply.body}
            self._store.put("stripe.keys", key, row)
        return reply

    def _executed(self, call: Call, key: str) -> tuple[Reply, bool]:
        try:
            return Reply(200, self._write(call, key)), True
        except Refused as refused:
            return Reply(refused.status, refused.body), refused.executed

    def _write(self, call: Call, key: str) -> Row:
        form = _form(call)
        if call.path == "/v1/payment_intents":
            _require(form, "create", "amount", "currency")
            return intents.create(self._store, form, key)
        if found := _CAPTURE.fullmatch(call.path):
            _require(form, "capture")
            return intents.capture(self._store, self._intent(found[1]), form, _noted_capture(form) or key)
        if found := _CANCEL.fullmatch(call.path):
            _require(form, "cancel")
            return intents.cancel(self._store, self._intent(found[1]), key)
        if call.path == "/v1/refunds":
            _require(form, "refund", "payment_intent")
            return intents.refund(self._store, self._intent(str(form["payment_intent"])), form, key)
        raise _unrecognised(call)

    def _read(self, call: Call) -> Reply:
        query = {name: values[-1] for name, values in parse_qs(call.query).items()}
        if call.path == "/v1/payment_intents/search":
            return Reply(200, self._searched(query))
        if call.path == "/v1/payment_intents":
            return Reply(200, _page(self._store.all("stripe.intents"), query))
        if call.path == "/v1/refunds":
            rows = self._store.all("stripe.refunds")
            wanted = query.get("payment_intent")
            return Reply(200, _page([row for row in rows if wanted in (None, row["payment_intent"])], query))
        if found := _INTENT.fullmatch(call.path):
            return Reply(200, self._intent(found[1]))
        if found := _REFUND.fullmatch(call.path):
            return Reply(200, self._refund(found[1]))
        raise _unrecognised(call)

    def _searched(self, query: dict[str, str]) -> Row:
        found = _SEARCH.fullmatch(query.get("query", ""))
        if found is None:
            raise intents.refusal(400, "search_query_invalid", "only metadata['name']:'value' is known here")
        rows = [row for row in self._store.all("stripe.intents") if row["metadata"].get(found[1]) == found[2]]
        return _page(rows, query) | {"object": "search_result"}

    def _intent(self, reference: str) -> Row:
        row = self._store.get("stripe.intents", reference)
        if row is None:
            raise intents.refusal(404, "resource_missing", f"No such payment_intent: '{reference[:40]}'")
        return row

    def _refund(self, reference: str) -> Row:
        row = self._store.get("stripe.refunds", reference)
        if row is None:
            raise intents.refusal(404, "resource_missing", f"No such refund: '{reference[:40]}'")
        return row


def order_behind(store: Store, text: str) -> str:
    """The order of the payment intent that a request refers to; empty where it refers to none."""
    found = _REFERENCE.search(text)
    intent = store.get("stripe.intents", found[0]) if found else None
    return str(intent["metadata"].get("order_id", "")) if intent else ""


def _authenticate(call: Call) -> None:
    scheme, _, key = call.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key.startswith("sk_test_"):
        raise intents.refusal(401, "api_key_invalid", "Invalid API Key provided")
    if call.headers.get("stripe-version", API_VERSION) != API_VERSION:
        raise intents.refusal(400, "version_unknown", f"this sandbox speaks {API_VERSION}")


def _replayed(seen: Row, fingerprint: str) -> Reply:
    if seen["fingerprint"] != fingerprint:
        message = "Keys for idempotent requests can only be used with the same parameters"
        raise intents.refusal(400, "idempotency_key_reused", message, kind="idempotency_error")
    return Reply(seen["status"], seen["body"], {"Idempotent-Replayed": "true"})


def _form(call: Call) -> dict[str, Any]:
    try:
        return nested(call.body.decode())
    except (ValueError, UnicodeDecodeError):
        raise intents.refusal(400, "parameter_invalid", "not form-encoded", executed=False) from None


def _require(form: dict[str, Any], operation: str, *required: str) -> None:
    for name in required:
        if not form.get(name):
            raise intents.refusal(400, "parameter_missing", f"Missing required param: {name}", executed=False)
    for name in form.keys() - _KNOWN[operation]:
        raise intents.refusal(400, "parameter_unknown", f"Received unknown parameter: {name}", executed=False)


def _noted_capture(form: dict[str, Any]) -> str:
    """The effect key in `metadata[cap_<key>]`."""
    notes = [name.removeprefix("cap_") for name in form.get("metadata", {}) if name.startswith("cap_")]
    return notes[0] if notes else ""


def _page(rows: list[Row], query: dict[str, str]) -> Row:
    """Newest first, from behind `starting_after`."""
    newest = rows[::-1]
    limit = int(query.get("limit", "10"))
    after = query.get("starting_after")
    start = next((index + 1 for index, row in enumerate(newest) if row["id"] == after), 0) if after else 0
    page = newest[start : start + limit]
    return {"object": "list", "data": page, "has_more": start + limit < len(newest)}


def _unrecognised(call: Call) -> Refused:
    return intents.refusal(404, "url_unknown", f"Unrecognized request URL ({call.method}: {call.path})")
