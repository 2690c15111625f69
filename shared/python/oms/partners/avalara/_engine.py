"""AvaTax REST v2. The document code is the natural key: it can be recorded once only."""

import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote as quoted

from oms.contracts.tax import TaxCommitted, TaxDocument, TaxQuote
from oms.kernel.errors import BrokenInvariant, OutcomeUnknown, PartnerUnavailable
from oms.partners.avalara import _translate
from oms.partners.breaker import Breaker
from oms.partners.http import MEGABYTE, Answer, Http

CLIENT_NAME = "Holdfast; 1.0; Python; 1.0; oms"
_LARGEST_ANSWER = 8 * MEGABYTE
"""An order may have 2,000 lines, and AvaTax answers each with 1 to 3 kB."""
_ALREADY_COMMITTED = 300
"""The number of GetTaxError for a code that is committed (https://developer.avalara.com/avatax/errors)."""
_CREATE = "/api/v2/transactions/create?$include=Lines"


class AvalaraTax:
    """The tax engine. Amounts are minor units of the document's currency, converted exactly.

    Every method raises
    - PartnerUnavailable: not reachable, or the circuit is open; nothing was recorded;
    - PartnerRejected: AvaTax calls the document wrong (its error code is in the message);
    - BrokenInvariant: a code that is no AvaTax code, or two different documents under one code.
    """

    def __init__(
        self,
        base_url: str,
        account: str,
        licence: str,
        company_code: str,
        *,
        http: Http | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._http = http or Http(base_url, max_answer=_LARGEST_ANSWER)
        self._breaker = breaker or Breaker()
        self._company = company_code
        credentials = b64encode(f"{account}:{licence}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}", "X-Avalara-Client": CLIENT_NAME}

    def quote(self, document: TaxDocument) -> TaxQuote:
        """What tax the engine would charge. Records nothing (a SalesOrder is temporary there)."""
        model = _translate.transaction(document, company=self._company, kind="SalesOrder", commit=False)
        answer = self._send("POST", _CREATE, model, effect=False)
        return answer.read(lambda _: _translate.quote(_accepted(answer), document))

    def commit(self, document: TaxDocument) -> TaxCommitted:
        """Record the sale with the tax that was charged; repeating it records nothing twice.

        Every line needs its `tax`, the shipping its `shipping_tax`. OutcomeUnknown when neither
        the answer nor a look-up by code says what happened: commit the same document again.
        """
        _require_charged_tax(document)
        model = _translate.transaction(document, company=self._company, kind="SalesInvoice", commit=True)
        try:
            answer = self._send("POST", _CREATE, model, effect=True)
            if not _already_committed(answer):
                return answer.read(lambda _: _translate.committed(_accepted(answer), document.currency))
        except OutcomeUnknown as unknown:
            return self._found_after(unknown, document)
        return _compared(document, self._read(document.code))

    def get(self, code: str, currency: str) -> TaxCommitted | None:
        """The committed record of `code`; None when there is none, or when it was voided."""
        answer = self._read(code)
        if answer.status == 404:
            return None
        model = _accepted(answer)
        if model.get("status") != "Committed":
            return None
        return answer.read(lambda _: _translate.committed(model, currency))

    def void(self, code: str) -> None:
        """Take the record of `code` back; done already, or never recorded, is done."""
        path = f"{self._document(code)}/void"
        answer = self._send("POST", path, {"code": "DocVoided"}, effect=True)
        if answer.ok or answer.status == 404 or _error(answer)[0] == "TransactionAlreadyCancelled":
            return
        raise answer.rejected(_error(answer)[0])

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _found_after(self, unknown: OutcomeUnknown, document: TaxDocument) -> TaxCommitted:
        """The record behind a lost answer; the look-up reads, it repeats nothing."""
        try:
            found = self._read(document.code)
        except PartnerUnavailable:
            raise unknown from None
        if found.status == 404:
            raise unknown
        return _compared(document, found)

    def _read(self, code: str) -> Answer:
        return self._send("GET", f"{self._document(code)}?$include=Lines", None, effect=False)

    def _document(self, code: str) -> str:
        company = quoted(self._company, safe="")
        return f"/api/v2/companies/{company}/transactions/{_translate.checked_code(code)}"

    def _send(self, method: str, path: str, body: dict[str, Any] | None, *, effect: bool) -> Answer:
        content = None if body is None else json.dumps(body).encode()
        headers = {**self._headers, "Content-Type": "application/json"}
        with self._breaker:
            return self._http.send(method, path, effect=effect, headers=headers, content=content)


def _require_charged_tax(document: TaxDocument) -> None:
    unknown = [line.number for line in document.lines if line.tax is None]
    if unknown or (document.shipping and document.shipping_tax is None):
        raise BrokenInvariant(f"{document.code} records a sale without the tax charged on it")


def _accepted(answer: Answer) -> dict[str, Any]:
    if not answer.ok:
        raise answer.rejected(_error(answer)[0])
    return answer.json()


def _compared(document: TaxDocument, answer: Answer) -> TaxCommitted:
    model = _accepted(answer)
    if model.get("status") != "Committed":
        raise OutcomeUnknown(f"{document.code} is {model.get('status')}")
    if not answer.read(lambda _: _translate.records(model, document)):
        raise BrokenInvariant(f"another document is committed as {document.code}")
    return answer.read(lambda _: _translate.committed(model, document.currency))


def _already_committed(answer: Answer) -> bool:
    return answer.status == 400 and _error(answer) == ("GetTaxError", _ALREADY_COMMITTED)


def _error(answer: Answer) -> tuple[str, int]:
    """Code and number of the refusal; messages are left out, they may quote an address."""

    def parse(_: bytes) -> tuple[str, int]:
        error = answer.json()["error"]
        details = error.get("details") or [{}]
        return str(error["code"]), int(details[0].get("number") or 0)

    return answer.read(parse)
