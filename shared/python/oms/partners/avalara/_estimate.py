"""Tax by configured standard rates, for the hours in which the engine cannot be asked.

An estimate is marked as such and trued up later; it knows no reduced rates, no
exemptions and no city taxes.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from oms.contracts.tax import TaxDocument, TaxQuote

_PERCENT = (
    "AT 20 BE 21 BG 20 CY 19 CZ 21 DE 19 DK 25 EE 24 ES 21 FI 25.5 FR 20 GR 24 HR 25 HU 27 IE 23 IT 22 "
    "LT 21 LU 17 LV 21 MT 18 NL 21 PL 23 PT 23 RO 21 SE 25 SI 22 SK 23 "  # the EU
    "CH 8.1 GB 20 IS 24 LI 8.1 MC 20 NO 25"
)
STANDARD_RATES: Mapping[str, Decimal] = {
    country: Decimal(percent) / 100
    for country, percent in zip(_PERCENT.split()[::2], _PERCENT.split()[1::2], strict=True)
}
"""Standard VAT rate by country, from the European Commission's Taxes in Europe Database, 2026-09-29.

Countries that are not listed count as 0: sales tax in the United States depends on the
street, and charging a guess is worse than truing up from nothing.
"""


def estimate(document: TaxDocument, rates: Mapping[str, Decimal] = STANDARD_RATES) -> TaxQuote:
    """Every line and the shipping at the standard rate of the country the goods go to.

    Rounded half up per line, in minor units; tax-inclusive prices contain the tax.
    """
    rate = rates.get(document.ship_to.country, Decimal(0))

    def tax(amount: int) -> int:
        base = 1 + rate if document.prices_include_tax else Decimal(1)
        return int((amount * rate / base).quantize(Decimal(1), ROUND_HALF_UP))

    lines = {line.number: tax(line.amount) for line in document.lines}
    return TaxQuote(lines, tax(document.shipping), estimated=True)
