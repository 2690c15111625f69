"""The kernel's table of currencies is ISO 4217's, as an independent package lists it."""

from iso4217 import Currency
from oms.kernel.money import MINOR_DIGITS

FUNDS_AND_UNITS = "BOV CHE CHW CLF COU MXV USN UYW XAD XDR XSU XUA XBA XBB XBC XBD"
METALS_AND_MARKERS = "XAG XAU XPD XPT XTS XXX"
SECOND_CODES = "VED"
"""The bolívar has two; VES is the one in use."""
NOT_PAID_WITH = {
    code for group in (FUNDS_AND_UNITS, METALS_AND_MARKERS, SECOND_CODES) for code in group.split()
}
LISTED = {currency.code: currency.exponent for currency in Currency}


def test_every_currency_of_iso_4217_is_known_unless_nobody_pays_with_it() -> None:
    assert set(MINOR_DIGITS) == set(LISTED) - NOT_PAID_WITH


def test_a_currency_has_the_decimal_digits_that_iso_4217_gives_it() -> None:
    assert {code: LISTED[code] for code in MINOR_DIGITS} == MINOR_DIGITS
