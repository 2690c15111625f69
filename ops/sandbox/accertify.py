"""Accertify's surface: one transaction document in, one transaction-results document out.

Effects: one row per transaction: {"transaction_id", "recommendation", "cross_reference",
"times" (how often it was screened)}.
"""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from ops.sandbox.replies import Call, Reply, basic_credentials
from ops.sandbox.store import Row, Store

REVIEW_FROM = Decimal(50_000)
_BY_MAILBOX = {"review": "REVIEW", "reject": "REJECT", "unknown": "SECONDARY RESOLUTION"}
_SCORES = {"ACCEPT": 12, "REVIEW": 64, "REJECT": 97}


class Accertify:
    """Answers calls from a store; everything it does is in there."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(self, call: Call) -> Reply:
        if call.method != "POST":
            return Reply(405, _error("only POST is known here"))
        if basic_credentials(call) is None:
            return Reply(401, _error("not authorised"))
        try:
            transaction = fromstring(call.body, forbid_dtd=True).find("transaction")
        except (ParseError, DefusedXmlException, ValueError):
            return Reply(200, _error("The request could not be read"))
        identity = "" if transaction is None else transaction.findtext("transactionID", "")
        if not identity:
            return Reply(200, _error("transactionID is missing"))
        return self._screened(transaction, identity)

    def effects(self) -> list[Row]:
        return self._store.all("accertify.cases")

    def _screened(self, transaction: Any, identity: str) -> Reply:
        email = transaction.findtext("customerInformation/userEmailAddress", "")
        mailbox = email.partition("@")[0].partition("+")[0].lower()
        if mailbox == "error":
            return Reply(200, _error("The request could not be processed"))
        word = _BY_MAILBOX.get(mailbox) or _by_amount(transaction.findtext("totalAmount", "0"))
        known = self._store.get("accertify.cases", identity)
        case: Row = {
            "transaction_id": identity,
            "recommendation": word,
            "cross_reference": str(uuid5(NAMESPACE_URL, f"accertify/{identity}")),
            "times": (known["times"] if known else 0) + 1,
        }
        return Reply(200, _results(self._store.put("accertify.cases", identity, case)))


def _by_amount(text: str) -> str:
    try:
        return "REVIEW" if Decimal(text) >= REVIEW_FROM else "ACCEPT"
    except InvalidOperation:
        return "REVIEW"


def _results(case: Row) -> bytes:
    word = case["recommendation"]
    rules = "" if word == "ACCEPT" else f"1001:sandbox rule:{_SCORES.get(word, 50)}"
    fields = {
        "transaction-id": case["transaction_id"],
        "cross-reference": case["cross_reference"],
        "rules-tripped": rules,
        "total-score": str(_SCORES.get(word, 50)),
        "recommendation-code": word,
        "remarks": "",
    }
    body = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    return f"<transaction-results>{body}</transaction-results>".encode()


def _error(text: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><ERROR>{escape(text)}</ERROR>'.encode()
