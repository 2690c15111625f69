"""Integer minor units to and from the decimal numbers that partners write."""

from decimal import Decimal

from oms.kernel.errors import BrokenInvariant
from oms.kernel.money import MINOR_DIGITS


def to_decimal(minor: int, currency: str) -> Decimal:
    """1234 EUR is 12.34; 1234 JPY is 1234; 1234 KWD is 1.234."""
    return Decimal(minor).scaleb(-_digits(currency))


def to_minor(amount: Decimal | int, currency: str) -> int:
    """The reverse of `to_decimal`. ValueError when `amount` is finer than the currency's smallest unit."""
    scaled = Decimal(amount).scaleb(_digits(currency))
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} is not a whole number of {currency}'s smallest unit")
    return int(scaled)


def to_json_number(minor: int, currency: str) -> float | int:
    """A number whose JSON text is exactly the decimal amount.

    Python writes the shortest text that reads back as the same float, so up to 15
    significant digits the text is the decimal itself. Beyond that this raises
    BrokenInvariant instead of sending a neighbouring amount.
    """
    exact = to_decimal(minor, currency)
    if exact == exact.to_integral_value():
        return int(exact)
    number = float(exact)
    if Decimal(repr(number)) != exact:
        raise BrokenInvariant(f"{exact} {currency} cannot be written as a JSON number")
    return number


def _digits(currency: str) -> int:
    try:
        return MINOR_DIGITS[currency]
    except KeyError:
        raise BrokenInvariant(f"unknown currency {currency!r}") from None
