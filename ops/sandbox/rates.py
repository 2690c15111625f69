"""The tax the sandbox knows: one rate per country, or per region where regions tax. Calendar 2026.

These are the sandbox's own figures, close to the real ones so that numbers look right;
they are not a source for anybody else.
"""

from decimal import ROUND_HALF_UP, Decimal

from oms.kernel.money import MINOR_DIGITS

_COUNTRY = (
    "AT 20 AU 10 BE 21 BG 20 CH 8.1 CY 19 CZ 21 DE 19 DK 25 EE 24 ES 21 FI 25.5 FR 20 GB 20 GR 24 HR 25 "
    "HU 27 IE 23 IS 24 IT 22 JP 10 KR 10 LI 8.1 LT 21 LU 17 LV 21 MC 20 MT 18 MX 16 NL 21 NO 25 NZ 15 "
    "PL 23 PT 23 RO 21 SE 25 SG 9 SI 22 SK 23 ZA 15"
)
_REGION = (
    "US-CA 7.25 US-CO 2.9 US-FL 6 US-GA 4 US-IL 6.25 US-MA 6.25 US-NJ 6.625 US-NY 4 US-PA 6 US-TX 6.25 US-WA 6.5 "
    "CA-AB 5 CA-BC 12 CA-ON 13 CA-QC 14.975"
)
_RATES = {
    place: Decimal(percent) / 100
    for words in (_COUNTRY.split(), _REGION.split())
    for place, percent in zip(words[::2], words[1::2], strict=True)
}


def rate(country: str, region: str, tax_code: str) -> Decimal:
    """0.19 for 19 %; 0 where nothing is known, and for tax code NT (not taxable)."""
    if tax_code == "NT":
        return Decimal(0)
    return _RATES.get(f"{country}-{region}", _RATES.get(country, Decimal(0)))


def round_tax(amount: Decimal, currency: str) -> Decimal:
    """Half up, to the currency's smallest unit."""
    return amount.quantize(Decimal(1).scaleb(-MINOR_DIGITS[currency]), ROUND_HALF_UP)
