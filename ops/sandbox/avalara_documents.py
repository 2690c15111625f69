"""A tax document as AvaTax calculates it: validation, tax per line, totals."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from oms.kernel.money import MINOR_DIGITS

from ops.sandbox.rates import rate, round_tax
from ops.sandbox.replies import Refused
from ops.sandbox.store import Row

_CODE = re.compile(r"[A-Za-z0-9-]{1,50}")


def calculated(model: dict[str, Any]) -> Row:
    """The TransactionModel for a CreateTransactionModel. Raises Refused for one that AvaTax would refuse."""
    _validate(model)
    currency = model.get("currencyCode") or "USD"
    place = _destination(model)
    lines = [_line(line, index, place, currency) for index, line in enumerate(model["lines"], start=1)]
    total, tax = sum(line["lineAmount"] for line in lines), sum(line["tax"] for line in lines)
    estimate = model.get("type", "SalesOrder") == "SalesOrder"
    saved = "Committed" if model.get("commit") else "Saved"
    numbers = {
        "totalAmount": total,
        "totalExempt": Decimal(0),
        "totalDiscount": Decimal(0),
        "totalTax": tax,
        "totalTaxable": sum(line["taxableAmount"] for line in lines),
        "totalTaxCalculated": sum(line["taxCalculated"] for line in lines),
    }
    return {
        "id": 0,
        "code": model["code"],
        "date": model["date"],
        "type": "SalesOrder" if estimate else model["type"],
        "status": "Temporary" if estimate else saved,
        "currencyCode": currency,
        "customerCode": model["customerCode"],
        **_as_numbers(numbers),
        "locked": False,
        "version": 1,
        "lines": [_as_numbers(line) for line in lines],
    }


def refusal(status: int, code: str, message: str, *, number: int = 0) -> Refused:
    detail = {"code": code, "number": number, "message": message, "faultCode": "Client", "severity": "Error"}
    error = {"code": code, "message": message, "target": "IncorrectData", "details": [detail]}
    return Refused(status, {"error": error})


def _validate(model: dict[str, Any]) -> None:
    for name in ("code", "date", "customerCode", "lines", "companyCode", "addresses"):
        if not model.get(name):
            raise refusal(400, "ValueRequiredError", f"Field '{name}' is required.", number=5)
    if not isinstance(model["code"], str) or not _CODE.fullmatch(model["code"]):
        raise refusal(
            400, "InvalidParameterValue", "Field 'code' has characters that are not allowed.", number=9
        )
    try:
        date.fromisoformat(model["date"])
    except (TypeError, ValueError):
        raise refusal(400, "InvalidInputDate", "Field 'date' is not a date.") from None
    if (model.get("currencyCode") or "USD") not in MINOR_DIGITS:
        raise refusal(400, "InvalidParameterValue", "Field 'currencyCode' is unknown.")
    for line in model["lines"]:
        if not isinstance(line.get("amount"), int | Decimal):
            raise refusal(400, "ValueRequiredError", "Field 'amount' is required.", number=5)


def _destination(model: dict[str, Any]) -> Row:
    addresses = model["addresses"]
    address = addresses.get("shipTo") or addresses.get("singleLocation")
    if not address or not address.get("country"):
        raise refusal(400, "NotEnoughAddressesInfo", "The destination is missing.")
    if len(address.get("postalCode", "")) > 11:
        raise refusal(400, "StringLengthError", "Field 'postalCode' has an invalid length.", number=13)
    return dict(address)


def _line(line: dict[str, Any], index: int, place: Row, currency: str) -> Row:
    tax_code = line.get("taxCode") or "P0000000"
    percent = rate(place["country"], place.get("region", ""), tax_code)
    amount, included = Decimal(line["amount"]), bool(line.get("taxIncluded"))
    computed = round_tax(amount * percent / (1 + percent if included else 1), currency)
    override = line.get("taxOverride") or {}
    charged = Decimal(override["taxAmount"]) if override.get("type") == "TaxAmount" else computed
    net = amount - charged if included else amount
    return {
        "lineNumber": str(line.get("number") or index),
        "itemCode": line.get("itemCode", ""),
        "quantity": line.get("quantity", 1),
        "lineAmount": net,
        "taxableAmount": net,
        "tax": charged,
        "taxCalculated": computed,
        "taxCode": tax_code,
        "taxIncluded": included,
    }


def _as_numbers(row: Row) -> Row:
    """Decimals as JSON numbers; the shortest text of the float is the decimal itself."""
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}
