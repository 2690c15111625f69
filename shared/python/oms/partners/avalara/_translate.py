"""Tax documents to AvaTax transactions and back (REST v2, CreateTransactionModel / TransactionModel).

Reading functions raise ValueError, LookupError or TypeError for a transaction they cannot read.
"""

import re
from decimal import Decimal
from typing import Any

from oms.contracts.snapshots import Address
from oms.contracts.tax import TaxableLine, TaxCommitted, TaxDocument, TaxQuote
from oms.kernel.errors import BrokenInvariant
from oms.partners.amounts import to_json_number, to_minor

SHIPPING_LINE = "shipping"
SHIPPING_TAX_CODE = "FR000000"
_CODE = re.compile(r"[A-Za-z0-9-]{1,50}")


def transaction(document: TaxDocument, *, company: str, kind: str, commit: bool) -> dict[str, Any]:
    """The CreateTransactionModel of `document`. BrokenInvariant for a code AvaTax cannot take."""
    lines = [_line(document, line) for line in document.lines]
    if document.shipping:
        lines.append(_shipping(document))
    return {
        "type": kind,
        "code": checked_code(document.code),
        "companyCode": company,
        "date": document.date,
        "customerCode": document.customer_code,
        "currencyCode": document.currency,
        "commit": commit,
        "addresses": {"shipFrom": _address(document.ship_from), "shipTo": _address(document.ship_to)},
        "lines": lines,
    }


def checked_code(code: str) -> str:
    """`code`, if it consists of letters, digits and hyphens, at most 50 of them."""
    if not _CODE.fullmatch(code):
        raise BrokenInvariant(f"{code!r} is no AvaTax document code")
    return code


def quote(model: dict[str, Any], document: TaxDocument) -> TaxQuote:
    """Tax per line. ValueError unless the engine answered exactly the lines it was asked."""
    taxes = _taxes(model, document.currency)
    if taxes.keys() != _expected(document).keys():
        raise ValueError("the answer has other lines than the question")
    shipping = taxes.pop(SHIPPING_LINE, 0)
    return TaxQuote({int(number): tax for number, tax in taxes.items()}, shipping)


def committed(model: dict[str, Any], currency: str) -> TaxCommitted:
    """A recorded transaction. ValueError when it is not committed."""
    if model["status"] != "Committed":
        raise ValueError(f"status {model['status']}")
    return TaxCommitted(str(model["code"]), to_minor(_decimal(model, "totalTax"), currency))


def records(model: dict[str, Any], document: TaxDocument) -> bool:
    """Whether the recorded transaction says what `document` says: currency, amounts and tax of every line."""
    if model["currencyCode"] != document.currency:
        return False
    recorded = {
        str(line["lineNumber"]): (_gross(line, document), to_minor(_decimal(line, "tax"), document.currency))
        for line in model["lines"]
    }
    return recorded == _expected(document)


def _expected(document: TaxDocument) -> dict[str, tuple[int, int]]:
    expected = {str(line.number): (line.amount, line.tax or 0) for line in document.lines}
    if document.shipping:
        expected[SHIPPING_LINE] = (document.shipping, document.shipping_tax or 0)
    return expected


def _gross(line: dict[str, Any], document: TaxDocument) -> int:
    """What was sent as the line's amount: AvaTax reports it without the tax it includes."""
    amount = _decimal(line, "lineAmount")
    if document.prices_include_tax:
        amount += _decimal(line, "tax")
    return to_minor(amount, document.currency)


def _taxes(model: dict[str, Any], currency: str) -> dict[str, int]:
    return {str(line["lineNumber"]): to_minor(_decimal(line, "tax"), currency) for line in model["lines"]}


def _line(document: TaxDocument, line: TaxableLine) -> dict[str, Any]:
    body: dict[str, Any] = {
        "number": str(line.number),
        "itemCode": line.sku[:50],
        "quantity": line.quantity,
        "amount": to_json_number(line.amount, document.currency),
        "taxIncluded": document.prices_include_tax,
    }
    if line.tax_code:
        body["taxCode"] = line.tax_code
    return body | _override(line.tax, document.currency)


def _shipping(document: TaxDocument) -> dict[str, Any]:
    return {
        "number": SHIPPING_LINE,
        "itemCode": "SHIPPING",
        "quantity": 1,
        "amount": to_json_number(document.shipping, document.currency),
        "taxIncluded": document.prices_include_tax,
        "taxCode": SHIPPING_TAX_CODE,
    } | _override(document.shipping_tax, document.currency)


def _override(tax: int | None, currency: str) -> dict[str, Any]:
    """What was charged is what is reported, whatever the rates say by now."""
    if tax is None:
        return {}
    amount = to_json_number(tax, currency)
    return {"taxOverride": {"type": "TaxAmount", "taxAmount": amount, "reason": "Tax charged with the order"}}


def _address(address: Address) -> dict[str, str]:
    fields = {
        "line1": address.line1,
        "line2": address.line2,
        "city": address.city,
        "region": address.region,
        "postalCode": address.postal_code,
        "country": address.country,
    }
    return {name: value for name, value in fields.items() if value}


def _decimal(body: dict[str, Any], name: str) -> Decimal:
    value = body[name]
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"{name} is not a number")
    return Decimal(value)
