"""AvaTax's surface: transactions under a company, keyed by their code.

Effects: one row per recorded document: {"code", "status" (Committed or Cancelled), "currency",
"amount" (without tax) and "tax" in minor units, "commits" (how often it took effect; 1 unless
somebody adjusted it)}.
"""

import json
import re
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from oms.kernel.money import MINOR_DIGITS

from ops.sandbox import avalara_documents as documents
from ops.sandbox.replies import Call, Refused, Reply, basic_credentials
from ops.sandbox.store import Row, Store

_DOCUMENT = re.compile(r"/api/v2/companies/([^/]+)/transactions/([^/]+)(?:/(\w+))?")


class Avalara:
    """Answers calls from a store; everything it does is in there."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(self, call: Call) -> Reply:
        try:
            if basic_credentials(call) is None:
                raise documents.refusal(401, "AuthenticationIncomplete", "Authentication Incomplete.")
            return self._route(call)
        except Refused as refused:
            return Reply(refused.status, refused.body)

    def effects(self) -> list[Row]:
        rows = (row for row in self._store.all("avalara.documents") if row["commits"])
        return [_effect(row) for row in rows]

    def _route(self, call: Call) -> Reply:
        match call.method, call.path:
            case "GET", "/api/v2/utilities/ping":
                return Reply(200, {"version": "sandbox", "authenticated": True})
            case "POST", "/api/v2/transactions/create":
                return Reply(201, self._create(_model(call), adjust=False))
            case "POST", "/api/v2/transactions/createoradjust":
                return Reply(201, self._create(_model(call).get("createTransactionModel") or {}, adjust=True))
        if found := _DOCUMENT.fullmatch(call.path):
            return Reply(200, self._on_document(call, unquote(found[1]), unquote(found[2]), found[3]))
        raise documents.refusal(404, "IncorrectPathError", f"no {call.path} here")

    def _create(self, model: dict[str, Any], *, adjust: bool) -> Row:
        transaction = documents.calculated(model)
        if transaction["type"] == "SalesOrder":
            return transaction  # an estimate: nothing is kept
        known = self._store.get("avalara.documents", _key(model.get("companyCode"), transaction["code"]))
        before = known["model"] if known else None
        commits = known["commits"] if known else 0
        if before is not None:
            _refuse_overwriting(before, adjust)
            transaction |= {"version": before["version"] + 1}
        return self._keep(
            model.get("companyCode"), transaction, commits + (transaction["status"] == "Committed")
        )

    def _on_document(self, call: Call, company: str, code: str, action: str | None) -> Row:
        row = self._store.get("avalara.documents", _key(company, code))
        if row is None:
            raise documents.refusal(404, "EntityNotFoundError", f"Document {code} not found.")
        model, commits = row["model"], row["commits"]
        if call.method == "GET" and action is None:
            return dict(model)
        if action == "lock":
            return self._keep(company, model | {"locked": True}, commits)
        if model["locked"]:
            raise documents.refusal(400, "CannotModifyLockedTransaction", "The transaction is locked.")
        if action == "commit":
            return self._keep(company, model | {"status": "Committed"}, commits + 1)
        if action == "void":
            if model["status"] == "Cancelled":
                raise documents.refusal(400, "TransactionAlreadyCancelled", "already cancelled")
            return self._keep(company, model | {"status": "Cancelled"}, commits)
        raise documents.refusal(404, "IncorrectPathError", f"no {action} here")

    def _keep(self, company: object, model: Row, commits: int) -> Row:
        self._store.put(
            "avalara.documents", _key(company, model["code"]), {"model": model, "commits": commits}
        )
        return model


def _refuse_overwriting(before: Row, adjust: bool) -> None:
    if before["locked"]:
        raise documents.refusal(400, "CannotModifyLockedTransaction", "The transaction is locked.")
    if before["status"] == "Committed" and not adjust:
        message = "The tax document could not be saved. The document is already committed."
        raise documents.refusal(400, "GetTaxError", message, number=300)


def _effect(row: Row) -> Row:
    model = row["model"]
    return {
        "code": model["code"],
        "status": model["status"],
        "currency": model["currencyCode"],
        "amount": _minor(model["totalAmount"], model["currencyCode"]),
        "tax": _minor(model["totalTax"], model["currencyCode"]),
        "commits": row["commits"],
    }


def _minor(amount: float, currency: str) -> int:
    return int(Decimal(str(amount)).scaleb(MINOR_DIGITS[currency]))


def _key(company: object, code: str) -> str:
    return f"{company}/{code}"


def _model(call: Call) -> dict[str, Any]:
    try:
        model = json.loads(call.body, parse_float=Decimal)
    except ValueError:
        raise documents.refusal(400, "JsonFormatError", "The JSON is malformed.") from None
    if not isinstance(model, dict):
        raise documents.refusal(400, "ModelRequiredException", "A model is required.")
    return model
